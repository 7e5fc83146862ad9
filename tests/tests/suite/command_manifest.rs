//! `upload --manifest`: a folder of many files that is resumed as a whole, and `--shard`: shares of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use openai_uploads::server::{Fault, Faults, LocalServer, When};
use serde_json::Value;

use crate::command_fixture::{Files, Run, server, upload, wait_until};
use crate::stores::{StoreServer, google, s3};
use crate::uploader_fixture::{content, requests};

/// A folder with files of different lengths below it, and their content by path.
fn folder_of(files: &Files, count: u64) -> (String, BTreeMap<String, Vec<u8>>) {
    let folder = files.path("data");
    fs::create_dir_all(format!("{folder}/x")).unwrap();
    let contents = (0..count).map(|number| {
        let place = if number % 3 == 0 { "x/" } else { "" };
        let (path, bytes) = (format!("{folder}/{place}{number:03}.bin"), content(number, 1000 + number));
        fs::write(&path, &bytes).unwrap();
        (path, bytes)
    });
    let contents = contents.collect();
    (folder, contents)
}

/// The lines of a manifest about files on the server.
fn recorded(text: &[u8]) -> Vec<Value> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let lines = lines.map(|line| serde_json::from_slice::<Value>(line).unwrap());
    lines.filter(|line| line.get("file_id").is_some()).collect()
}

/// Every file is on the server once, and the manifest has its id.
fn check_all(server: &LocalServer, lines: &[Value], contents: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(server.files().len(), contents.len(), "each file is on the server once");
    assert_eq!(lines.len(), contents.len());
    for line in lines {
        let bytes = &contents[line["path"].as_str().unwrap()];
        assert_eq!(line["bytes"], bytes.len());
        assert!(server.content(line["file_id"].as_str().unwrap()).unwrap() == *bytes, "{line}");
    }
    let paths: BTreeSet<_> = lines.iter().map(|line| line["path"].as_str().unwrap()).collect();
    assert_eq!(paths.len(), contents.len());
}

fn slow_server() -> LocalServer {
    server(Faults::new().with(Fault::delay(Duration::from_millis(15)), When::always()))
}

#[test]
fn a_folder_that_was_killed_again_and_again_is_uploaded_once() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let (server, files) = (slow_server(), Files::new());
    let (folder, contents) = folder_of(&files, 60);
    let manifest = files.path("out.jsonl");
    let command = || upload(&server, &["-p", "assistants", "-r", &folder, "--manifest", &manifest]);
    for _ in 0..4 {
        let (before, more) = (server.files().len(), random.usize(1..12));
        let mut child = command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait_until("more files", || server.files().len() >= (before + more).min(60));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let run = Run::of(&mut command());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let text = fs::read(&manifest).unwrap();
    check_all(&server, &recorded(&text), &contents);
    assert_eq!(
        recorded(&text).len(),
        text.iter().filter(|byte| **byte == b'\n').count(),
        "it has nothing else"
    );
    assert_eq!(run.stdout.lines().count(), 60, "the ids of all files");
    assert!(run.stderr.contains("60 files: ") && run.stderr.contains(" unchanged"), "{}", run.stderr);

    // Nothing is left to do, and the server is asked once.
    let before = requests(&server, "/files").len();
    let uploads = requests(&server, "/uploads").len();
    let run = Run::of(command().arg("--json"));
    assert_eq!((run.code, run.json().len()), (Some(0), 60), "{}", run.stderr);
    assert!(run.json().iter().all(|line| line["unchanged"] == true && line["file"]["id"].is_string()));
    assert!(run.stderr.ends_with("60 files: 60 unchanged\n"), "{}", run.stderr);
    assert_eq!(requests(&server, "/files").len(), before + 1);
    assert_eq!(requests(&server, "/uploads").len(), uploads);
}

