//! Bar charts for the README, as SVG.
//!
//! ```text
//! Chart::new("1 GiB over loopback")
//!     .panel(
//!         Panel::new("wall time in seconds, less is better")
//!             .ours("openai-uploads", 0.61, "0.61 s")
//!             .bar("curl, 8 in flight", 0.64, "0.64 s")
//!             .note("openai-python", "not installed"),
//!     )
//!     .to_svg()
//! ```
//!
//! Each panel has its own scale, from zero to its longest bar. A bar more than twenty times as long as the shortest
//! one is cut, so that the short ones stay distinguishable. Colours follow the reader's theme.

use std::fmt::Write;

const WIDTH: f64 = 760.0;
const LABELS: f64 = 250.0;
const FIGURES: f64 = 110.0;
const ROW: f64 = 22.0;
const THICKNESS: f64 = 14.0;

/// How much longer than the shortest bar the longest may be before it is cut.
const MAX_RATIO: f64 = 20.0;

const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600;font-size:15px}.panel{fill:#57606a}\
.bar{fill:#afb8c1}.ours{fill:#1a7f37}.cut{stroke:#fff;stroke-width:3}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.panel{fill:#8b949e}.bar{fill:#484f58}.ours{fill:#3fb950}.cut{stroke:#0d1117}}";

/// A chart: panels below each other.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    title: String,
    panels: Vec<Panel>,
}

/// A comparison of one figure.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    title: String,
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    label: String,
    /// `None`: there is no figure, and the text says why.
    value: Option<f64>,
    text: String,
    is_ours: bool,
}

impl Chart {
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), panels: Vec::new() }
    }

    /// Adds a panel below the others.
    pub(crate) fn panel(mut self, panel: Panel) -> Self {
        self.panels.push(panel);
        self
    }

    /// The chart as SVG. The same chart gives the same bytes.
    pub(crate) fn to_svg(&self) -> String {
        let mut body = String::new();
        let mut y = 24.0;
        text(&mut body, "title", 0.0, y, "start", &self.title);
        for panel in &self.panels {
            y += 32.0;
            text(&mut body, "panel", 0.0, y, "start", &panel.title);
            y += 8.0;
            let scale = panel.scale();
            for row in &panel.rows {
                row.draw(&mut body, y, scale);
                y += ROW;
            }
        }
        let height = y + 8.0;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">\n<style>{STYLE}</style>\n{body}</svg>\n",
            escaped(&self.title)
        )
    }
}

impl Panel {
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), rows: Vec::new() }
    }

    /// Adds a highlighted bar. `figure` is the value as text.
    pub(crate) fn ours(self, label: impl Into<String>, value: f64, figure: impl Into<String>) -> Self {
        self.row(label.into(), Some(value), figure.into(), true)
    }

    /// Adds a bar.
    pub(crate) fn bar(self, label: impl Into<String>, value: f64, figure: impl Into<String>) -> Self {
        self.row(label.into(), Some(value), figure.into(), false)
    }

    /// Adds a row without a bar, and the reason.
    pub(crate) fn note(self, label: impl Into<String>, why: impl Into<String>) -> Self {
        self.row(label.into(), None, why.into(), false)
    }

    fn row(mut self, label: String, value: Option<f64>, text: String, is_ours: bool) -> Self {
        let value = value.filter(|value| value.is_finite()).map(|value| value.max(0.0));
        self.rows.push(Row { label, value, text, is_ours });
        self
    }

    /// The value of a bar of full length.
    fn scale(&self) -> f64 {
        let values = || self.rows.iter().filter_map(|row| row.value).filter(|value| *value > 0.0);
        let (shortest, longest) = (values().fold(f64::MAX, f64::min), values().fold(0.0, f64::max));
        longest.min(shortest * MAX_RATIO).max(f64::MIN_POSITIVE)
    }
}

impl Row {
    fn draw(&self, body: &mut String, y: f64, scale: f64) {
        let room = WIDTH - LABELS - FIGURES;
        let baseline = y + THICKNESS - 2.0;
        text(body, "", LABELS - 10.0, baseline, "end", &self.label);
        let mut end = LABELS;
        if let Some(value) = self.value {
            let length = (room * (value / scale).min(1.0)).max(1.0);
            let class = if self.is_ours { "ours" } else { "bar" };
            let _ = writeln!(
                body,
                "<rect class=\"{class}\" x=\"{LABELS}\" y=\"{y}\" width=\"{length:.1}\" height=\"{THICKNESS}\" rx=\"2\"/>"
            );
            if value > scale {
                let (x, top, bottom) = (LABELS + room * 0.9, y - 2.0, y + THICKNESS + 2.0);
                let _ = writeln!(
                    body,
                    "<path class=\"cut\" d=\"M{:.1} {bottom}L{:.1} {top}\"/>",
                    x - 3.0,
                    x + 3.0
                );
            }
            end += length;
        }
        text(body, "", end + 8.0, baseline, "start", &self.text);
    }
}

fn text(body: &mut String, class: &str, x: f64, y: f64, anchor: &str, text: &str) {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let text = escaped(text);
    let _ = writeln!(body, "<text{class} x=\"{x:.1}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_the_length_of_their_values_and_texts_are_escaped() {
        let svg = Chart::new("a < b & \"c\"")
            .panel(
                Panel::new("time")
                    .ours("ours", 1.0, "1 s")
                    .bar("theirs", 2.0, "2 s")
                    .note("others", "absent"),
            )
            .to_svg();
        assert!(svg.contains("a &lt; b &amp; &quot;c&quot;"), "{svg}");
        assert!(svg.contains("class=\"ours\" x=\"250\" y=\"64\" width=\"200.0\""), "{svg}");
        assert!(svg.contains("class=\"bar\" x=\"250\" y=\"86\" width=\"400.0\""), "{svg}");
        assert!(svg.contains(">absent</text>") && !svg.contains("class=\"cut\" d"), "{svg}");
    }

    #[test]
    fn a_much_longer_bar_is_cut() {
        let svg =
            Chart::new("t").panel(Panel::new("p").ours("a", 1.0, "1").bar("b", 1000.0, "1000")).to_svg();
        assert!(svg.contains("width=\"20.0\"") && svg.contains("width=\"400.0\""), "{svg}");
        assert_eq!(svg.matches("class=\"cut\" d").count(), 1);
    }

    #[test]
    fn invalid_figures_are_drawn_without_a_bar() {
        let panel = Panel::new("p").bar("a", f64::NAN, "?").bar("b", 0.0, "0").bar("c", -1.0, "-1");
        assert!(!Chart::new("t").panel(panel).to_svg().contains("NaN"));
        assert!(Chart::new("t").panel(Panel::new("empty")).to_svg().ends_with("</svg>\n"));
    }
}
