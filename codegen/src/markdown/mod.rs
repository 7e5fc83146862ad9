//! The reference pages: one for each tag's operations, one for each model, and an index.

mod api_page;
mod index_page;
mod model_page;
mod pages;
mod text;

use crate::Options;
use crate::api::Api;
use crate::naming::Names;

use pages::Pages;

/// The pages as paths and texts.
pub(crate) fn files(api: &Api, names: &Names, options: &Options) -> Vec<(String, String)> {
    let pages = Pages::new(api, names);
    let marker = format!("<!-- {} -->\n", options.header());
    let mut files =
        vec![("docs/README.md".to_owned(), format!("{marker}{}", index_page::page(api, names, &pages)))];
    for (index, tag) in api.tags.iter().enumerate() {
        let text = api_page::page(api, names, &pages, index, tag);
        files.push((format!("docs/{}.md", pages.of_tag(index)), format!("{marker}{text}")));
    }
    for (module, types) in names.modules() {
        let text = model_page::page(api, names, &pages, module, types);
        files.push((format!("docs/{}.md", pages.of_module(module)), format!("{marker}{text}")));
    }
    files
}