#[test]
fn what_changed_or_is_gone_from_the_server_is_sent_again() {
    let (server, files) = (server(Faults::new()), Files::new());
    let (folder, contents) = folder_of(&files, 6);
    let manifest = files.path("data/out.jsonl");
    let run = || {
        let run =
            Run::of(&mut upload(&server, &["-p", "assistants", "-r", &folder, "--manifest", &manifest]));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        run
    };
    run();
    let paths: Vec<_> = contents.keys().collect();
    // The same length, and another content.
    fs::write(paths[0], content(99, contents[paths[0]].len() as u64)).unwrap();
    // The same content at another time.
    fs::write(paths[1], &contents[paths[1]]).unwrap();
    // A killed process left a part of a line.
    let mut text = fs::read(&manifest).unwrap();
    let gone =
        recorded(&text).iter().find(|line| line["path"] == paths[2].as_str()).unwrap()["file_id"].clone();
    text.extend(b"{\"path\":\"data/");
    fs::write(&manifest, text).unwrap();
    let mut delete = crate::command_fixture::command(&["files", "delete", gone.as_str().unwrap()]);
    assert_eq!(Run::of(delete.env("OPENAI_BASE_URL", server.base_url())).code, Some(0));
    let again = run();
    assert!(
        again.stderr.contains("6 files: 2 uploaded") && again.stderr.contains("4 unchanged"),
        "{}",
        again.stderr
    );
    // The manifest itself lies in the folder.
    assert!(server.files().iter().all(|file| file.filename != "out.jsonl"));
    assert!(run().stderr.contains("6 files: 6 unchanged"));
}

#[test]
fn a_manifest_that_cannot_be_used_is_one_clear_error() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.jsonl", "{}");
    let table = files.file("table.csv", "id,name\n1,a\n");
    let manifest = files.path("out.jsonl");
    let run = Run::of(&mut upload(&server, &["-p", "assistants", &path, "--manifest", &manifest]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let kept = fs::read(&manifest).unwrap();
    let nowhere = files.path("none/out.jsonl");
    let sent = server.requests().len();
    for (arguments, words) in [
        (&["-p", "vision", "--manifest", &manifest][..], &["of another run", "assistants", "help: "][..]),
        (&["-p", "assistants", "--manifest", &table], &["is not a manifest", "line 1", "help: "]),
        (&["-p", "assistants", "--manifest", &nowhere], &["none/out.jsonl", "No such file", "help: "]),
        (&["-p", "assistants", "--manifest", "https://127.0.0.1/a"], &["nothing is written to a web server"]),
        (
            &["-p", "assistants", "--manifest", &manifest, "--filename", "b", "-"],
            &["--manifest is for files"],
        ),
    ] {
        let mut command = upload(&server, arguments);
        if !arguments.contains(&"-") {
            command.arg(&path);
        }
        let run = Run::of(&mut command);
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.stderr);
        assert!(words.iter().all(|word| run.stderr.contains(word)), "{words:?}: {}", run.stderr);
        assert_eq!(run.stderr.matches("error:").count(), 1, "{}", run.stderr);
    }
    let lock = fs::File::open(&manifest).unwrap();
    lock.lock().unwrap();
    let run = Run::of(&mut upload(&server, &["-p", "assistants", &path, "--manifest", &manifest]));
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("another run writes the manifest"), "{}", run.stderr);
    assert_eq!(server.requests().len(), sent, "nothing was sent");
    assert_eq!(fs::read(&manifest).unwrap(), kept);
    assert_eq!(fs::read_to_string(&table).unwrap(), "id,name\n1,a\n");
}

/// Four processes take the shares of a data set, two of them are killed and run again.
fn check_shares(
    server: &LocalServer,
    contents: &BTreeMap<String, Vec<u8>>,
    command: impl Fn(usize) -> Command,
    manifests: impl Fn() -> Vec<Vec<u8>>,
) {
    let spawn =
        |share| -> Child { command(share).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap() };
    let mut children: Vec<_> = (0..4).map(spawn).collect();
    let done = || manifests().iter().map(|text| recorded(text).len()).sum::<usize>();
    wait_until("some files", || done() >= contents.len() / 4);
    for child in &mut children[..2] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let again: Vec<_> = (0..2).map(spawn).collect();
    for child in children.drain(2..).chain(again) {
        let run = Run::from(child.wait_with_output().unwrap());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
    }
    let lines: Vec<_> = manifests().iter().flat_map(|text| recorded(text)).collect();
    check_all(server, &lines, contents);
    // Each share has something, and a run of all finds nothing to do, whoever sent it.
    assert!(manifests().iter().all(|text| !recorded(text).is_empty()));
    let run = Run::from(spawn(4).wait_with_output().unwrap());
    assert!(run.stderr.contains(&format!("{0} files: {0} unchanged", contents.len())), "{}", run.stderr);
}

