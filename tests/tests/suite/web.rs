//! Generated clients in WebAssembly: they compile, and call the local server from Node.js.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output as Ended, Stdio};
use std::time::Duration;

use openai_uploads::server::{Fault, Faults, Server, When};
use openapi_crate::{Generated, Input, Options, Output, dependency_tables};

use super::program::workspace;
use super::python::succeed;
use super::server_fixture::start_with;
use super::skipped::skipped;

const TARGET: &str = "wasm32-unknown-unknown";

/// Names of the runtime that do not exist there.
const MISSING: [&str; 5] = ["SharedClient", "TokenCommand", "TokenFile", "client_builder", "testing"];

/// Calls of functions that do not exist there.
const MISSING_CALLS: [&str; 6] = [
    "Binary::path(\"file\")",
    "Binary::range(\"file\", 0..1)",
    "Binary::stream(0, stream::empty())",
    "Binary::repeatable(0, || stream::empty())",
    "Binary::bytes(Bytes::new()).inspect(|_| {})",
    "Configuration::at(\"http://host\").with_proxy_name(\"http://proxy\")",
];

/// The compiler of the target.
enum Compiler {
    /// The one that builds this test: the target is installed.
    Own,
    /// Another one, which has the sources of the standard library.
    WithSources(PathBuf),
}

impl Compiler {
    /// The one in `WASM_RUSTC`, or else the one that builds this test. `None`, with a message: there is none.
    fn find() -> Option<Self> {
        if let Some(path) = std::env::var_os("WASM_RUSTC") {
            return Some(Self::WithSources(path.into()));
        }
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let ended = Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output();
        let folder = ended.map(|ended| String::from_utf8_lossy(&ended.stdout).trim().to_owned());
        let is_installed = folder.is_ok_and(|folder| !folder.is_empty() && Path::new(&folder).is_dir());
        if !is_installed {
            skipped(&format!(
                "there is no {TARGET}; run `rustup target add {TARGET}`, or set WASM_RUSTC to a rustc that has the \
                 sources of the standard library"
            ));
        }
        is_installed.then_some(Self::Own)
    }

    /// Runs a subcommand of cargo on the program in `folder`.
    fn run(&self, subcommand: &str, folder: &Path) -> Ended {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(folder).args([subcommand, "--target", TARGET]);
        cargo.env("CARGO_TARGET_DIR", target_folder()).env("CARGO_PROFILE_DEV_DEBUG", "0");
        cargo.env("RUSTFLAGS", "-D warnings");
        if let Self::WithSources(rustc) = self {
            cargo.arg("-Zbuild-std=std,panic_abort").env("RUSTC", rustc).env("RUSTC_BOOTSTRAP", "1");
        }
        cargo.output().unwrap()
    }
}

#[test]
fn generated_clients_compile_and_what_does_not_exist_there_does_not() {
    let Some(compiler) = Compiler::find() else { return };
    let folder = program();
    let program = folder.path().join("program");
    let ended = compiler.run("check", &program);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));

    let errors_of = |source: String| {
        fs::write(program.join("src/lib.rs"), source).unwrap();
        String::from_utf8_lossy(&compiler.run("check", &program).stderr).into_owned()
    };
    let imports = MISSING.map(|name| format!("pub use everything::runtime::{name};"));
    let errors = errors_of(imports.join("\n"));
    for import in &imports {
        assert!(errors.contains(import), "{import} is no error: {errors}");
    }
    let calls = MISSING_CALLS.map(|call| format!("    let _ = {call};"));
    let start = "use everything::runtime::{Binary, Configuration, bytes::Bytes, futures_util::stream};\n";
    let errors = errors_of(format!("{start}pub fn missing() {{\n{}\n}}\n", calls.join("\n")));
    for call in &calls {
        assert!(errors.contains(call.trim()), "{call} is no error: {errors}");
    }
}

#[test]
fn a_generated_client_calls_the_local_server_from_node() {
    let Some(compiler) = Compiler::find() else { return };
    let version = locked_version("wasm-bindgen");
    let found = output_of("wasm-bindgen", "--version");
    if found.as_deref() != Some(&format!("wasm-bindgen {version}")) {
        return skipped(&format!(
            "there is no wasm-bindgen {version}; run `cargo install wasm-bindgen-cli --version {version}`"
        ));
    }
    if output_of("node", "--version").is_none() {
        return skipped("there is no Node.js");
    }
    let folder = program();
    let ended = compiler.run("build", &folder.path().join("program"));
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let scripts = folder.path().join("scripts");
    let built = target_folder().join(TARGET).join("debug/program.wasm");
    succeed(Command::new("wasm-bindgen").args(["--target", "nodejs", "--out-dir"]).arg(&scripts).arg(built));

    let faults = Faults::new()
        .with(Fault::fail(503), When::first(2).on("listFiles"))
        .with(Fault::delay(Duration::from_secs(2)), When::nth(2).on("retrieveFile"));
    let server = start_with(Server::builder().faults(faults));
    let call = "require(process.argv[1]).exchange(process.argv[2]).then(text => console.log(text))";
    let mut node = Command::new("node");
    let ended =
        node.args(["-e", call]).arg(scripts.join("program.js")).arg(server.base_url()).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{stdout}\n{stderr}");
    assert!(stdout.starts_with("the text of "), "{stdout}\n{stderr}");
}

/// The sources of `tests/web`, with the clients that they use.
fn program() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    let read = |path: &str| fs::read_to_string(workspace().join(path)).unwrap();
    let everything = Output::Crate { name: "everything".to_owned() };
    let everything = generated("tests/documents", "everything.yaml", everything);
    everything.package.compare(&folder.path().join("everything")).unwrap().write().unwrap();
    let client = generated("spec", "uploads.yaml", Output::ModuleTree);
    client.package.compare(&program.join("src/client")).unwrap().write().unwrap();
    fs::write(program.join("src/lib.rs"), read("tests/web/lib.rs")).unwrap();
    fs::write(program.join("Cargo.lock"), read("Cargo.lock")).unwrap();
    let manifest = format!(
        "[package]\nname = \"program\"\nedition = \"2024\"\n\n[workspace]\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n{}\n\
         [dependencies.everything]\npath = \"../everything\"\nfeatures = [\"testing\", \"webhooks\"]\n\n\
         [dependencies.wasm-bindgen]\nversion = \"0.2\"\n\n[dependencies.wasm-bindgen-futures]\nversion = \"0.4\"\n",
        dependency_tables(&client.dependencies)
    );
    fs::write(program.join("Cargo.toml"), manifest).unwrap();
    folder
}

fn generated(folder: &str, file: &str, output: Output) -> Generated {
    let input = Input::read_in(&workspace().join(folder), Path::new(file)).unwrap();
    let options = Options { output, ..Options::default() };
    input.generate(options).unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

/// Where cargo keeps what it builds for the target: the dependencies are built once.
fn target_folder() -> PathBuf {
    workspace().join("target/web")
}

/// The version of a package in the workspace's lock file.
fn locked_version(package: &str) -> String {
    let lock = fs::read_to_string(workspace().join("Cargo.lock")).unwrap();
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// What a program prints; `None` if it does not run.
fn output_of(program: &str, argument: &str) -> Option<String> {
    let ended = Command::new(program).arg(argument).stderr(Stdio::null()).output().ok()?;
    ended.status.success().then(|| String::from_utf8_lossy(&ended.stdout).trim().to_owned())
}
