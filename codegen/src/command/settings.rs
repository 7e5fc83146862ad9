//! The options of `generate` and `check`, from the command line and from a configuration file.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::choice::Choice;
use super::failure::Failure;
use crate::formats::Formats;
use crate::input::read_text;
use crate::rename::Rename;
use crate::{Input, Options, Output};

/// What to generate. A configuration file has the same options as the command line, without `--`.
#[derive(Clone, Debug, Default, clap::Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The OpenAPI document, as YAML or JSON
    #[arg(value_name = "SPEC")]
    pub spec: Option<PathBuf>,
    /// An overlay that corrects the document (OpenAPI Overlay 1.0 to 1.2); may be given several times
    #[arg(long, value_name = "FILE")]
    pub overlay: Vec<PathBuf>,
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The name of the crate
    #[arg(long, value_name = "CRATE", value_parser = crate_name)]
    pub name: Option<String>,
    /// Write a module of a crate that is already there, and list the dependencies that it needs
    #[arg(long, conflicts_with = "name")]
    pub module: bool,
    /// Give the crate a cargo feature for each tag, so that its users compile only the tags that they need
    #[arg(long, conflicts_with = "module")]
    pub features_by_tag: bool,
    /// Let `cargo test` of the crate compile the examples in the documentation of its functions
    #[arg(long, conflicts_with = "module")]
    pub doctests: bool,
    /// Choose the Rust type of strings with a format: string, chrono, jiff or time for date-time, date and time; string
    /// or jiff for duration; string or uuid for uuid; string or `rust_decimal` for decimal; may be given several times
    #[arg(long = "format", value_name = "FORMAT=TYPE", value_parser = format_choice)]
    #[serde(skip)]
    pub formats: Vec<(String, String)>,
    /// The same in a configuration file: a table.
    #[arg(skip)]
    pub format: Formats,
    /// Exit with 2, and write nothing, if there is a warning
    #[arg(long)]
    pub deny_warnings: bool,
    /// The operations to generate; the table `operations` of a configuration file.
    #[command(flatten)]
    pub operations: Choice,
    /// Rust names; only in a configuration file.
    #[arg(skip)]
    pub rename: Rename,
}

/// Settings, and where those come from that are not on the command line.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct SettingsArguments {
    #[command(flatten)]
    settings: Settings,
    /// A TOML file with options; those of the command line come first
    #[arg(long, value_name = "FILE", help_heading = None::<&str>)]
    config: Option<PathBuf>,
}

impl SettingsArguments {
    /// The settings of the command line, completed by those of the configuration file.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or has something in it that is not an option.
    pub fn settings(&self) -> Result<Settings, Failure> {
        let settings = self.settings.clone();
        match &self.config {
            None => Ok(settings),
            Some(file) => Ok(settings.or(Settings::read(file)?)),
        }
    }
}

impl Settings {
    /// Reads a configuration file. Its paths are relative to the folder that it is in.
    fn read(file: &Path) -> Result<Self, Failure> {
        let text = read_text(Path::new(""), file)?;
        let invalid = |message: &dyn Display| {
            Failure::with_help(
                format!("cannot use `{}`: {message}", file.display()),
                "`openapi-crate generate --help` lists the options; those of operations belong under [operations]",
            )
        };
        let mut settings: Self = toml::from_str(&text).map_err(|error| invalid(&error))?;
        if let Some(name) = &settings.name {
            crate_name(name).map_err(|error| invalid(&format!("`name` is `{name}`: {error}")))?;
            if settings.module {
                return Err(invalid(&"it has both `name` and `module`"));
            }
        }
        let folder = file.parent().unwrap_or(Path::new(""));
        for path in settings.spec.iter_mut().chain(&mut settings.out).chain(&mut settings.overlay) {
            *path = folder.join(&*path);
        }
        Ok(settings)
    }

    /// These settings, and those of `other` that are not given here.
    fn or(self, other: Self) -> Self {
        let has_output = self.name.is_some() || self.module;
        Self {
            spec: self.spec.or(other.spec),
            overlay: if self.overlay.is_empty() { other.overlay } else { self.overlay },
            out: self.out.or(other.out),
            name: if has_output { self.name } else { other.name },
            module: if has_output { self.module } else { other.module },
            features_by_tag: self.features_by_tag || other.features_by_tag,
            doctests: self.doctests || other.doctests,
            deny_warnings: self.deny_warnings || other.deny_warnings,
            operations: self.operations.or(other.operations),
            rename: other.rename,
            formats: self.formats,
            format: self.format.or(other.format),
        }
    }

    /// Reads the document.
    ///
    /// # Errors
    ///
    /// No document was given, or it cannot be read.
    pub fn input(&self) -> Result<Input, Failure> {
        let spec = self.spec.as_ref().ok_or_else(|| missing("document", "SPEC", "spec"))?;
        input(spec, &self.overlay)
    }

    /// The folder to write to.
    ///
    /// # Errors
    ///
    /// None was given.
    pub fn folder(&self) -> Result<&Path, Failure> {
        self.out.as_deref().ok_or_else(|| missing("folder to write to", "--out DIR", "out"))
    }

    /// The kind of output.
    ///
    /// # Errors
    ///
    /// Neither the name of a crate was given nor that it is a module.
    pub fn output(&self) -> Result<Output, Failure> {
        match &self.name {
            Some(name) => Ok(Output::Crate { name: name.clone() }),
            None if self.module => Ok(Output::ModuleTree),
            None => Err(missing("name of a crate", "--name CRATE or --module", "name")),
        }
    }

    /// What to make of the document.
    pub fn options(&self, output: Output) -> Options {
        Options {
            selection: self.operations.clone().into(),
            rename: self.rename.clone(),
            formats: self.formats(),
            // A module has no manifest for them.
            features_by_tag: self.features_by_tag && matches!(output, Output::Crate { .. }),
            doctests: self.doctests,
            output,
            ..Options::default()
        }
    }
}

impl Settings {
    /// The types of strings with a format; those of the command line come first.
    fn formats(&self) -> Formats {
        let mut formats = Formats::default();
        for (format, ty) in &self.formats {
            // They were checked as arguments.
            let _ = formats.choose(format, ty);
        }
        formats.or(self.format.clone())
    }
}

/// Checks the type of a format, as an argument.
fn format_choice(text: &str) -> Result<(String, String), String> {
    let (format, ty) = text.split_once('=').ok_or("write it as `date-time=string`")?;
    Formats::default().choose(format, ty)?;
    Ok((format.to_owned(), ty.to_owned()))
}

/// Reads a document and its overlays.
///
/// # Errors
///
/// A file that cannot be read.
pub(super) fn input(spec: &Path, overlays: &[PathBuf]) -> Result<Input, Failure> {
    let input = overlays.iter().try_fold(Input::read(spec)?, |input, overlay| input.overlay(overlay));
    Ok(input?)
}

fn missing(what: &str, argument: &str, key: &str) -> Failure {
    Failure::with_help(
        format!("no {what} was given"),
        format!("give {argument}, or `{key}` in a file that --config names"),
    )
}

/// Checks the name of a crate, as an argument.
///
/// # Errors
///
/// What a name must be like.
pub fn crate_name(name: &str) -> Result<String, &'static str> {
    crate::crate_name::check(name).map(|()| name.to_owned())
}
