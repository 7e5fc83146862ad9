//! `batch run` with input, files and folders that are not as they should be: one clear message, and nothing is lost.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use openai_uploads::server::{LocalServer, Server};

use crate::batch_fixture::{batch, batches, ids, in_order, requests};
use crate::command_fixture::{Files, Run, start};

/// Runs the step, which must fail with this exit code and these words.
#[track_caller]
fn refused(command: &mut Command, code: i32, words: &[&str]) -> Run {
    let run = Run::of(command);
    assert_eq!(run.code, Some(code), "{}", run.stderr);
    assert_eq!(run.stderr.matches("error: ").count(), 1, "{}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "{word:?} is missing: {}", run.stderr);
    }
    run
}

/// Runs the step to its end and compares the order of the results.
#[track_caller]
fn succeeds(command: &mut Command, files: &Files, count: usize) {
    let run = Run::of(command);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(ids(files, "results.jsonl"), in_order(count));
}

fn folder() -> (LocalServer, Files) {
    (start(Server::builder()), Files::new())
}

#[test]
fn faults_of_lines_are_reported_with_their_file_and_line() {
    let (server, files) = folder();
    let good = files.file("good.jsonl", requests(3));
    let broken = files.file("broken.jsonl", requests(1) + "{\"custom_id\": \"x\"\n" + "[]\n");
    let words =
        ["broken.jsonl has faults", "line 2: not JSON", "line 3: must be an object", "nothing was sent"];
    refused(&mut batch(&server, &files, &["run", &good, &broken]), 2, &words);
    let twice = files.file("twice.jsonl", requests(2) + &requests(1));
    let words = ["\"id-0\" is used twice: in twice.jsonl:1 and in twice.jsonl:3"];
    refused(&mut batch(&server, &files, &["run", &twice]), 2, &words);
    let words = ["\"id-0\" is used twice: in good.jsonl:1 and in again.jsonl:2"];
    let again = files.file("again.jsonl", format!("\n{}", requests(1)));
    refused(&mut batch(&server, &files, &["run", &good, &again]), 2, &words);
    refused(&mut batch(&server, &files, &["run", &good, &good]), 2, &["is used twice: in good.jsonl:1"]);
    assert_eq!(files.names(), ["again.jsonl", "broken.jsonl", "good.jsonl", "twice.jsonl"]);
    assert!(server.requests().is_empty());
}

#[test]
fn inputs_that_cannot_be_read_are_named() {
    let (server, files) = folder();
    fs::create_dir(files.path("folder")).unwrap();
    let good = files.file("good.jsonl", requests(3));
    let (missing, directory) = (files.path("missing.jsonl"), files.path("folder"));
    refused(
        &mut batch(&server, &files, &["run", &good, &missing]),
        2,
        &["cannot read", "missing.jsonl", "No such file"],
    );
    refused(&mut batch(&server, &files, &["run", &directory]), 2, &["folder is a folder", "--recursive"]);
    refused(
        &mut batch(&server, &files, &["run", &good, "-"]),
        2,
        &["stdin", "cannot be combined", "cat FILE"],
    );
    refused(&mut batch(&server, &files, &["run", "-"]), 2, &["has no line of JSON"]);
    assert_eq!(files.names(), ["folder", "good.jsonl"]);
}

#[test]
fn inputs_can_be_pipes_of_other_programs() {
    let (server, files) = folder();
    let text = requests(10);
    let (first, second) = text.split_at(text.match_indices('\n').nth(3).unwrap().0 + 1);
    let (first, second) = (files.file("first", first), files.file("second", second));
    let run = batch(&server, &files, &["run", "FIRST", "SECOND"]);
    let mut shell = Command::new("bash");
    let words: Vec<_> = run.get_args().map(|word| format!("'{}'", word.to_str().unwrap())).collect();
    let words =
        words.join(" ").replace("'FIRST'", "<(cat \"$FIRST\")").replace("'SECOND'", "<(cat \"$SECOND\")");
    shell.args(["-c", &format!("'{}' {words}", run.get_program().to_str().unwrap())]);
    shell.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    succeeds(shell.env("FIRST", first).env("SECOND", second), &files, 10);
}

