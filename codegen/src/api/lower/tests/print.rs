//! Prints a lowered API in short form.

use std::fmt::Write as _;

use super::super::super::model::{FormKind, Kind, Name, Type};
use super::super::super::operation::{Body, BodyContent, EventForm, Operation, ReplyContent};
use crate::api::Api;
use crate::diagnostic::Diagnostic;

/// The types, operations and diagnostics, one a line.
pub(super) fn print(api: &Api, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for server in &api.servers {
        if server.url != "https://example.com" {
            let _ = writeln!(out, "server {} {:?}", server.url, server.variables);
        }
    }
    for scheme in &api.security_schemes {
        let _ = writeln!(out, "security {}: {:?}{}", scheme.name, scheme.kind, about(&scheme.description));
    }
    for operation in api.tags.iter().flat_map(|tag| &tag.operations) {
        print_operation(&mut out, api, operation);
    }
    for webhook in &api.webhooks {
        let _ = writeln!(out, "webhook {} {}", webhook.method, webhook.name);
        webhook.bodies.iter().for_each(|body| print_body(&mut out, api, body));
    }
    for named in &api.types {
        let _ = write!(out, "{} = ", name(&named.name));
        match &named.kind {
            Kind::Alias(ty) => {
                let _ = writeln!(out, "{}{}", ty_text(api, ty), about(&named.description));
            }
            Kind::Enumeration(enumeration) => {
                let values: Vec<String> = enumeration
                    .values
                    .iter()
                    .map(|value| format!("{:?}{}", value.value, about(&value.description)))
                    .collect();
                let default = enumeration.default.map(|at| format!(", default {at}")).unwrap_or_default();
                let _ = writeln!(out, "enum {}{default}{}", values.join(" | "), about(&named.description));
            }
            Kind::Struct(structure) => {
                let form = match structure.form {
                    None => "struct",
                    Some(FormKind::Fields) => "form",
                    Some(FormKind::Positions { has_rest: false }) => "parts",
                    Some(FormKind::Positions { has_rest: true }) => "parts and others",
                    Some(FormKind::Part) => "part",
                };
                let closed = if structure.closed { ", closed" } else { "" };
                let _ = writeln!(out, "{form}{closed}{}", about(&named.description));
                for field in &structure.fields {
                    let mut text = format!("  {}", field.name);
                    text.push_str(if field.required { ": " } else { "?: " });
                    text.push_str(&ty_text(api, &field.ty));
                    for (flag, word) in [
                        (field.nullable, " | null"),
                        (field.boxed, ", boxed"),
                        (field.deprecated, ", deprecated"),
                        (field.read_only, ", read-only"),
                        (field.write_only, ", write-only"),
                    ] {
                        text.push_str(if flag { word } else { "" });
                    }
                    if !field.values.is_empty() {
                        let _ = write!(text, ", one of {}", field.values.join(", "));
                    }
                    for bound in &field.bounds {
                        let _ = write!(text, ", {} {}", bound.keyword, bound.value);
                    }
                    if let Some(content_type) = &field.content_type {
                        let _ = write!(text, ", as {content_type}");
                    }
                    if let Some(style) = &field.style {
                        let _ = write!(text, ", {:?}", style.kind);
                    }
                    let _ = writeln!(out, "{text}{}", about(&field.description));
                }
                if let Some(ty) = &structure.additional {
                    let _ = writeln!(out, "  *: {}", ty_text(api, ty));
                }
                for constant in &structure.constants {
                    let _ = writeln!(out, "  const {} = {}", constant.name, constant.value);
                }
            }
            Kind::Union(union) => {
                let tag = union.tag.as_ref().map(|tag| format!(" by {tag:?}")).unwrap_or_default();
                let _ = writeln!(out, "union{tag}{}", about(&named.description));
                for variant in &union.variants {
                    let tags = match variant.tags.as_slice() {
                        [] => String::new(),
                        tags => format!(" {tags:?}"),
                    };
                    let _ = writeln!(
                        out,
                        "  {}: {}{tags}{}",
                        variant.name,
                        ty_text(api, &variant.ty),
                        about(&variant.description)
                    );
                }
            }
        }
    }
    for diagnostic in diagnostics {
        let _ = writeln!(out, "{}: {} at {}", diagnostic.code, diagnostic.message, diagnostic.pointer);
    }
    out
}

