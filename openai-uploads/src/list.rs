//! Lists that the API returns in pages, as one stream.

use futures_util::stream::{self, Stream, StreamExt};

use crate::apis::batch_api::{ListBatchesParams, list_batches};
use crate::apis::configuration::Configuration;
use crate::apis::files_api::{ListFilesParams, list_files};
use crate::models::{Batch, ErrorResponse, OpenAiFile};
use crate::runtime::{Error, InputError};

/// Lists the files, in the order that `params` asks for.
///
/// The next page is requested when the stream has returned all of the last one. `params.limit` is the number of files
/// of a page, not of the stream.
///
/// ```no_run
/// use futures_util::{StreamExt, pin_mut};
/// use openai_uploads::apis::configuration::Configuration;
/// use openai_uploads::apis::files_api::ListFilesParams;
/// use openai_uploads::list::files;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let configuration = Configuration::from_env()?;
/// let files = files(&configuration, ListFilesParams::default());
/// pin_mut!(files);
/// while let Some(file) = files.next().await {
///     println!("{}", file?.id);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The stream ends with the error of the page that could not be listed. A server that returns the same page twice is
/// such an error too: the list would have no end.
pub fn files(
    configuration: &Configuration,
    params: ListFilesParams,
) -> impl Stream<Item = Result<OpenAiFile, Error<ErrorResponse>>> + Send + use<> {
    let configuration = configuration.clone();
    items(params.after.clone(), move |after| {
        let (configuration, params) = (configuration.clone(), ListFilesParams { after, ..params.clone() });
        async move {
            let page = list_files(&configuration, params).await?;
            let last_id = page.last_id.or_else(|| page.data.last().map(|file| file.id.clone()));
            Ok(Page { items: page.data, last_id, has_more: page.has_more })
        }
    })
}

/// Lists the batches, the newest first. Otherwise as [`files`].
///
/// # Errors
///
/// As those of [`files`].
pub fn batches(
    configuration: &Configuration,
    params: ListBatchesParams,
) -> impl Stream<Item = Result<Batch, Error<ErrorResponse>>> + Send + use<> {
    let configuration = configuration.clone();
    items(params.after.clone(), move |after| {
        let (configuration, params) = (configuration.clone(), ListBatchesParams { after, ..params.clone() });
        async move {
            let page = list_batches(&configuration, params).await?;
            let last_id = page.last_id.or_else(|| page.data.last().map(|batch| batch.id.clone()));
            Ok(Page { items: page.data, last_id, has_more: page.has_more })
        }
    })
}

/// One page of a list.
struct Page<T> {
    items: Vec<T>,
    /// Where the next page starts.
    last_id: Option<String>,
    has_more: bool,
}

/// Where a list continues.
enum Cursor {
    Page(Option<String>),
    End,
}

fn items<T, F>(
    after: Option<String>,
    page: impl FnMut(Option<String>) -> F,
) -> impl Stream<Item = Result<T, Error<ErrorResponse>>>
where
    F: Future<Output = Result<Page<T>, Error<ErrorResponse>>>,
{
    let pages = stream::unfold((Cursor::Page(after), page), |(cursor, mut page)| async {
        let Cursor::Page(after) = cursor else { return None };
        let next = match page(after.clone()).await {
            Ok(next) => next,
            Err(error) => return Some((vec![Err(error)], (Cursor::End, page))),
        };
        let is_repeated = next.last_id.is_some() && next.last_id == after;
        if next.has_more && is_repeated {
            let error = InputError::new("the server lists the same page again and again");
            return Some((vec![Err(error.into())], (Cursor::End, page)));
        }
        let has_next = next.has_more && next.last_id.is_some();
        let cursor = if has_next { Cursor::Page(next.last_id) } else { Cursor::End };
        Some((next.items.into_iter().map(Ok).collect(), (cursor, page)))
    });
    pages.flat_map(stream::iter)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn listed(pages: Vec<Page<u32>>) -> (Vec<Option<String>>, Vec<Result<u32, String>>) {
        let mut asked = Vec::new();
        let mut pages = pages.into_iter();
        let items = items(None, |after| {
            asked.push(after);
            let page = pages.next();
            async { Ok(page.expect("no page is asked for after the last")) }
        });
        let items: Vec<_> = items.collect().await;
        (asked, items.into_iter().map(|item| item.map_err(|error| error.to_string())).collect())
    }

    fn page(items: &[u32], last_id: &str, has_more: bool) -> Page<u32> {
        let last_id = (!last_id.is_empty()).then(|| last_id.to_owned());
        Page { items: items.to_vec(), last_id, has_more }
    }

    #[tokio::test]
    async fn pages_follow_each_other_until_the_last() {
        let (asked, items) =
            listed(vec![page(&[1, 2], "b", true), page(&[], "c", true), page(&[3], "d", false)]).await;
        assert_eq!(asked, [None, Some("b".to_owned()), Some("c".to_owned())]);
        assert_eq!(items, [Ok(1), Ok(2), Ok(3)]);
    }

    #[tokio::test]
    async fn a_page_without_a_last_id_is_the_last() {
        assert_eq!(listed(vec![page(&[1], "", true)]).await.1, [Ok(1)]);
    }

    #[tokio::test]
    async fn a_repeated_page_ends_the_stream_with_an_error() {
        let (_, items) = listed(vec![page(&[1], "a", true), page(&[1], "a", true)]).await;
        assert_eq!(items[0], Ok(1));
        assert_eq!(items[1], Err("the server lists the same page again and again".to_owned()));
        assert_eq!(items.len(), 2);
    }
}