#[test]
fn an_input_that_grows_while_it_is_read_stops_the_run() {
    let (server, files) = folder();
    let input = files.file("requests.jsonl", requests(20_000));
    let mut command = batch(&server, &files, &["run", &input]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut file = fs::File::options().append(true).open(&input).unwrap();
    while child.try_wait().unwrap().is_none() {
        file.write_all(b"\n").unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("requests.jsonl changed while it was read"), "{}", run.stderr);
    assert_eq!(files.names(), ["requests.jsonl"]);
    assert!(server.requests().is_empty());
}

#[test]
fn an_input_that_changes_after_the_split_is_split_again_or_refused() {
    let (server, files) = folder();
    let input = files.file("requests.jsonl", requests(3));
    assert_eq!(Run::of(&mut batch(&server, &files, &["split", &input])).code, Some(0));
    // Nothing was sent, so the new requests count.
    files.file("requests.jsonl", requests(9));
    assert_eq!(Run::of(&mut batch(&server, &files, &["split", &input])).code, Some(0));
    assert_eq!(Run::of(&mut batch(&server, &files, &["submit"])).code, Some(0));
    files.file("requests.jsonl", requests(30));
    let words =
        ["an unfinished run of an earlier version of", "requests.jsonl", "finish that run, or remove"];
    refused(&mut batch(&server, &files, &["run", &input]), 2, &words);
    let other = files.file("other.jsonl", requests(1));
    refused(
        &mut batch(&server, &files, &["run", &other]),
        2,
        &["an unfinished run of another input", "requests.jsonl"],
    );
    succeeds(&mut batch(&server, &files, &["fetch"]), &files, 9);
    assert_eq!(batches(&server).len(), 3);
}

#[test]
fn a_run_is_not_continued_on_another_server() {
    let (server, files) = folder();
    let input = files.file("requests.jsonl", requests(3));
    assert_eq!(Run::of(&mut batch(&server, &files, &["split", &input])).code, Some(0));
    assert_eq!(Run::of(&mut batch(&server, &files, &["submit"])).code, Some(0));
    let other = start(Server::builder());
    for step in [&["run", &input][..], &["wait"], &["fetch"], &["cancel"], &["status"]] {
        refused(&mut batch(&other, &files, step), 2, &["another server", server.base_url()]);
    }
    assert!(other.requests().is_empty());
    succeeds(&mut batch(&server, &files, &["run", &input]), &files, 3);
}

#[test]
fn results_never_replace_an_input() {
    let (server, files) = folder();
    let text = requests(3);
    let input = files.file("results.jsonl", &text);
    refused(&mut batch(&server, &files, &["run", &input, "--overwrite"]), 2, &["is an input"]);
    let errors = files.file("results.errors.jsonl", &text);
    refused(&mut batch(&server, &files, &["run", &errors, "--overwrite"]), 2, &["is an input"]);
    assert_eq!(fs::read_to_string(input).unwrap(), text);
    fs::remove_file(files.path("results.jsonl")).unwrap();
    let other = files.file("other.jsonl", requests(3));
    // Failures of an earlier run are results too.
    refused(
        &mut batch(&server, &files, &["run", &other]),
        2,
        &["results.errors.jsonl exists already", "--overwrite"],
    );
    assert_eq!(fs::read_to_string(errors).unwrap(), text);
}

/// The command with a limit on the size of each file, as on a full disk.
#[cfg(unix)]
fn with_file_limit(kilobytes: u32, command: &Command) -> Command {
    let mut shell = Command::new("bash");
    shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$@\"; "), "bash"]);
    shell.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell
}

#[cfg(unix)]
#[test]
fn a_full_disk_stops_the_run_and_loses_nothing() {
    let (server, files) = folder();
    let input = files.file("requests.jsonl", requests(3_000));
    let run = || batch(&server, &files, &["run", &input]);
    // The requests of a batch do not fit.
    refused(&mut with_file_limit(64, &run()), 1, &["cannot use", "results.jsonl.batch", "File too large"]);
    assert!(server.requests().is_empty());
    assert_eq!(files.names(), ["requests.jsonl"]);
    // They fit, and so do the results of each batch, but not all together.
    let words = ["cannot use", "results.jsonl.batch", "File too large", "the same command continues it"];
    refused(&mut with_file_limit(1_000, &run()), 1, &words);
    assert_eq!(batches(&server).len(), 3);
    assert_eq!(files.names(), ["requests.jsonl", "results.jsonl.batch"]);
    succeeds(&mut run(), &files, 3_000);
    assert_eq!(batches(&server).len(), 3);
}

#[test]
fn a_damaged_work_folder_is_named() {
    let (server, files) = folder();
    let input = files.file("requests.jsonl", requests(3));
    assert_eq!(Run::of(&mut batch(&server, &files, &["split", &input])).code, Some(0));
    assert_eq!(Run::of(&mut batch(&server, &files, &["submit"])).code, Some(0));
    for (name, text) in [("0002.json", "{\"number\": 2}"), ("0001.lines", "short"), ("run.json", "{")] {
        let path = format!("results.jsonl.batch/{name}");
        let before = fs::read(files.path(&path)).unwrap();
        files.file(&path, text);
        refused(&mut batch(&server, &files, &["run", &input]), 1, &["cannot use", "results.jsonl.batch"]);
        files.file(&path, before);
    }
    succeeds(&mut batch(&server, &files, &["run", &input]), &files, 3);
}

#[test]
fn a_lost_table_of_answers_is_made_again_from_the_result_files() {
    let (server, files) = folder();
    let input = files.file("requests.jsonl", requests(3_000));
    let run = || batch(&server, &files, &["run", &input, "--retry-failed", "2"]);
    for damage in 0..3 {
        // The merge fails, when all answers are recorded.
        refused(&mut with_file_limit(1_000, &run()), 1, &["File too large"]);
        let path = files.path("results.jsonl.batch/answers");
        match damage {
            0 => fs::remove_file(&path).unwrap(),
            1 => fs::write(&path, "short").unwrap(),
            _ => fs::write(&path, vec![0; fs::read(&path).unwrap().len()]).unwrap(),
        }
        succeeds(&mut run(), &files, 3_000);
        fs::remove_file(files.path("results.jsonl")).unwrap();
    }
    assert_eq!(batches(&server).len(), 9);
}
