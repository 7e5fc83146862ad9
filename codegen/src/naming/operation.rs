//! The names of an operation's items: its functions, arguments, constant and types.

use std::collections::HashSet;

use crate::api::{Api, BodyContent, Location, Operation, Parameter};

use super::identifier::{camel, module, shouty, snake, unique};

/// The name of an operation's first function.
pub(crate) fn function_name(operation: &Operation) -> String {
    snake(&operation.name)
}

/// A name without the `r#` of a raw identifier.
pub(crate) fn plain(name: &str) -> &str {
    name.trim_start_matches("r#")
}

/// The name of an operation's constant, which must differ from what its module imports.
pub(crate) fn constant_name(api: &Api, operation: &Operation) -> String {
    let name = shouty(&operation.name);
    // Not all scripts have capitals.
    let is_taken =
        name == "BASE_PATH" || name == function_name(operation) || scheme_names(api).contains(&name);
    if is_taken { format!("{name}_OPERATION") } else { name }
}

/// The name of the struct of an operation's optional parameters.
pub(crate) fn parameters_type(operation: &Operation) -> String {
    format!("{}Params", camel(&operation.name))
}

/// The name of the enum of an operation's replies.
pub(crate) fn reply_type(operation: &Operation) -> String {
    format!("{}Reply", camel(&operation.name))
}

/// The name of the enum of an operation's errors.
pub(crate) fn error_type(operation: &Operation) -> String {
    format!("{}Error", camel(&operation.name))
}

/// The name of the type that says how an operation's list comes in pages.
pub(crate) fn pages_type(operation: &Operation) -> String {
    format!("{}Pages", camel(&operation.name))
}

/// The parameters, each with the name of its argument or field. If a name is taken, the location is appended: `id` in
/// the path, `id_header`.
pub(crate) fn argument_names(operation: &Operation) -> Vec<(&Parameter, String)> {
    let given = |parameter: &Parameter| parameter.given.as_ref().map(|given| snake(&given.name));
    let mut taken = HashSet::from(["configuration".to_owned(), "params".to_owned()]);
    taken.extend(operation.parameters.iter().filter_map(given));
    operation
        .parameters
        .iter()
        .map(|parameter| {
            if let Some(name) = given(parameter) {
                return (parameter, name);
            }
            let name = snake(&parameter.name);
            let name = if taken.contains(&name) { located(parameter) } else { name };
            (parameter, unique(name, &mut taken))
        })
        .collect()
}

/// The name of a parameter with its location.
fn located(parameter: &Parameter) -> String {
    let place = match parameter.location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
        Location::QueryString => "querystring",
    };
    snake(&format!("{} {place}", parameter.name))
}

/// The suffix of the function for another body.
pub(crate) fn body_suffix(operation: &Operation, index: usize) -> String {
    let word = |index: usize| match &operation.bodies[index].content {
        BodyContent::Json(_) => "json",
        BodyContent::Multipart(_) => "multipart",
        BodyContent::UrlEncoded(_) => "form",
        BodyContent::Lines(_) => "lines",
        BodyContent::Text => "text",
        BodyContent::Base64 => "base64",
        BodyContent::Binary => "binary",
    };
    let same = (0..index).filter(|other| word(*other) == word(index)).count();
    match same {
        0 => format!("as {}", word(index)),
        // A plus sign may be the only difference between types when it is at the end. Elsewhere it separates words.
        _ => match operation.bodies[index].content_type.strip_suffix('+') {
            Some(base) => format!("as {base} plus"),
            None => format!("as {}", operation.bodies[index].content_type),
        },
    }
}

/// The modules of the tags, in their order.
pub(crate) fn tag_modules(api: &Api) -> Vec<String> {
    let mut taken = HashSet::from(["configuration".to_owned(), "r#mod".to_owned()]);
    api.tags.iter().map(|tag| unique(module(&format!("{} api", tag.name)), &mut taken)).collect()
}

/// The names of the constants of the security schemes, in their order.
pub(crate) fn scheme_names(api: &Api) -> Vec<String> {
    let mut taken: HashSet<String> = (0..api.servers.len()).map(server_name).collect();
    api.security_schemes.iter().map(|scheme| unique(shouty(&scheme.name), &mut taken)).collect()
}

/// The name of the constant of a server.
pub(crate) fn server_name(index: usize) -> String {
    if index == 0 { "BASE_PATH".to_owned() } else { format!("BASE_PATH_{}", index + 1) }
}
