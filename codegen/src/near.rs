//! Suggestions for misspelled names.

/// The candidate that is spelled most like `name`, if one is similar enough.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_name_gets_a_suggestion() {
        let names = ["Upload", "UploadPart", "File"];
        assert_eq!(nearest("uplaod", names.into_iter()), Some("Upload"));
        assert_eq!(nearest("Uploadpart", names.into_iter()), Some("UploadPart"));
        assert_eq!(nearest("Customer", names.into_iter()), None);
    }
}
