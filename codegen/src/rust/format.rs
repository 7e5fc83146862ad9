//! Tokens laid out as text.

use proc_macro2::TokenStream;

/// The text of one generated file, item after item.
pub(crate) struct Source {
    text: String,
}

impl Source {
    /// A file that begins with the line saying what made it, and with what it is for.
    pub(crate) fn new(header: &str, about: &str) -> Self {
        let mut text = format!("// {header}\n");
        for line in about.lines() {
            text.push_str(if line.is_empty() { "//!" } else { "//! " });
            text.push_str(line);
            text.push('\n');
        }
        Self { text }
    }

    /// A file that begins with this text.
    pub(crate) fn after(text: String) -> Self {
        Self { text }
    }

    /// Adds items.
    ///
    /// # Panics
    ///
    /// When they are not Rust, which is a mistake in the generator and not in a document: names and
    /// descriptions are whole tokens, whatever they hold.
    pub(crate) fn items(&mut self, items: TokenStream) {
        let file = syn::parse2(items).expect("the generator makes nothing but items");
        self.text.push_str(&prettyplease::unparse(&file));
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.text.push('\n');
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}