fn print_operation(out: &mut String, api: &Api, operation: &Operation) {
    let _ = writeln!(
        out,
        "{} = {} {}{}",
        operation.id,
        operation.method,
        operation.path,
        about(&operation.description)
    );
    for parameter in &operation.parameters {
        let _ = writeln!(
            out,
            "  {:?} {}{} {}, {:?}{}{}",
            parameter.location,
            parameter.name,
            if parameter.required { ":" } else { "?:" },
            ty_text(api, &parameter.ty),
            parameter.style.kind,
            if parameter.style.explode { " exploded" } else { "" },
            about(&parameter.description)
        );
    }
    operation.bodies.iter().for_each(|body| print_body(out, api, body));
    for success in &operation.successes {
        let contents: Vec<String> = success.contents.iter().map(|one| reply_text(api, one)).collect();
        let _ =
            writeln!(out, "  {} -> {}{}", success.status, contents.join(" or "), about(&success.description));
        for header in &success.headers {
            let _ = writeln!(out, "    header {} {}", header.name, header.kind);
        }
    }
    for error in &operation.errors {
        let _ = writeln!(out, "  {} -> error {}", error.status, ty_text(api, &error.ty));
    }
    for error in &operation.untyped_errors {
        let _ = writeln!(out, "  {} -> untyped error {:?}", error.status, error.content_types);
    }
    for alternative in &operation.security {
        let names: Vec<&str> =
            alternative.iter().map(|index| api.security_schemes[*index].name.as_str()).collect();
        let _ = writeln!(
            out,
            "  needs {}",
            if names.is_empty() { "nothing".into() } else { names.join(" and ") }
        );
    }
    if let Some(paging) = &operation.paging {
        let _ = writeln!(out, "  pages of {}: {paging}", paging.items.join("."));
    }
    for callback in &operation.callbacks {
        let _ = writeln!(out, "  callback {} {} {}", callback.name, callback.method, callback.url);
    }
}

fn print_body(out: &mut String, api: &Api, body: &Body) {
    let content = match &body.content {
        BodyContent::Json(ty) => format!("JSON {}", ty_text(api, ty)),
        BodyContent::UrlEncoded(ty) => format!("URL-encoded {}", ty_text(api, ty)),
        BodyContent::Multipart(ty) => format!("multipart {}", ty_text(api, ty)),
        other => format!("{other:?}"),
    };
    let optional = if body.required { "" } else { ", optional" };
    let _ = writeln!(out, "  body {}: {content}{optional}{}", body.content_type, about(&body.description));
}

fn reply_text(api: &Api, content: &ReplyContent) -> String {
    match content {
        ReplyContent::Json(ty, media_type) => format!("{media_type}: {}", ty_text(api, ty)),
        ReplyContent::Events(ty, form) => {
            let form = match form {
                EventForm::Json => "JSON",
                EventForm::Text => "text",
                EventForm::Fields => "fields",
            };
            format!("events of {form}: {}", ty_text(api, ty))
        }
        other => format!("{other:?}"),
    }
}

fn about(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" // {}", text.replace('\n', "⏎")) }
}

fn name(name: &Name) -> String {
    let root = if name.operation { format!("{}()", name.root) } else { name.root.clone() };
    std::iter::once(root).chain(name.path.iter().cloned()).collect::<Vec<_>>().join(".")
}

fn ty_text(api: &Api, ty: &Type) -> String {
    let inner = |ty: &Type| ty_text(api, ty);
    match ty {
        Type::Nullable(ty) => format!("{} | null", inner(ty)),
        Type::FileOr(ty) => format!("file | {}", inner(ty)),
        Type::Array(ty) => format!("[{}]", inner(ty)),
        Type::Map(ty) => format!("{{{}}}", inner(ty)),
        Type::Tuple(types) => format!("({})", types.iter().map(inner).collect::<Vec<_>>().join(", ")),
        Type::Integer(integer) => format!("{integer:?}").to_lowercase(),
        Type::Named(id) => name(&api.named(*id).name),
        other => format!("{other:?}"),
    }
}
