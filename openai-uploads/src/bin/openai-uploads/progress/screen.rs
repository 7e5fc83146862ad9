//! The last lines of a terminal, which are drawn again and again.

use console::{Term, measure_text_width};

/// Lines at the bottom of the terminal on stderr.
pub(crate) struct Screen {
    term: Term,
    drawn: Vec<String>,
}

impl Screen {
    pub(crate) fn new() -> Self {
        Self { term: Term::buffered_stderr(), drawn: Vec::new() }
    }

    /// How many lines and columns may be drawn. The last column stays free, since some terminals wrap there, and
    /// the last line is the cursor's.
    pub(crate) fn size(&self) -> (usize, usize) {
        let (rows, columns) = self.term.size();
        (usize::from(rows).saturating_sub(1), usize::from(columns).saturating_sub(1))
    }

    /// Draws `lines` in place of those that were drawn before. Nobody can be informed where that fails.
    pub(crate) fn draw(&mut self, lines: Vec<String>) {
        if lines != self.drawn {
            let _ = self.try_draw(&lines);
            self.drawn = lines;
        }
    }

    /// Removes the lines.
    pub(crate) fn clear(&mut self) {
        self.draw(Vec::new());
    }

    /// Removes the lines, and returns them to be drawn again.
    pub(crate) fn take(&mut self) -> Vec<String> {
        let lines = self.drawn.clone();
        self.clear();
        lines
    }

    fn try_draw(&self, lines: &[String]) -> std::io::Result<()> {
        self.term.move_cursor_up(self.rows_drawn())?;
        for line in lines {
            self.term.clear_line()?;
            self.term.write_line(line)?;
        }
        self.term.clear_to_end_of_screen()?;
        self.term.flush()
    }

    /// How many rows the lines take now: those of a terminal that became narrower are wrapped.
    fn rows_drawn(&self) -> usize {
        let columns = usize::from(self.term.size().1).max(1);
        self.drawn.iter().map(|line| measure_text_width(line).div_ceil(columns).max(1)).sum()
    }
}
