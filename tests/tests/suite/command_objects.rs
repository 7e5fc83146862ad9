//! Objects in stores as what `upload` and `check` take, with real servers of S3 and Azure, and one that answers as
//! Google's.

use std::process::Stdio;

use openai_uploads::server::{Fault, Faults, LocalServer, When};

use crate::command_fixture::{Files, Run, command, server, upload, wait_until};
use crate::stores::{StoreServer, azure, google, s3};
use crate::uploader_fixture::{MIB, check_file, check_no_orphan, content, requests};
use crate::web_server::WebServer;

/// The content of each file on the server, by name.
fn contents(server: &LocalServer) -> Vec<(String, Vec<u8>)> {
    let files = server.files().into_iter();
    let mut contents: Vec<_> = files.map(|file| (file.filename, server.content(&file.id).unwrap())).collect();
    contents.sort();
    contents
}

#[test]
fn the_objects_of_a_prefix_are_uploaded() {
    for store in [s3(), azure(), Some(google())].into_iter().flatten() {
        let server = server(Faults::new());
        let (large, line) = (content(1, 3 * MIB + 5), b"{}".to_vec());
        for (key, bytes) in [
            ("a.jsonl", &line),
            ("x/large b.jsonl", &large),
            ("x/.hidden.jsonl", &line),
            (".hidden/c.jsonl", &line),
            ("x/y/d.jsonl", &Vec::new()),
            ("x/z/e.jsonl", &line),
            ("f.txt", &line),
        ] {
            store.put(&format!("prefix/{key}"), bytes.clone());
        }
        let prefix = store.url("prefix");
        let arguments = ["-p", "assistants", "-r", &prefix, "--include", "*.jsonl", "--exclude", "z"];
        let run = Run::of(store.reach(&mut upload(&server, &arguments)));
        assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 3), "{}", run.stderr);
        let expected = [("a.jsonl", line), ("d.jsonl", Vec::new()), ("large b.jsonl", large)]
            .map(|(name, bytes)| (name.to_owned(), bytes));
        assert!(contents(&server) == expected, "{:?}", server.files());
        // Only the folder itself.
        let run =
            Run::of(store.reach(&mut upload(&server, &["-p", "assistants", &prefix, "--include", "*"])));
        assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 2), "{}", run.stderr);
    }
}

#[test]
fn an_upload_that_was_killed_is_resumed_by_another_machine() {
    for store in [s3(), azure(), Some(google())].into_iter().flatten() {
        let bytes = content(2, 10 * MIB);
        store.put("killed/data.bin", bytes.clone());
        let (url, state) = (store.url("killed/data.bin"), "killed/.data.bin.openai-upload");
        let stall = Fault::stall(0);
        let faults = Faults::new().with(stall, When::nth(6).on("addUploadPart"));
        let server = server(faults);
        let run_on = |machine: &Files| {
            let mut command = upload(&server, &["-p", "assistants", "--part-size", "1MiB", "-c", "2", &url]);
            store.reach(&mut command).current_dir(machine.0.path()).env("HOME", machine.0.path());
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let (one, other) = (Files::new(), Files::new());
        let mut killed = run_on(&one);
        let parts = |text: Vec<u8>| {
            text.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{\"part\"")).count()
        };
        wait_until("the state of five parts", || {
            store.keys("killed").contains(&state.to_owned()) && parts(store.get(state)) >= 5
        });
        killed.kill().unwrap();
        killed.wait().unwrap();
        let before = requests(&server, "/parts").len();
        let run = Run::from(run_on(&other).wait_with_output().unwrap());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stderr.contains("resuming upload"), "{}", run.stderr);
        check_file(&server, &bytes);
        // All but what arrived; the first of them is cut in two, to ask whether the upload is still there.
        let sent = requests(&server, "/parts").len() - before;
        assert!(sent <= 6, "{sent} parts were sent again");
        assert_eq!(store.keys("killed"), ["killed/data.bin"], "the state is removed");
        assert!(one.names().is_empty() && other.names().is_empty(), "nothing is written to disk");
        check_no_orphan(&server);
    }
}

