//! Programs that call functions of a generated crate, made from the examples of its documentation.

use std::fs;
use std::path::Path;

use openapi_crate::command::failure::Failure;

/// A function of a generated crate, and the example of a call.
pub(super) struct Example {
    pub(super) function: String,
    /// A function `example`, which makes the call.
    code: String,
}

/// The examples of the functions of the crate in `folder`.
pub(super) fn examples(folder: &Path) -> Result<Vec<Example>, Failure> {
    let modules = folder.join("src/apis");
    let failed = |error| Failure::io("read", &modules, &error);
    let mut examples = Vec::new();
    for entry in fs::read_dir(&modules).map_err(failed)? {
        let text = fs::read_to_string(entry.map_err(failed)?.path()).map_err(failed)?;
        examples.extend(text.split("/// ```ignore\n").skip(1).filter_map(example));
    }
    examples.sort_by(|one, other| one.function.cmp(&other.function));
    Ok(examples)
}

/// Reads the text behind the first fence of an example, up to the end of the module.
fn example(text: &str) -> Option<Example> {
    let (code, function) = text.split_once("/// ```\n")?;
    let (_, function) = function.split_once("pub fn ")?;
    let (function, _) = function.split_once('(')?;
    let lines = code.lines().map(|line| line.trim_start_matches("///").trim_start());
    let code = lines.map(|line| line.strip_prefix("# ").unwrap_or(line).to_owned() + "\n").collect();
    Some(Example { function: function.to_owned(), code })
}

/// The function that the README of the crate in `folder` calls first.
pub(super) fn first(folder: &Path) -> Result<String, Failure> {
    let readme = folder.join("README.md");
    let text = fs::read_to_string(&readme).map_err(|error| Failure::io("read", &readme, &error))?;
    let function = text.split_once("_api::").and_then(|(_, rest)| rest.split_once('('));
    let (function, _) =
        function.ok_or_else(|| Failure::new(format!("{} calls no function", readme.display())))?;
    Ok(function.to_owned())
}

/// Writes a program into `folder` that makes the calls of examples, with the crate `api` in `made`.
pub(super) fn write(folder: &Path, made: &Path, examples: &[&Example]) -> Result<(), Failure> {
    let manifest = made.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).map_err(|error| Failure::io("read", &manifest, &error))?;
    // The examples may use what the crate uses.
    let dependencies = text.split_once("[dependencies]\n").and_then(|(_, rest)| rest.split("\n\n").next());
    let manifest = format!(
        "[package]\nname = \"program\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies.api]\npath = '{}'\n\n[dependencies]\n{}\n",
        made.display(),
        dependencies.unwrap_or_default()
    );
    let mut main = String::new();
    let mut calls = String::new();
    for (number, example) in examples.iter().enumerate() {
        let code = example.code.replace("async fn example", "pub async fn example");
        main.push_str(&format!("mod call_{number} {{\n{code}}}\n"));
        calls.push_str(&format!("    call_{number}::example(&configuration).await?;\n"));
    }
    main.push_str(&format!(
        "async fn calls() -> Result<(), Box<dyn std::error::Error>> {{\n    \
         let configuration = api::apis::configuration::Configuration::new();\n{calls}    Ok(())\n}}\n\n\
         fn main() {{\n    let mut calls = std::pin::pin!(calls());\n    \
         let mut context = std::task::Context::from_waker(std::task::Waker::noop());\n    \
         let _ = calls.as_mut().poll(&mut context);\n}}\n"
    ));
    for (path, text) in [("Cargo.toml", &manifest), ("src/main.rs", &main)] {
        let file = folder.join(path);
        let written =
            fs::create_dir_all(file.parent().unwrap_or(folder)).and_then(|()| fs::write(&file, text));
        written.map_err(|error| Failure::io("write", &file, &error))?;
    }
    Ok(())
}
