//! The page of a model and of the types within it.

use std::fmt::Write;

use crate::api::{Api, Enumeration, Kind, Named, Struct, TypeId, Union};
use crate::naming::{Names, Scope, field_names, field_type, plain, value_names, variant_names};

use super::pages::Pages;
use super::text::{block, cell};

pub(super) fn page(api: &Api, names: &Names, pages: &Pages<'_>, module: &str, types: &[TypeId]) -> String {
    let mut text = String::new();
    let scope = Scope::new(api, names, None);
    let own = types.iter().copied().find(|id| names.of(*id).exported);
    let _ = writeln!(text, "# {}\n", pages.of_module(module));
    if let Some(id) = own {
        section(&mut text, &scope, pages, id);
    }
    for id in types.iter().copied().filter(|id| Some(*id) != own) {
        let _ = writeln!(text, "## {}\n", names.of(id).name);
        section(&mut text, &scope, pages, id);
    }
    let _ = writeln!(
        text,
        "[[Back to Model list]](README.md#documentation-for-models) \
         [[Back to API list]](README.md#documentation-for-api-endpoints) [[Back to README]](README.md)"
    );
    text
}

fn section(text: &mut String, scope: &Scope<'_>, pages: &Pages<'_>, id: TypeId) {
    let named = scope.api.named(id);
    if !named.description.is_empty() {
        let _ = writeln!(text, "{}\n", block(&named.description));
    }
    match &named.kind {
        Kind::Alias(ty) => {
            let _ = writeln!(text, "An alias of {}\n", pages.linked(ty));
        }
        Kind::Struct(structure) => properties(text, scope, pages, structure),
        Kind::Enumeration(enumeration) => values(text, enumeration),
        Kind::Union(union) => variants(text, scope, pages, union, &scope.names.of(id).name),
    }
    examples(text, named);
}

fn properties(text: &mut String, scope: &Scope<'_>, pages: &Pages<'_>, structure: &Struct) {
    let _ = writeln!(text, "### Properties\n");
    let _ = writeln!(text, "Name | Type | Description | Notes");
    let _ = writeln!(text, "------------ | ------------- | ------------- | -------------");
    for (field, name) in structure.fields.iter().zip(field_names(structure)) {
        let shown = field_type(scope, field).to_string();
        let mut notes: Vec<String> = Vec::new();
        if !field.required {
            notes.push("[optional]".to_owned());
        }
        if field.deprecated {
            notes.push("deprecated".to_owned());
        }
        if field.read_only {
            notes.push("read-only".to_owned());
        }
        if field.write_only {
            notes.push("write-only".to_owned());
        }
        notes.extend(field.bounds.iter().map(|bound| format!("`{}` {}", bound.keyword, bound.value)));
        let name = plain(&name).to_owned();
        let ty = pages.link(&field.ty, &shown);
        let line = format!("**{name}** | {ty} | {} | {}", cell(&field.description), notes.join(", "));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if let Some(additional) = &structure.additional {
        let _ = writeln!(
            text,
            "**additional_properties** | a map of {} | All other properties |",
            pages.linked(additional)
        );
    }
    text.push('\n');
}

fn values(text: &mut String, enumeration: &Enumeration) {
    let _ = writeln!(text, "### Values\n");
    let is_described = enumeration.values.iter().any(|value| !value.description.is_empty());
    let (title, line) = if is_described { (" | Description", " | -------------") } else { ("", "") };
    let _ = writeln!(text, "Name | Value{title}");
    let _ = writeln!(text, "------------ | -------------{line}");
    for (value, name) in enumeration.values.iter().zip(value_names(enumeration)) {
        let row = format!("{name} | `{}`", cell(&value.value.replace('`', "'")));
        let description = cell(&value.description);
        let separator = if description.is_empty() { "" } else { " | " };
        let _ = writeln!(text, "{row}{separator}{description}");
    }
    let _ = writeln!(text, "Other | any other string\n");
}

fn variants(text: &mut String, scope: &Scope<'_>, pages: &Pages<'_>, union: &Union, own: &str) {
    let _ = writeln!(text, "### Variants\n");
    let tags = union.tag.as_ref().map(|tag| format!("`{}`", cell(tag))).unwrap_or_default();
    let _ = writeln!(text, "Name | Type | {tags}");
    let _ = writeln!(text, "------------ | ------------- | -------------");
    for (variant, name) in union.variants.iter().zip(variant_names(scope.api, union, own)) {
        let mut tags = listed(&variant.tags);
        if let Some((property, values)) = &variant.also {
            let _ = write!(tags, " with `{}` {}", cell(property), listed(values));
        }
        let ty = pages.link(&variant.ty, &scope.boxed(&variant.ty, variant.boxed).to_string());
        let _ = writeln!(text, "{}", format!("{name} | {ty} | {tags}").trim_end());
    }
    if union.tag.is_some() {
        let _ = writeln!(text, "Other | **serde_json::Value** | any other");
    }
    text.push('\n');
}

/// The values of a property. An empty value means that the property is missing.
fn listed(values: &[String]) -> String {
    let named = values.iter().filter(|value| !value.is_empty());
    named.map(|value| format!("`{}`", cell(value))).collect::<Vec<_>>().join(", ")
}

fn examples(text: &mut String, named: &Named) {
    if let Some(example) = named.examples.first()
        && example.len() < 2000
        && !example.contains("```")
    {
        let _ = writeln!(text, "### Example\n\n```json\n{example}\n```\n");
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn described_values_have_a_column() {
        let text = "
openapi: 3.1.0
info: {title: T, version: '1'}
components:
  schemas:
    Status: {enum: [open, closed], x-enum-descriptions: [Still open., '']}
    Plain: {enum: [a]}
";
        let generated = crate::generate(text, &crate::Options::default()).unwrap();
        let page = |path: &str| {
            let mut files = generated.package.files();
            files.find(|(name, _)| name.ends_with(path)).map(|(_, text)| text.to_owned()).unwrap()
        };
        let rows = "Name | Value | Description\n------------ | ------------- | -------------\n\
                    Open | `open` | Still open.\nClosed | `closed`\nOther | any other string\n";
        assert!(page("docs/Status.md").contains(rows), "{}", page("docs/Status.md"));
        assert!(page("docs/Plain.md").contains("Name | Value\n"), "{}", page("docs/Plain.md"));
    }
}
