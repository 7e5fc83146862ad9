//! The page for the operations of a tag.

use std::fmt::Write;

use crate::api::{Api, Body, Callback, Kind, Operation, ReplyContent, Tag, Type};
use crate::naming::{
    ArgumentKind, Function, Names, Scope, argument_names, function_name, functions, other_calls,
    parameters_type, plain, tag_modules,
};

use super::pages::Pages;
use super::text::{block, cell};

/// What a streaming value can be made from.
const BINARY: &str =
    "streamed from a `std::path::PathBuf`, a range of a file, bytes or a stream of known length";

pub(super) fn page(api: &Api, names: &Names, pages: &Pages<'_>, index: usize, tag: &Tag) -> String {
    let page = pages.of_tag(index);
    let module = &tag_modules(api)[index];
    let mut text = String::new();
    let _ = writeln!(text, "# \\{page}\n");
    let _ = writeln!(text, "All URIs are relative to *{}*\n", api.servers[0].url);
    let _ = writeln!(text, "Method | HTTP request | Description");
    let _ = writeln!(text, "------------- | ------------- | -------------");
    let scope = Scope::new(api, names, None);
    for operation in &tag.operations {
        let name = function_name(operation);
        let (name, method, path) = (plain(&name), &operation.method, &operation.path);
        let about = cell(headline(operation));
        let _ = writeln!(text, "[**{name}**]({page}.md#{name}) | **{method}** {path} | {about}");
    }
    for operation in &tag.operations {
        section(&mut text, &scope, pages, module, operation);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The summary of an operation.
pub(super) fn headline(operation: &Operation) -> &str {
    if operation.summary.is_empty() { &operation.description } else { &operation.summary }
}

fn section(text: &mut String, scope: &Scope<'_>, pages: &Pages<'_>, module: &str, operation: &Operation) {
    let functions = functions(scope, operation);
    let name = function_name(operation);
    let name = plain(&name);
    let value = functions[0].returns.value.to_string();
    let arguments: Vec<&str> = functions[0].arguments.iter().map(|argument| plain(&argument.name)).collect();
    let _ = writeln!(text, "\n\n## {name}\n");
    let _ = writeln!(text, "> {value} {name}({})\n", arguments.join(", "));
    for about in [&operation.summary, &operation.description] {
        if !about.is_empty() {
            let _ = writeln!(text, "{}\n", block(about));
        }
    }
    if operation.deprecated {
        let _ = writeln!(text, "Deprecated.\n");
    }
    let signatures: Vec<String> = functions.iter().map(Function::to_string).collect();
    let _ = writeln!(text, "```rust\n{}\n```\n", signatures.join("\n\n"));
    let _ = writeln!(text, "### Example\n\n```rust\n{}\n```\n", functions[0].example(module));
    let rows = parameter_rows(scope, pages, operation, &functions);
    let _ = writeln!(text, "### Parameters\n");
    if rows.is_empty() {
        let _ = writeln!(text, "This endpoint does not need any parameter.\n");
    } else {
        let _ = writeln!(text, "Name | Type | Description | Required | Notes");
        let _ =
            writeln!(text, "------------- | ------------- | ------------- | ------------- | -------------");
        for row in &rows {
            let required = if row.required { "[required]" } else { "" };
            let line = format!(
                "**{}** | {} | {} | {required} | {}",
                row.name,
                row.ty,
                cell(&row.description),
                row.notes
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text.push('\n');
    }
    let _ = writeln!(text, "### Return type\n\n{}\n", returned(scope, pages, operation, &value));
    if let Some(paging) = &operation.paging {
        let _ = writeln!(text, "Pages, with `.pages()` or `.items()`: {paging}.\n");
    }
    for error in &operation.errors {
        let status = &error.status;
        let about = cell(&error.description);
        let _ = writeln!(text, "Error {status}: {} {about}\n", pages.linked(&error.ty));
    }
    for Callback { name, method, url, bodies } in &operation.callbacks {
        let body = bodies.first().and_then(|body| body.content.ty());
        let body = body.map(|ty| pages.linked(ty)).unwrap_or_default();
        let line = format!("Callback {name}, which the server sends: **{method}** `{url}` {body}");
        let _ = writeln!(text, "{}\n", line.trim_end());
    }
    let _ = writeln!(text, "### Authorization\n\n{}\n", authorization(scope.api, operation));
    let _ = writeln!(text, "### HTTP request headers\n");
    let content_types: Vec<&str> = operation.bodies.iter().map(|body| body.content_type.as_str()).collect();
    let _ = writeln!(text, "- **Content-Type**: {}", or_not_defined(&content_types));
    let _ = writeln!(text, "- **Accept**: {}\n", or_not_defined(&accepted(operation)));
    let _ = writeln!(
        text,
        "[[Back to top]](#) [[Back to API list]](README.md#documentation-for-api-endpoints) \
         [[Back to Model list]](README.md#documentation-for-models) [[Back to README]](README.md)"
    );
}

struct Row {
    name: String,
    ty: String,
    description: String,
    required: bool,
    notes: String,
}

/// The arguments of the functions, and the fields of the struct of optional parameters.
fn parameter_rows(
    scope: &Scope<'_>,
    pages: &Pages<'_>,
    operation: &Operation,
    functions: &[Function<'_>],
) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (index, function) in functions.iter().enumerate() {
        for argument in &function.arguments {
            let shown = argument.ty.to_string();
            let name = plain(&argument.name).to_owned();
            rows.push(match argument.kind {
                ArgumentKind::Parameter(parameter) if index == 0 => Row {
                    name,
                    ty: pages.link(&parameter.ty, &shown),
                    description: parameter.description.clone(),
                    required: true,
                    notes: if shown == "&str" { "a `String`, borrowed".to_owned() } else { String::new() },
                },
                ArgumentKind::Body(body) => Row {
                    name,
                    ty: pages.link(body.content.ty().unwrap_or(&Type::Any), &shown),
                    description: body_description(scope.api, body),
                    required: body.required,
                    notes: match index {
                        0 if shown.contains("Binary") => BINARY.to_owned(),
                        0 => String::new(),
                        _ => format!("of `{}`", plain(&function.name)),
                    },
                },
                ArgumentKind::Parameter(_) | ArgumentKind::Optional => continue,
            });
        }
    }
    let params = parameters_type(operation);
    let optional = argument_names(operation).into_iter().filter(|(parameter, _)| !parameter.required);
    rows.extend(optional.map(|(parameter, name)| Row {
        name: plain(&name).to_owned(),
        ty: pages.link(&parameter.ty, &scope.ty(&parameter.ty).optional().to_string()),
        description: parameter.description.clone(),
        required: false,
        notes: format!("a field of `{params}`"),
    }));
    rows
}

/// The description of a body. If the document has none, that of its type or of its only file.
fn body_description(api: &Api, body: &Body) -> String {
    let Some(ty) = body.content.ty() else { return body.description.clone() };
    match ty {
        Type::Named(id) if body.description.is_empty() => match &api.named(*id).kind {
            Kind::Struct(structure) if structure.form.is_some() && structure.fields.len() == 1 => {
                structure.fields[0].description.clone()
            }
            _ => api.named(*id).description.clone(),
        },
        _ => body.description.clone(),
    }
}

fn returned(scope: &Scope<'_>, pages: &Pages<'_>, operation: &Operation, value: &str) -> String {
    let preferred = operation.successes.first().and_then(|success| success.contents.first());
    let mut text = match preferred {
        Some(ReplyContent::Json(ty, _) | ReplyContent::Lines(ty, _) | ReplyContent::Events(ty, _)) => {
            pages.link(ty, value)
        }
        _ => pages.link(&Type::Any, value),
    };
    let contents = operation.successes.iter().flat_map(|success| &success.contents);
    let events = contents.clone().find_map(|content| match content {
        ReplyContent::Events(ty, _) => Some(ty),
        _ => None,
    });
    if let Some(event) = events
        && !matches!(preferred, Some(ReplyContent::Events(..)))
    {
        let _ = write!(text, "; with `.events()` a stream of {}", pages.linked(event));
    }
    for (media, call) in other_calls(scope, operation) {
        let _ = write!(text, "; with `.{call}` as `{media}`");
    }
    text
}

fn authorization(api: &Api, operation: &Operation) -> String {
    let alternatives = operation.security.iter().map(|alternative| {
        let schemes = alternative.iter().map(|index| {
            let name = &api.security_schemes[*index].name;
            format!("[{name}](README.md#{})", name.to_lowercase().replace(' ', "-"))
        });
        match alternative.is_empty() {
            true => "none".to_owned(),
            false => schemes.collect::<Vec<_>>().join(" and "),
        }
    });
    let alternatives: Vec<String> = alternatives.collect();
    if alternatives.is_empty() { "No authorization required".to_owned() } else { alternatives.join(", or ") }
}

fn accepted(operation: &Operation) -> Vec<&str> {
    let mut accepted: Vec<&str> = Vec::new();
    for content in operation.successes.iter().flat_map(|success| &success.contents) {
        if !accepted.contains(&content.content_type()) {
            accepted.push(content.content_type());
        }
    }
    accepted
}

fn or_not_defined(content_types: &[&str]) -> String {
    if content_types.is_empty() { "Not defined".to_owned() } else { content_types.join(", ") }
}