#[test]
fn a_fault_of_a_store_is_one_message() {
    let Some(store) = s3() else { return };
    let server = server(Faults::new());
    store.put("wrong/a.jsonl", "[]");
    let url = store.url("wrong/a.jsonl");
    for (arguments, code, words) in [
        (&["s3://no-such-bucket/a"][..], 2, &["there is no bucket s3://no-such-bucket", "help: "][..]),
        (&["-r", "s3://no-such-bucket/a/"], 2, &["there is no bucket s3://no-such-bucket", "help: "]),
        (&["s3://data/wrong/none"], 2, &["s3://data/wrong/none does not exist", "help: "]),
        (&["-r", "s3://data/wrong/none/"], 2, &["no file in s3://data/wrong/none/ matches", "help: "]),
        (&["s3:///a"], 2, &["it names no bucket", "help: "]),
        (&["ftp://host/a"], 2, &["its scheme is not known", "help: "]),
        (&["https://me:hidden@127.0.0.1/a"], 2, &["a user name or a password", "help: "]),
        (&["--state", "https://127.0.0.1/a", &url], 2, &["nothing is written to a web server"]),
        (&[&url], 1, &["line 1", "s3://data/wrong/a.jsonl"]),
    ] {
        let mut command = upload(&server, &["-p", "batch"]);
        let run = Run::of(store.reach(command.args(arguments)));
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.stderr);
        assert!(words.iter().all(|word| run.stderr.contains(word)), "{words:?}: {}", run.stderr);
        assert!(!run.stderr.contains("hidden"), "{}", run.stderr);
    }
    let mut command = upload(&server, &["-p", "batch", &url]);
    store.reach(&mut command).env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    // Where a machine of Amazon would have its credentials.
    let run = Run::of(command.env("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1"));
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    for words in ["no credentials for s3://data", "help: set AWS_ACCESS_KEY_ID"] {
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    assert_eq!(server.requests().len(), 0);
    check_keys(store, "wrong", &["wrong/a.jsonl"]);
}

/// Where there is no bucket and where there are no credentials, in each store.
#[test]
fn a_missing_bucket_and_missing_credentials_are_one_message_each() {
    let server = server(Faults::new());
    for store in [s3(), azure(), Some(google())].into_iter().flatten() {
        let (scheme, _) = store.name.split_once("://").unwrap();
        let missing = format!("{scheme}://no-such-bucket/a");
        for arguments in [&[&*missing][..], &["-r", &missing]] {
            let run = Run::of(store.reach(upload(&server, &["-p", "batch"]).args(arguments)));
            check_message(
                &run,
                &[&format!("there is no bucket {scheme}://no-such-bucket"), "help: check the name"],
            );
        }
    }
    for (url, variables, words) in [
        (
            "gs://data/a",
            &[("GCE_METADATA_HOST", "127.0.0.1:1"), ("GCE_METADATA_IP", "127.0.0.1:1")][..],
            "GOOGLE_",
        ),
        (
            "az://data/a",
            &[("AZURE_STORAGE_ACCOUNT_NAME", "x"), ("IDENTITY_ENDPOINT", "http://127.0.0.1:1")],
            "AZURE_",
        ),
    ] {
        let mut command = upload(&server, &["-p", "batch", url]);
        let run = Run::of(command.envs(variables.iter().copied()).env("HOME", "/nonexistent"));
        check_message(&run, &["no credentials for ", &url[..9], "help: set ", words]);
    }
    assert_eq!(server.requests().len(), 0, "nothing was sent");
}

