//! Objects of Google Cloud Storage, from a real server: fake-gcs-server. It reads and lists by the XML API and does not
//! write by it, so states and manifests in `gs://` are tested with [`crate::google_store`].

use std::process::Command;

use openai_uploads::server::{Faults, LocalServer};

use crate::command_fixture::{Files, Run, server, upload};
use crate::stores::{JsonBucket, real_google};
use crate::uploader_fixture::{MIB, content};

fn run(server: &LocalServer, bucket: &JsonBucket, arguments: &[&str]) -> Run {
    let mut command: Command = upload(server, &["-p", "assistants"]);
    Run::of(bucket.reach(command.args(arguments)))
}

#[test]
fn objects_and_prefixes_of_google_are_uploaded() {
    let Some(bucket) = real_google() else { return };
    let server = server(Faults::new());
    let large = content(11, 5 * MIB + 3);
    bucket.put("prefix/a.jsonl", b"{}".to_vec());
    bucket.put("prefix/x/large b.jsonl", large.clone());
    bucket.put("prefix/x/c.txt", b"no".to_vec());
    let arguments = ["-r", "gs://data/prefix/", "--include", "*.jsonl", "--no-resume"];
    let first = run(&server, bucket, &arguments);
    assert_eq!((first.code, first.stdout.lines().count()), (Some(0), 2), "{}", first.stderr);
    let files = server.files();
    let sent = files.iter().find(|file| file.filename == "large b.jsonl").expect("it is there");
    assert!(server.content(&sent.id).unwrap() == large, "the bytes differ");
    // A store that takes no state is not a reason to fail.
    let second = run(&server, bucket, &["gs://data/prefix/x/large b.jsonl", "--part-size", "1MiB"]);
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    // The manifest is a file, since this server refuses to write objects.
    let folder = Files::new();
    let manifest = folder.path("out.jsonl");
    let arguments = ["-r", "gs://data/prefix/", "--no-resume", "--manifest", &manifest];
    assert!(run(&server, bucket, &arguments).stderr.contains("3 files: 3 uploaded"));
    assert!(run(&server, bucket, &arguments).stderr.contains("3 files: 3 unchanged"));
}

#[test]
fn a_missing_object_or_prefix_of_google_is_one_message() {
    let Some(bucket) = real_google() else { return };
    let server = server(Faults::new());
    for (arguments, words) in [
        (&["gs://data/none"][..], &["gs://data/none does not exist", "help: "][..]),
        (&["-r", "gs://data/none/"], &["no file in gs://data/none/ matches", "help: "]),
    ] {
        let run = run(&server, bucket, arguments);
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.stderr);
        assert!(words.iter().all(|word| run.stderr.contains(word)), "{words:?}: {}", run.stderr);
        assert_eq!(run.stderr.matches("error:").count(), 1, "{}", run.stderr);
    }
    assert!(server.files().is_empty());
}
