//! The report on a file does not depend on the threads that check it.

use super::*;

/// Checks the file on one thread, and on several in sections of many lengths. Returns the report.
fn same_report(preflight: &Preflight, file: &str) -> Report {
    let mut preflight = preflight.clone();
    preflight.block = 64;
    let expected = preflight.reader(file.as_bytes()).unwrap();
    for section in [3, 100, 1000] {
        let mut several = preflight.clone();
        (several.threads, several.section) = (3, section);
        assert_eq!(several.bytes(file.as_bytes()), expected, "sections of {section}:\n{file}");
    }
    expected
}

fn responses() -> Vec<String> {
    (1..=40).map(|number| response(&number.to_string())).collect()
}

#[test]
fn faults_name_the_line_of_the_file() {
    let batch = Preflight::new(Purpose::Batch);
    for at in [0, 1, 20, 39] {
        for (line, fault) in [
            (response("7"), "`custom_id` \"7\""),
            (request("x", "/v1/responses", "\"model\":\"n\",\"input\":\"Hi\""), "`body.model`"),
            (request("x", "/v1/embeddings", "\"model\":\"m\",\"input\":\"Hi\""), "`url`"),
            (response("x").replace("POST", "GET"), "`method`"),
            (response("x").replace('}', ""), "not JSON"),
            ("\n".to_owned(), "blank"),
            (format!("{}\n", "[".repeat(3000)), "nested"),
        ] {
            let mut lines = responses();
            lines.insert(at, line);
            let report = same_report(&batch, &lines.concat());
            assert!(report.to_string().contains(fault), "{fault}: {report}");
        }
    }
}

#[test]
fn lines_are_counted_once_wherever_sections_end() {
    let batch = Preflight::new(Purpose::Batch);
    let long =
        request("long", "/v1/responses", &format!("\"model\":\"m\",\"input\":\"{}\"", "é".repeat(3000)));
    for at in [0, 1, 20, 40] {
        let mut lines = responses();
        lines.insert(at, long.clone());
        let text = lines.concat();
        for text in [&text, text.trim_end(), &text.replace('\n', "\r\n")] {
            let report = same_report(&batch, text);
            assert_eq!(
                (report.lines, report.bytes, report.to_string().as_str()),
                (41, text.len() as u64, "")
            );
        }
    }
}

#[test]
fn ids_are_compared_with_those_of_the_first_lines() {
    let batch = Preflight::new(Purpose::Batch);
    let numbers = (1..=50_010).chain([49_990, 50_005, 3]);
    let text: String = numbers.map(|number| response(&number.to_string())).collect();
    let mut several = batch.clone();
    several.threads = 3;
    let report = several.bytes(text.as_bytes());
    assert_eq!(report, batch.on_one_thread().bytes(text.as_bytes()));
    assert_eq!(report.fault_count, 3, "{report}");
}

#[test]
fn faults_of_the_whole_file_are_found_on_several_threads() {
    let embeddings = Preflight::new(Purpose::Batch);
    let inputs = vec!["\"a\""; 2000].join(",");
    let lines: String = (0..26)
        .map(|n| request(&n.to_string(), "/v1/embeddings", &format!("\"model\":\"m\",\"input\":[{inputs}]")))
        .collect();
    assert_eq!(same_report(&embeddings, &lines).fault_count, 1);
    let few = "{\"prompt\":\"a\",\"completion\":\"b\"}\n".repeat(9);
    assert_eq!(same_report(&Preflight::new(Purpose::FineTune), &few).fault_count, 1);
    for (file, purpose) in [
        (format!("\u{feff}{}", responses().concat()), Purpose::Batch),
        (responses().concat() + "\n\n", Purpose::Batch),
        (responses().concat().replace('\n', "\r"), Purpose::Batch),
        ("[\n{},\n{}\n]\n".to_owned(), Purpose::FineTune),
        ("{\n \"messages\": []\n}\n".repeat(10), Purpose::FineTune),
        ("\n".repeat(50), Purpose::FineTune),
    ] {
        assert_ne!(same_report(&Preflight::new(purpose), &file).to_string(), "", "{file}");
    }
}

#[test]
fn the_progress_moves_within_a_long_line() {
    let (mebibyte, input) = (1024 * 1024, "a".repeat(64 * 1024 * 1024));
    let long = request("long", "/v1/responses", &format!("\"model\":\"m\",\"input\":\"{input}\""));
    let file = long + &response("2");
    let mut preflight = Preflight::new(Purpose::Batch);
    preflight.threads = 2;
    let open = |offset: u64| Ok(&file.as_bytes()[usize::try_from(offset).unwrap()..]);
    let mut at = vec![0];
    let progress = |position| {
        at.push(position);
        Ok(())
    };
    let report = preflight.ranges(file.len() as u64, open, progress, None).unwrap();
    assert_eq!((report.lines, report.fault_count), (2, 0));
    assert_eq!(at.last(), Some(&(file.len() as u64)));
    assert!(at.windows(2).all(|step| step[1] - step[0] <= mebibyte), "{at:?}");
}
