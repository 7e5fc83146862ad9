//! The links of reference pages.

use std::collections::BTreeMap;

/// The links that lead to no page or no heading, each with its page. `pages` has the text of each page by file name.
pub fn dead_links(pages: &BTreeMap<&str, &str>) -> Vec<String> {
    let mut found = Vec::new();
    for (page, text) in pages {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains(':') || link == "#" {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { Some(text) } else { pages.get(file) };
            let is_there = target.is_some_and(|target| anchor.is_empty() || has_heading(target, anchor));
            if !is_there {
                found.push(format!("{page}: {link}"));
            }
        }
    }
    found
}

fn has_heading(page: &str, anchor: &str) -> bool {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let mut anchors =
        headings.map(|line| line.trim_start_matches('#').trim().replace(' ', "-").to_lowercase());
    anchors.any(|found| found == anchor.to_lowercase())
}
