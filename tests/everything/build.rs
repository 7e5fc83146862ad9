//! Makes the client of `tests/documents/NAME`, where NAME is the package's, as `cargo xtask codegen` does.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use openapi_crate::document::{Document, mentions_other_files};
use openapi_crate::{Options, Output, generate};

fn main() -> Result<(), Box<dyn Error>> {
    let name = env::var("CARGO_PKG_NAME")?;
    let documents = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../documents");
    println!("cargo::rerun-if-changed={}", documents.display());
    let names = [format!("{name}.yaml"), format!("{name}.json")];
    let file = names.into_iter().find(|file| documents.join(file).is_file()).ok_or("there is no document")?;
    let text = fs::read_to_string(documents.join(&file))?;
    let files = files_beside(&documents, &file, &text)?;
    let generated = generate(&text, &Options { file, files, output: Output::Crate { name } })
        .map_err(|errors| errors.render(false))?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    generated.package.compare(&out)?.write()?;
    // A crate's attributes cannot be included, and its modules can.
    let modules = ["runtime", "apis", "models"].map(|module| {
        let path = out.join("src").join(module).join("mod.rs");
        format!("#[macro_use]\n#[path = {path:?}]\npub mod {module};\n")
    });
    fs::write(out.join("modules.rs"), modules.concat())?;
    Ok(())
}

/// The files that the document refers to.
fn files_beside(folder: &Path, file: &str, text: &str) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut files = BTreeMap::new();
    if !mentions_other_files(text) {
        return Ok(files);
    }
    loop {
        let document = Document::parse_many(file, text, &files).map_err(|errors| errors.render(false))?;
        let wanted = document.external_files();
        if wanted.is_empty() {
            return Ok(files);
        }
        for name in wanted {
            let text = fs::read_to_string(folder.join(&name))?;
            files.insert(name, text);
        }
    }
}
