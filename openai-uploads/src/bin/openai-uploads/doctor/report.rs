//! The report, for people and for programs.

use console::style;
use serde_json::json;

use super::checks::{Check, CheckResult};
use super::settings::{Setting, Settings};
use crate::{message, stdout};

/// The settings and the checks.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) settings: Settings,
    pub(super) checks: Vec<Check>,
}

impl Report {
    /// Whether nothing has to change. A server may lack an API.
    pub(super) fn is_well(&self) -> bool {
        self.checks.iter().all(|check| matches!(check.result, CheckResult::Ok | CheckResult::Missing))
    }

    pub(super) fn json(&self) -> String {
        stdout::json(&json!({
            "ok": self.is_well(),
            "settings": self.settings,
            "checks": self.checks,
        }))
    }

    pub(super) fn text(&self) -> String {
        let Settings { base_url, provider, key, proxy, ca_certificates, client_certificate } = &self.settings;
        let certificates = match ca_certificates.as_slice() {
            [] => "those of the machine".to_owned(),
            files => format!("those of the machine, and {}", files.join(", ")),
        };
        let unknown = || "unknown".to_owned();
        let rows = [
            ("base URL", Some(base_url.as_ref().map_or_else(unknown, shown))),
            ("provider", Some(provider.map_or_else(unknown, str::to_owned))),
            ("key", key.as_ref().map(shown)),
            ("proxy", proxy.as_ref().map(shown)),
            ("CA certificates", Some(certificates)),
            ("client certificate", client_certificate.clone()),
        ];
        let mut lines: Vec<String> = rows
            .into_iter()
            .map(|(name, value)| format!("{name:<20}{}", value.unwrap_or_else(|| "none".to_owned())))
            .collect();
        lines.push(String::new());
        for check in &self.checks {
            let result = match check.result {
                CheckResult::Ok => style("ok     ").green(),
                CheckResult::Missing => style("missing").yellow(),
                CheckResult::Failed => style("failed ").red().bold(),
                CheckResult::Skipped => style("skipped").dim(),
            };
            let line = format!("{result}  {:<12}{}", check.name, message::text(&check.message));
            lines.push(line.trim_end().to_owned());
            lines.extend(check.help.as_ref().map(|help| format!("         help: {}", message::text(help))));
        }
        lines.join("\n")
    }
}

fn shown(setting: &Setting) -> String {
    match &setting.value {
        Some(value) => format!("{} (from {})", message::word(value), setting.from),
        None => format!("from {}", setting.from),
    }
}
