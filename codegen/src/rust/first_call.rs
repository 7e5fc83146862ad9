//! A first call for the front page of a crate and its README. It uses the simplest operation.

use crate::api::{Api, Operation, SecurityKind};
use crate::naming::{Function, Names, Scope, functions, plain, tag_modules};

/// A function that makes the first call. It compiles in a program that depends on the crate `name`.
pub(super) fn first_call(api: &Api, names: &Names, name: &str) -> String {
    let name = name.replace('-', "_");
    let chosen = simplest(api, names);
    let uses = match &chosen {
        Some((module, ..)) => {
            format!("use {name}::apis::configuration::Configuration;\nuse {name}::apis::{module};\n")
        }
        None => format!("use {name}::apis::configuration::Configuration;\n"),
    };
    let credentials = chosen.as_ref().and_then(|(_, operation, _)| credentials(api, operation));
    let configuration = match credentials {
        Some(line) => format!("    let mut configuration = Configuration::new();\n    {line}\n"),
        None => "    let configuration = Configuration::new();\n".to_owned(),
    };
    let call = match &chosen {
        Some((module, _, function)) => {
            let example = function.example(module);
            match function.returns.value.to_string().as_str() {
                "()" => format!("    {example};\n"),
                _ => format!("    let response = {example};\n    println!(\"{{response:?}}\");\n"),
            }
        }
        None => "    println!(\"{}\", configuration.base_path);\n".to_owned(),
    };
    format!(
        "{uses}\nasync fn first_call() -> Result<(), Box<dyn std::error::Error>> {{\n{configuration}{call}    Ok(())\n}}"
    )
}

/// The simplest operation, with the module of its function.
fn simplest<'a>(api: &'a Api, names: &Names) -> Option<(String, &'a Operation, Function<'a>)> {
    let scope = Scope::new(api, names, None);
    let modules = tag_modules(api);
    let operations = api.tags.iter().zip(modules);
    let operations = operations
        .flat_map(|(tag, module)| tag.operations.iter().map(move |operation| (module.clone(), operation)));
    let callable =
        operations.filter(|(_, operation)| !operation.deprecated).filter_map(|(module, operation)| {
            let function = functions(&scope, operation).into_iter().next()?;
            function.has_whole_example().then_some((module, operation, function))
        });
    callable.min_by_key(|(_, operation, function)| {
        let required = function.arguments.len();
        (operation.method != "GET", function.returns.value.to_string() == "()", required)
    })
}

/// The line that sets the credentials of an operation.
fn credentials(api: &Api, operation: &Operation) -> Option<String> {
    let alternative = operation.security.iter().find(|alternative| alternative.len() == 1)?;
    let scheme = &api.security_schemes[alternative[0]];
    match &scheme.kind {
        SecurityKind::Bearer => {
            Some("configuration.bearer_access_token = Some(std::env::var(\"API_TOKEN\")?.into());".to_owned())
        }
        SecurityKind::ApiKey { .. } | SecurityKind::Http { .. } => Some(format!(
            "configuration.api_keys.insert({:?}.to_owned(), std::env::var(\"API_KEY\")?.into());",
            plain(&scheme.name)
        )),
        SecurityKind::Basic => None,
    }
}
