//! Lists that come in pages: what was found of an operation's.

use std::fmt;

use super::model::Type;

/// How an operation's list comes in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Paging {
    /// The path to the items in a page, as names of properties. Empty: the page is the array of items.
    pub items: Path,
    /// The type of an item.
    pub item: Type,
    /// How the next page is requested.
    pub form: PageForm,
    /// The path to the boolean that says whether there are more pages.
    pub more: Option<Path>,
}

/// The names of properties that lead to a value.
pub type Path = Vec<String>;

/// How the next page is requested.
#[derive(Clone, Debug, PartialEq)]
pub enum PageForm {
    /// After the last item, whose id the page has at `last`, or in the item's own property `id`.
    After {
        /// The query parameter.
        parameter: String,
        /// The path to the id.
        last: Option<Path>,
        /// The property of an item.
        id: Option<String>,
    },
    /// At a cursor.
    Cursor {
        /// The query parameter.
        parameter: String,
        /// The path to the cursor.
        next: Path,
    },
    /// At the number of the items so far.
    Offset {
        /// The query parameter.
        parameter: String,
        /// The path to the number of all items.
        total: Option<Path>,
    },
    /// At the next number.
    Number {
        /// The query parameter.
        parameter: String,
        /// The number of the first page.
        first: u64,
        /// The path to the number of pages.
        pages: Option<Path>,
    },
    /// At a URL in the page.
    Url {
        /// The path to the URL.
        next: Path,
    },
    /// At the URL in the header `Link`.
    Link,
}

/// How the next page is requested, in words.
impl fmt::Display for Paging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |path: &Path| path.join(".");
        match &self.form {
            PageForm::After { parameter, last: Some(last), .. } => {
                write!(f, "`{parameter}` is the `{}` of the page before", path(last))
            }
            PageForm::After { parameter, last: None, id } => {
                write!(f, "`{parameter}` is the `{}` of the last item", id.as_deref().unwrap_or("id"))
            }
            PageForm::Cursor { parameter, next } => {
                write!(f, "`{parameter}` is the `{}` of the page before", path(next))
            }
            PageForm::Offset { parameter, total } => {
                write!(f, "`{parameter}` is the number of items so far")?;
                total.as_ref().map_or(Ok(()), |total| write!(f, ", up to `{}`", path(total)))
            }
            PageForm::Number { parameter, first, pages } => {
                write!(f, "`{parameter}` counts the pages from {first}")?;
                pages.as_ref().map_or(Ok(()), |pages| write!(f, ", up to `{}`", path(pages)))
            }
            PageForm::Url { next } => write!(f, "the next page is at the URL `{}`", path(next)),
            PageForm::Link => write!(f, "the next page is at the URL of the header `Link`"),
        }?;
        self.more.as_ref().map_or(Ok(()), |more| write!(f, ", while `{}` is true", path(more)))
    }
}
