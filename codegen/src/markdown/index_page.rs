//! The index: every operation, every model, and the authentication schemes.

use std::fmt::Write;

use crate::api::{Api, KeyLocation, SecurityKind};
use crate::naming::{Names, function_name, plain};

use super::pages::Pages;
use super::text::{block, cell};

pub(super) fn page(api: &Api, names: &Names, pages: &Pages<'_>) -> String {
    let mut text = String::new();
    let title = if api.title.is_empty() { "API" } else { &api.title };
    let _ = writeln!(text, "# {}\n", cell(title));
    if !api.description.is_empty() {
        let _ = writeln!(text, "{}\n", block(&api.description));
    }
    let _ = writeln!(text, "## Documentation for API Endpoints\n");
    let _ = writeln!(text, "All URIs are relative to *{}*\n", api.servers[0].url);
    let _ = writeln!(text, "Class | Method | HTTP request | Description");
    let _ = writeln!(text, "------------ | ------------- | ------------- | -------------");
    for (index, tag) in api.tags.iter().enumerate() {
        let page = pages.of_tag(index);
        for operation in &tag.operations {
            let name = function_name(operation);
            let name = plain(&name);
            let (method, path) = (&operation.method, &operation.path);
            let summary = cell(super::api_page::headline(operation));
            let _ =
                writeln!(text, "*{page}* | [**{name}**]({page}.md#{name}) | **{method}** {path} | {summary}");
        }
    }
    webhooks(&mut text, api, pages);
    let _ = writeln!(text, "\n## Documentation for Models\n");
    for (module, _) in names.modules() {
        let page = pages.of_module(module);
        let _ = writeln!(text, "- [{page}]({page}.md)");
    }
    let _ = writeln!(text, "\n## Documentation for Authorization\n");
    if api.security_schemes.is_empty() {
        let _ = writeln!(text, "No operation needs any.");
    }
    for scheme in &api.security_schemes {
        let _ = writeln!(text, "### {}\n", scheme.name);
        if !scheme.description.is_empty() {
            let _ = writeln!(text, "{}\n", block(&scheme.description));
        }
        let how = match &scheme.kind {
            SecurityKind::Bearer => "a bearer token, `bearer_access_token` of the configuration".to_owned(),
            SecurityKind::Basic => "HTTP basic, `basic_auth` of the configuration".to_owned(),
            SecurityKind::Http { scheme: name } => {
                format!("HTTP `{name}`, `api_keys[\"{}\"]` of the configuration", scheme.name)
            }
            SecurityKind::ApiKey { location, name } => {
                let location = match location {
                    KeyLocation::Header => "header",
                    KeyLocation::Query => "query parameter",
                    KeyLocation::Cookie => "cookie",
                };
                format!("the {location} `{name}`, `api_keys[\"{}\"]` of the configuration", scheme.name)
            }
        };
        let _ = writeln!(text, "- **Type**: {how}\n");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The webhooks, and the type of each one's body.
fn webhooks(text: &mut String, api: &Api, pages: &Pages<'_>) {
    if api.webhooks.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n## Webhooks\n");
    let _ = writeln!(text, "Requests that the server sends.\n");
    let _ = writeln!(text, "Name | Method | Body");
    let _ = writeln!(text, "------------ | ------------- | -------------");
    for webhook in &api.webhooks {
        let body = webhook.bodies.first().map(|body| match body.content.ty() {
            Some(ty) => pages.linked(ty),
            None => cell(&body.content_type),
        });
        let line = format!("{} | **{}** | {}", cell(&webhook.name), webhook.method, body.unwrap_or_default());
        let _ = writeln!(text, "{}", line.trim_end());
    }
}
