//! The summary of an upload of many files.

use std::time::Duration;

use super::outcome::{Ended, Kind};
use crate::quantity;

/// How many files ended in which way.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Summary {
    uploaded: u64,
    bytes: u64,
    unchanged: u64,
    failed: u64,
}

impl Summary {
    pub(super) fn of(ended: &[Option<Ended>]) -> Self {
        let mut summary = Self::default();
        for end in ended {
            match end.as_ref().map(|end| end.kind) {
                Some(Kind::Uploaded { bytes }) => {
                    summary.uploaded += 1;
                    summary.bytes += bytes;
                }
                Some(Kind::Unchanged) => summary.unchanged += 1,
                Some(Kind::Failed) | None => summary.failed += 1,
            }
        }
        summary
    }

    /// `10,000 files: 9,990 uploaded (1.2 GiB in 62 s), 8 unchanged, 2 failed`.
    pub(super) fn text(&self, took: Duration) -> String {
        let count = quantity::count;
        let files = self.uploaded + self.unchanged + self.failed;
        let noun = if files == 1 { "file" } else { "files" };
        let mut parts = Vec::new();
        if self.uploaded > 0 || files == 0 {
            let (size, seconds) = (quantity::shown_size(self.bytes), took.as_secs_f64());
            parts.push(format!("{} uploaded ({size} in {seconds:.1} s)", count(self.uploaded)));
        }
        parts.extend((self.unchanged > 0).then(|| format!("{} unchanged", count(self.unchanged))));
        parts.extend((self.failed > 0).then(|| format!("{} failed", count(self.failed))));
        format!("{} {noun}: {}", count(files), parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_one_line_about_all_files() {
        let took = Duration::from_millis(62_340);
        let text = |uploaded, unchanged, failed| {
            Summary { uploaded, bytes: uploaded << 20, unchanged, failed }.text(took)
        };
        assert_eq!(
            text(9990, 8, 2),
            "10,000 files: 9,990 uploaded (9.8 GiB in 62.3 s), 8 unchanged, 2 failed"
        );
        assert_eq!(text(0, 3, 0), "3 files: 3 unchanged");
        assert_eq!(text(1, 0, 0), "1 file: 1 uploaded (1.0 MiB in 62.3 s)");
        assert_eq!(text(0, 0, 0), "0 files: 0 uploaded (0 B in 62.3 s)");
    }
}
