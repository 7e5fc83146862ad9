//! Tokens laid out as text.

use proc_macro2::TokenStream;
use quote::ToTokens;

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
        let text = layout(items);
        if !text.is_empty() {
            self.text.push_str(&text);
        }
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// Adds a type wrapped in a macro of the runtime that says the rest: on one line where it is short.
    pub(crate) fn wrapped(&mut self, name: &str, item: TokenStream) {
        let text = table(&layout_for_macro(item));
        if let [line] = text.lines().collect::<Vec<_>>().as_slice() {
            let one = format!("{name}! {{ {line} }}\n");
            if one.len() <= WIDTH {
                self.text.push_str(&one);
                return;
            }
        }
        self.text.push_str(name);
        self.text.push_str("! {\n");
        for line in text.lines() {
            if !line.is_empty() {
                self.text.push_str("    ");
                self.text.push_str(line);
            }
            self.text.push('\n');
        }
        self.text.push_str("}\n");
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}

/// A type for a macro of the runtime. Behind a field may stand what it is on the wire, where the syntax of Rust has a
/// default value.
fn layout_for_macro(item: TokenStream) -> String {
    let file = parsed(item);
    let text = widened(&prettyplease::unparse(&file));
    let [syn::Item::Struct(structure)] = file.items.as_slice() else { return text };
    with_properties(&text, &structure.fields)
}

/// The fields of a struct with what stands behind them, which the layout leaves out.
fn with_properties(text: &str, fields: &syn::Fields) -> String {
    let mut properties = fields.iter().map(|field| {
        field.default.as_ref().map(|(_, property)| property.to_token_stream().to_string()).unwrap_or_default()
    });
    let mut out = String::with_capacity(text.len() * 2);
    let mut field = String::new();
    for line in text.lines() {
        if field.is_empty() && !line.starts_with("    pub ") {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        field.push_str(line);
        // The lines of a long type are indented further, or close a bracket.
        if line.ends_with(',') && !line.starts_with("     ") {
            out.push_str(&with_property(&field, &properties.next().unwrap_or_default()));
            field.clear();
        }
        field.push_str(if field.is_empty() { "" } else { "\n" });
    }
    out
}

fn with_property(field: &str, property: &str) -> String {
    let bare = field.trim_end_matches(',');
    match property {
        "" => format!("{field}\n"),
        ".." => format!("    ..{}\n", field.trim_start()),
        // What does not fit behind a field stands below it.
        property if bare.len() + property.len() + 8 > WIDTH => format!("{bare}\n        = {property},\n"),
        property => format!("{bare} = {property},\n"),
    }
}

/// An enumeration with its values on one line, where they fit and nothing is said of them.
fn table(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let Some(start) = lines.iter().position(|line| line.starts_with("pub enum ")) else {
        return text.to_owned();
    };
    let [opener, values @ .., "}"] = &lines[start..] else { return text.to_owned() };
    let one =
        format!("{opener} {} }}", values.iter().map(|value| value.trim()).collect::<Vec<_>>().join(" "));
    let one = one.replace(", }", " }");
    if one.len() + 4 > WIDTH || one.contains("///") || one.contains("#[") {
        return text.to_owned();
    }
    let before: String = lines[..start].iter().map(|line| format!("{line}\n")).collect();
    format!("{before}{one}\n")
}

/// The widest line, as in the house's own code.
const WIDTH: usize = 110;

fn layout(items: TokenStream) -> String {
    widened(&prettyplease::unparse(&parsed(items)))
}

fn parsed(items: TokenStream) -> syn::File {
    syn::parse2(items).expect("the generator makes nothing but items")
}

/// Lists and chains that were broken into lines, on one line again where they fit the width.
fn widened(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for line in text.lines() {
        lines.push(line.to_owned());
        if line.trim_start().starts_with([')', ']', '}', '>'])
            && let Some(start) = open.pop()
            && let Some(one) = one_line(&lines[start..])
        {
            lines.truncate(start);
            lines.push(one);
        }
        // What a description ends with opens nothing.
        if line.ends_with(['(', '[', '{', '<']) && !line.trim_start().starts_with("//") {
            open.push(lines.len() - 1);
        }
    }
    let mut text = String::with_capacity(text.len());
    for line in chained(lines) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// The lines of a list as one, where they are nothing but its elements and fit.
fn one_line(lines: &[String]) -> Option<String> {
    let [opener, elements @ .., closer] = lines else { return None };
    let is_list = !["enum ", "struct ", "match "].iter().any(|word| opener.contains(word));
    let plain = elements.iter().all(|line| {
        line.ends_with(',') && !line.trim_start().starts_with(['#', '/', '.', ')', '}', ']', '>'])
    });
    let length: usize =
        opener.len() + elements.iter().map(|line| line.trim().len() + 1).sum::<usize>() + closer.trim().len();
    if !is_list || !plain || elements.is_empty() {
        return None;
    }
    if length > WIDTH {
        // A value that does not fit beside its name may fit below it.
        if matches!(opener.trim(), "Self {" | "pub fn new(") {
            return Some(filled(opener, elements, closer));
        }
        let (name, value) = opener.split_once(" = ").filter(|_| !opener.contains("let "))?;
        let indent = name.len() - name.trim_start().len() + 4;
        let below = std::iter::once(format!("{:indent$}{value}", "")).chain(lines[1..].iter().cloned());
        let below = one_line(&below.collect::<Vec<_>>())?;
        return Some(format!("{name} =\n{below}"));
    }
    let list = elements.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let list = list.trim_end_matches(',');
    let closer = closer.trim_start();
    Some(if opener.ends_with('{') {
        format!("{opener} {list} {closer}")
    } else {
        format!("{opener}{list}{closer}")
    })
}

/// A long list of fields, as many to a line as fit.
fn filled(opener: &str, elements: &[String], closer: &str) -> String {
    let indent = opener.len() - opener.trim_start().len() + 4;
    let mut text = opener.to_owned();
    let mut width = WIDTH;
    for element in elements.iter().map(|element| element.trim()) {
        if width + 1 + element.len() > WIDTH {
            text.push_str(&format!("\n{:indent$}", ""));
            width = indent;
        } else {
            text.push(' ');
            width += 1;
        }
        text.push_str(element);
        width += element.len();
    }
    format!("{text}\n{closer}")
}

/// Calls that follow each other on lines of their own, on one where they fit.
fn chained(lines: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut lines = lines.into_iter().peekable();
    while let Some(line) = lines.next() {
        let mut chain = vec![line];
        while let Some(next) = lines.next_if(|next| next.trim_start().starts_with('.')) {
            chain.push(next);
        }
        let whole = chain.iter().all(|link| !link.ends_with(['(', '{', '[']));
        let length: usize = chain[0].len() + chain[1..].iter().map(|link| link.trim().len()).sum::<usize>();
        if chain.len() > 1 && whole && length <= WIDTH {
            let rest: String = chain[1..].iter().map(|link| link.trim()).collect();
            out.push(format!("{}{rest}", chain[0]));
        } else {
            out.extend(chain);
        }
    }
    out
}
