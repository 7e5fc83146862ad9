//! Small documents, and the APIs that they become. Each test is named after the file that it covers.

mod forms;
mod operations;
mod paginated;
mod print;
mod references;
mod schemas;

use super::lower;
use crate::document::Document;
use crate::formats::Formats;

fn lowered(text: &str) -> String {
    let document = Document::parse("api.yaml", text).unwrap();
    let (api, diagnostics) = lower(&document, &Formats::default());
    print::print(&api, &diagnostics)
}

/// The API of a document that has schemas only.
fn schemas(yaml: &str) -> String {
    document(&format!("components:\n  schemas:{yaml}"))
}

/// The API of a document whose members follow.
fn document(yaml: &str) -> String {
    lowered(&format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\nservers: [{{url: https://example.com}}]\n{}",
        yaml.trim_start()
    ))
}

macro_rules! snapshot {
    ($name:ident, $printed:expr) => {
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), $printed);
        }
    };
}

use snapshot;
