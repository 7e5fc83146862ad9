//! The examples in the guides, compiled and run. Tests over several packages are in `tests/tests`.

macro_rules! guides {
    ($($name:ident: $path:literal),* $(,)?) => {
        $(#[cfg(doctest)] #[doc = include_str!(concat!("../../", $path))] struct $name;)*
    };
}

guides! {
    Readme: "README.md",
    Architecture: "docs/architecture.md",
    Batches: "docs/batches.md",
    Benchmarks: "docs/benchmarks.md",
    Clients: "docs/clients.md",
    Command: "docs/command.md",
    Generator: "docs/generator.md",
    LocalServer: "docs/local-server.md",
    Models: "docs/models.md",
    Networks: "docs/networks.md",
    Sources: "docs/sources.md",
    Uploader: "docs/uploader.md",
}
