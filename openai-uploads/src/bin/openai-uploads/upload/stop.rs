//! What a run that is stopped leaves behind, and the command that resumes it.

use std::ffi::OsString;
use std::path::PathBuf;

use openai_uploads::uploader::Options;

use super::Upload;
use super::outcome::Ended;
use super::run::Run;
use crate::objects::shown;
use crate::progress::{Board, Unfinished};
use crate::stdin::is_stdin;
use crate::{message, quantity};

impl Run<'_> {
    /// Reports the state after an interruption, and how to resume.
    pub(super) fn report_stop(&self, ended: &[Option<Ended>], board: &Board) {
        let left: Vec<_> =
            self.files.iter().enumerate().filter(|(index, _)| ended[*index].is_none()).collect();
        if left.is_empty() {
            return message::write("interrupted, when all files were done");
        }
        let what_is_kept =
            if self.arguments.no_resume { ", and --no-resume keeps nothing of them" } else { "" };
        let files = message::count(left.len(), "file");
        message::write(&format!("interrupted: {files} not done{what_is_kept}"));
        if self.manifest.is_some() {
            return message::write(&message::help("to resume, run the same command again"));
        }
        for (index, _) in left.iter().filter(|_| !self.arguments.no_resume) {
            let Unfinished { name, parts_done, parts, in_flight } = board.unfinished(*index);
            let lost = match in_flight {
                0 => String::new(),
                bytes => format!(", {} in flight lost", quantity::shown_size(bytes)),
            };
            if parts > 0 {
                message::write(&format!("  {name} {parts_done}/{parts} parts kept{lost}"));
            }
        }
        let what = if self.arguments.no_resume { "start again" } else { "resume" };
        let files: Vec<_> = left.iter().map(|(_, file)| &file.path).filter(|path| !is_stdin(path)).collect();
        if files.len() < left.len() {
            message::write("stdin cannot be read again, so what was sent of it is lost");
        }
        if files.is_empty() {
            return;
        }
        let command: Vec<_> =
            self.arguments.command_for(&files).iter().map(|word| message::shell_word(word)).collect();
        message::write(&message::help(&format!("to {what}, run:\n  {}", message::text(&command.join(" ")))));
    }
}

impl Upload {
    /// The command that uploads these files with the same options.
    fn command_for(&self, files: &[&PathBuf]) -> Vec<OsString> {
        let program = std::env::args_os().next().unwrap_or_else(|| env!("CARGO_PKG_NAME").into());
        let mut words: Vec<OsString> = vec![program, "upload".into()];
        let values: [(&str, Option<OsString>); 13] = [
            ("--filename", self.filename.as_ref().map(Into::into)),
            ("--purpose", Some(self.description.purpose.as_str().into())),
            ("--mime-type", self.description.mime_type.as_ref().map(Into::into)),
            ("--provider", self.description.provider.map(|provider| provider.as_str().into())),
            ("--expires-after", self.expires_after.map(|after| format!("{}s", after.as_secs()).into())),
            ("--api", self.parts.api.map(|api| api.as_str().into())),
            ("--concurrency", self.parts.concurrency.map(|concurrency| concurrency.to_string().into())),
            ("--part-size", self.parts.part_size.map(|size| size.to_string().into())),
            ("--limit-rate", self.limit_rate.map(|rate| rate.to_string().into())),
            (
                "--retry-for",
                (self.retry_for != Options::default().retry.time_limit)
                    .then(|| quantity::exact_duration(self.retry_for).into()),
            ),
            ("--state", self.state.as_ref().map(Into::into)),
            ("--vector-store", self.after.vector_store.as_ref().map(Into::into)),
            ("--fine-tune", self.after.fine_tune.as_ref().map(Into::into)),
        ];
        for (name, value) in values {
            if let Some(value) = value {
                words.extend([name.into(), value]);
            }
        }
        for (name, value) in self.connection.options() {
            words.extend([name.into(), value]);
        }
        words.extend(self.connection.key_source.flags().into_iter().map(OsString::from));
        let flags = [
            ("--no-md5", self.no_md5),
            ("--no-preflight", self.no_preflight),
            ("--no-resume", self.no_resume),
            ("--wait", self.after.wait),
            ("--json", self.json),
            ("--quiet", self.quiet),
        ];
        words.extend(flags.iter().filter(|(_, given)| *given).map(|(name, _)| OsString::from(name)));
        // After this, a name that begins with a hyphen is not taken for an option.
        words.push("--".into());
        words.extend(files.iter().map(|file| shown(file).as_os_str().to_owned()));
        words
    }
}
