//! `openapi-crate explain`: explains the code of a diagnostic.

use super::failure::Failure;
use super::report::{Outcome, Report};
use crate::diagnostic::{codes, explain};
use crate::near::nearest;

/// Explain the code of a warning or an error, or list all codes
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The code in the brackets of a message, such as dangling-ref
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

impl Arguments {
    pub(super) fn run(&self) -> Result<Report, Failure> {
        let Some(code) = &self.code else {
            let list: String = codes().map(|code| format!("{code}\n")).collect();
            let report = Report::new(Outcome::Fine, list);
            return Ok(report.with("codes", codes().collect::<Vec<_>>()));
        };
        // People paste the whole of `warning[code]`.
        let code = code.rsplit('[').next().unwrap_or_default().trim_end_matches(']');
        match explain(code) {
            Some(text) => Ok(Report::new(Outcome::Fine, format!("{text}\n"))
                .with("code", code)
                .with("explanation", text)),
            None => {
                let help = match nearest(code, codes()) {
                    Some(near) => format!("did you mean `{near}`? Without a code, all are listed"),
                    None => "without a code, all are listed".to_owned(),
                };
                Err(Failure::with_help(format!("no diagnostic has the code `{code}`"), help))
            }
        }
    }
}