#[test]
fn an_object_that_changes_or_has_no_ranges_is_one_message_and_leaves_nothing() {
    let delay = Fault::delay(std::time::Duration::from_millis(30));
    let server = server(Faults::new().with(delay, When::always().on("addUploadPart")));
    for (is_changed, words) in [
        (
            true,
            &["/a.bin changed while it was being uploaded", "upload it again when nothing writes to it"][..],
        ),
        (false, &["/a.bin cannot be read in ranges", "download it, and upload the file"]),
    ] {
        let web = WebServer::start(content(12, 12 * MIB));
        let url = format!("{}/a.bin", web.url());
        let mut command = upload(&server, &["-p", "assistants", "--part-size", "1MiB", "-c", "1", &url]);
        let before = requests(&server, "/parts").len();
        if !is_changed {
            web.without_ranges();
        }
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        if is_changed {
            wait_until("two parts", || requests(&server, "/parts").len() >= before + 2);
            web.change(content(13, 12 * MIB), "\"2\"");
        }
        let run = Run::from(child.wait_with_output().unwrap());
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{}", run.stderr);
        assert!(words.iter().all(|word| run.stderr.contains(word)), "{words:?}: {}", run.stderr);
        assert_eq!(run.stderr.matches("error:").count(), 1, "{}", run.stderr);
        check_no_orphan(&server);
    }
    assert!(server.files().is_empty());
}

#[test]
fn a_store_slower_than_the_network_is_waited_for() {
    let (server, bytes) = (server(Faults::new()), content(14, 6 * MIB));
    let web = WebServer::start(bytes.clone());
    // Each part takes longer than a request may, and no pause between two bytes does.
    web.slow_down(std::time::Duration::from_millis(40));
    let url = format!("{}/a.bin", web.url());
    let arguments = ["-p", "assistants", "--part-size", "2MiB", "--timeout", "500ms", &url];
    let run = Run::of(&mut upload(&server, &arguments));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(!run.stderr.contains("retrying"), "{}", run.stderr);
    assert!(server.content(run.stdout.trim()).unwrap() == bytes, "the bytes differ");
    assert_eq!(requests(&server, "/parts").len(), 3, "each part is sent once");
}

/// The run ended because of bad input, with one error that has these words.
fn check_message(run: &Run, words: &[&str]) {
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(words.iter().all(|word| run.stderr.contains(word)), "{words:?}: {}", run.stderr);
    assert_eq!(run.stderr.matches("error:").count(), 1, "{}", run.stderr);
}

fn check_keys(store: &StoreServer, prefix: &str, keys: &[&str]) {
    assert_eq!(store.keys(prefix), keys);
}

#[test]
fn objects_are_checked_where_they_are() {
    let Some(store) = s3() else { return };
    let good = "{\"prompt\":\"a\",\"completion\":\"b\"}\n".repeat(10);
    store.put("check/good.jsonl", good.clone());
    store.put("check/bad.jsonl", good + "[]\n");
    let prefix = store.url("check");
    let run = Run::of(store.reach(&mut command(&["check", "-p", "fine-tune", "-r", &prefix])));
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stdout.starts_with("s3://data/check/bad.jsonl:11: "), "{}", run.stdout);
    assert!(run.stderr.contains("s3://data/check/good.jsonl: fit for"), "{}", run.stderr);
}

#[test]
fn the_signature_of_a_presigned_url_is_not_shown() {
    let server = server(Faults::new());
    let web = WebServer::start(content(3, 2 * MIB));
    let url = format!("{}/a.bin?X-Signature=hidden", web.url());
    let run = Run::of(&mut upload(&server, &["-p", "assistants", "--json", &url]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.json()[0]["file"]["filename"], "a.bin");
    web.refuse_all();
    let failed = Run::of(&mut upload(&server, &["-p", "assistants", "--json", &url]));
    assert_eq!(failed.code, Some(2), "{}", failed.stderr);
    for run in [run, failed] {
        assert!(!run.stdout.contains("hidden") && !run.stderr.contains("hidden"), "{}", run.stderr);
        assert!(run.stderr.contains("/a.bin"), "{}", run.stderr);
    }
    assert!(web.requests().iter().all(|request| request.contains("?X-Signature=hidden")));
}