#[test]
fn four_processes_share_a_folder() {
    let (server, files) = (slow_server(), Files::new());
    let (folder, contents) = folder_of(&files, 60);
    let manifest = files.path("out.jsonl");
    let command = |share: usize| {
        let mut command = upload(&server, &["-p", "assistants", "-r", &folder, "--manifest", &manifest]);
        if share < 4 {
            command.args(["--shard", "auto/4"]).env("JOB_COMPLETION_INDEX", share.to_string());
        }
        command
    };
    let manifests = || {
        let paths = (0..4).map(|share| files.path(&format!("out.{share}-of-4.jsonl")));
        paths.filter_map(|path| fs::read(path).ok()).map(whole_lines).collect()
    };
    check_shares(&server, &contents, command, manifests);
}

#[test]
fn four_machines_share_a_prefix_and_keep_their_manifests_in_the_store() {
    for store in [Some(google()), s3()].into_iter().flatten() {
        let server = slow_server();
        let mut contents = BTreeMap::new();
        for number in 0..40 {
            let (key, bytes) = (format!("shares/data/{number:03}.bin"), content(number, 500 + number));
            store.put(&key, bytes.clone());
            contents.insert(store.url(&key), bytes);
        }
        let (prefix, manifest) = (store.url("shares/data"), store.url("shares/out.jsonl"));
        let command = |share: usize| {
            let mut command = upload(&server, &["-p", "assistants", "-r", &prefix, "--manifest", &manifest]);
            if share < 4 {
                // As Slurm counts, from 1.
                command.args(["--shard", "auto"]).env("SLURM_ARRAY_TASK_ID", (share + 1).to_string());
                command.env("SLURM_ARRAY_TASK_COUNT", "4").env("SLURM_ARRAY_TASK_MIN", "1");
            }
            store.reach(&mut command);
            command
        };
        let manifests = || in_store(store);
        check_shares(&server, &contents, command, manifests);
    }
}

fn in_store(store: &StoreServer) -> Vec<Vec<u8>> {
    let keys = store.keys("shares").into_iter().filter(|key| key.contains("-of-4.jsonl"));
    keys.map(|key| store.get(&key)).collect()
}

/// Without the part of a line that is being written.
fn whole_lines(mut text: Vec<u8>) -> Vec<u8> {
    let end = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    text.truncate(end);
    text
}

#[test]
fn a_run_whose_manifest_another_machine_took_stops() {
    for store in [Some(google()), s3()].into_iter().flatten() {
        let (server, files) = (slow_server(), Files::new());
        let (folder, contents) = folder_of(&files, 40);
        let manifest = store.url("taken/out.jsonl");
        let mut first =
            upload(&server, &["-p", "assistants", "-r", &folder, "--manifest", &manifest, "-c", "1"]);
        let first = store.reach(&mut first).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        wait_until("two files", || server.files().len() >= 2);
        // As another machine would, which believes that this one is dead.
        let text = store.get("taken/out.jsonl");
        store.put("taken/out.jsonl", [&text[..], b"\n"].concat());
        let run = Run::from(first.wait_with_output().unwrap());
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(
            run.stderr.contains(&format!("another run writes the manifest {manifest}")),
            "{}",
            run.stderr
        );
        assert!(server.files().len() < contents.len(), "it stops");
        assert_eq!(store.get("taken/out.jsonl").len(), text.len() + 1, "nothing of it is replaced");
    }
}

#[test]
fn an_invalid_share_is_refused() {
    let (server, files) = (server(Faults::new()), Files::new());
    let (folder, _) = folder_of(&files, 3);
    for (share, words) in [
        ("4/4", &["there is no share 4 of 4"][..]),
        ("a", &["I/N"]),
        ("auto", &["no variable of a known job", "JOB_COMPLETION_INDEX"]),
    ] {
        let run = Run::of(&mut upload(&server, &["-p", "assistants", "-r", &folder, "--shard", share]));
        assert_eq!(run.code, Some(2), "{share}: {}", run.stderr);
        assert!(words.iter().all(|word| run.stderr.contains(word)), "{words:?}: {}", run.stderr);
    }
    let mut command = upload(&server, &["-p", "assistants", "-r", &folder]);
    let run = Run::of(command.env("SLURM_ARRAY_TASK_ID", "0").env("SLURM_ARRAY_TASK_COUNT", "4"));
    assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 3), "all of them: {}", run.stderr);
    assert!(run.stderr.contains("--shard auto takes a share"), "{}", run.stderr);
}
