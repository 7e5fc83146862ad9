//! Runs that are interrupted or killed, and how the next run resumes them.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use openai_uploads::apis::uploads_api::cancel_upload;
use openai_uploads::server::{Fault, Faults, LocalServer, When};
use rustix::process::Signal;

use crate::command_fixture::{Files, Run, command, server, signal, upload, wait_until};

const MIB: usize = 1024 * 1024;

/// A server that is slow enough for parts to be in flight at any moment.
fn slow() -> Faults {
    Faults::new().rate(2_000_000)
}

fn spawn(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn parts_arrived(server: &LocalServer) -> usize {
    let parts = server.requests().into_iter().filter(|request| request.uri.path().ends_with("/parts"));
    parts.filter(|request| request.status.is_some_and(|status| status.is_success())).count()
}

#[test]
fn ctrl_c_keeps_what_was_sent_and_prints_the_command_that_resumes() {
    let (server, files) = (server(slow()), Files::new());
    let (path, bytes) = files.random("it's a file.bin", 3, 4 * MIB);
    let arguments = ["-p", "assistants", "--part-size", "256KiB", "--concurrency", "2", "--json", &path];
    let child = spawn(upload(&server, &arguments));
    wait_until("a few parts", || parts_arrived(&server) >= 6);
    signal(&child, Signal::INT);
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.stdout.as_str()), (Some(130), ""), "{}", run.stderr);
    let (_, command) = run.stderr.split_once("to resume, run:\n").expect(&run.stderr);
    assert!(server.files().is_empty());
    let before = parts_arrived(&server);

    // A shell can run the printed command.
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).env("OPENAI_API_KEY", crate::command_fixture::KEY);
    let run = Run::of(shell.env("OPENAI_BASE_URL", server.base_url()));
    assert_eq!(run.code, Some(0), "{command}\n{}", run.stderr);
    assert!(run.stderr.contains("resuming upload_"), "{}", run.stderr);
    assert_eq!(run.json()[0]["file"]["id"], server.files()[0].id);
    assert!(server.content(&server.files()[0].id).unwrap() == bytes);
    // Only parts whose replies had not arrived yet are sent again.
    assert!(parts_arrived(&server) - before < 16, "all was sent again");
    assert_eq!(files.names(), ["it's a file.bin"]);
}

#[test]
fn sigterm_and_sighup_stop_a_run_as_ctrl_c_does() {
    for stop in [Signal::TERM, Signal::HUP] {
        if stop == Signal::HUP && is_hangup_ignored() {
            println!("skipped: SIGHUP, which this process ignores and the command would inherit");
            continue;
        }
        let (server, files) = (server(slow()), Files::new());
        let (path, _) = files.random("a.bin", 4, 4 * MIB);
        let child = spawn(upload(&server, &["-p", "assistants", "--part-size", "256KiB", &path]));
        wait_until("a part", || parts_arrived(&server) >= 2);
        signal(&child, stop);
        let run = Run::from(child.wait_with_output().unwrap());
        assert_eq!(run.code, Some(130), "{stop:?}: {}", run.stderr);
        assert!(run.stderr.contains("to resume, run:"), "{stop:?}: {}", run.stderr);
        assert!(files.names().contains(&".a.bin.openai-upload".to_owned()), "{:?}", files.names());
    }
}

/// Whether this process was started by `nohup`.
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[test]
fn ctrl_c_names_only_the_files_that_are_left() {
    let faults = Faults::new().with(Fault::stall(0), When::always().on("addUploadPart"));
    let (server, files) = (server(faults), Files::new());
    let (done, stuck) = (files.file("done.bin", ""), files.file("stuck.bin", "hello"));
    let child = spawn(upload(&server, &["-p", "assistants", "--api", "uploads", &stuck, &done]));
    wait_until("the first file", || !server.files().is_empty());
    wait_until("the second upload", || server.uploads().len() == 2);
    // The reply that names the first file has to be read by then.
    thread::sleep(Duration::from_millis(500));
    signal(&child, Signal::INT);
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(130));
    assert_eq!(run.stdout, format!("{}\n", server.files()[0].id), "what is done is printed");
    let (_, command) = run.stderr.split_once("to resume, run:\n").expect(&run.stderr);
    assert!(command.contains("stuck.bin") && !command.contains("done.bin"), "{command}");
}

#[test]
fn a_second_ctrl_c_ends_the_process_at_once() {
    let (server, files) = (server(Faults::new()), Files::new());
    // Writing an id to a full pipe that nobody reads blocks the process for good.
    let (reader, writer) = std::io::pipe().unwrap();
    fill(&writer);
    let path = files.file("a.txt", "hello");
    let mut command = upload(&server, &["-p", "assistants", &path]);
    let mut child = command.stdout(writer).stderr(Stdio::null()).spawn().unwrap();
    drop(command);
    wait_until("the file", || !server.files().is_empty());
    thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "it is not blocked");
    signal(&child, Signal::INT);
    thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "the first does not end it by force");
    signal(&child, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(reader);
}

/// Writes until the pipe is full.
fn fill(mut writer: &std::io::PipeWriter) {
    use std::io::Write;
    rustix::io::ioctl_fionbio(writer, true).unwrap();
    while writer.write(&[b'x'; 4096]).is_ok() {}
    while writer.write(b"x").is_ok() {}
    rustix::io::ioctl_fionbio(writer, false).unwrap();
}

#[test]
fn an_upload_killed_at_random_moments_is_resumed_and_arrives_whole() {
    let seed = std::env::var("KILL_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("KILL_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for round in 0..4 {
        let at = format!("seed {seed}, round {round}");
        let (server, files) = (server(Faults::new().rate(4_000_000)), Files::new());
        let (path, bytes) = files.random("a.bin", random.u64(..), random.usize(2 * MIB..4 * MIB));
        let arguments = ["-p", "assistants", "--part-size", "128KiB", "--concurrency", "3", &path];
        let mut kills = 0;
        let run = loop {
            let mut child = spawn(upload(&server, &arguments));
            if kills < 6 {
                thread::sleep(Duration::from_millis(random.u64(1..400)));
                child.kill().unwrap();
            }
            let run = Run::from(child.wait_with_output().unwrap());
            // Without a state everything was done, and the process was killed while exiting. Another run would send
            // another file.
            // Its lock may be left over; the next run would take it.
            let has_state = files.names().iter().any(|name| name.ends_with(".openai-upload"));
            let was_done = !has_state && !server.files().is_empty();
            match run.code {
                None if !was_done => kills += 1,
                _ => break run,
            }
        };
        // If it was killed between the completion and its reply, it cannot know the id of the file.
        let reply_was_lost = run.stderr.contains("was completed, but no reply names its file");
        assert!(matches!(run.code, None | Some(0)) || reply_was_lost, "{at}: {}", run.stderr);
        let [file] = &server.files()[..] else { panic!("{at}: {} files", server.files().len()) };
        let may_be_silent = reply_was_lost || run.code.is_none();
        assert!(
            run.stdout == format!("{}\n", file.id) || (may_be_silent && run.stdout.is_empty()),
            "{at}: {}",
            run.stdout
        );
        assert!(server.content(&file.id).unwrap() == bytes, "{at}: the bytes differ");
        let left = files.names();
        let may_be_locked = run.code.is_none();
        assert!(
            left.iter().all(|name| name == "a.bin" || may_be_locked && name.ends_with(".lock")),
            "{at}: {left:?}"
        );
        let parts = bytes.len().div_ceil(128 * 1024);
        let arrived = parts_arrived(&server);
        // Each kill may cost the parts that arrived but were not yet recorded: three in flight, and as many whose
        // replies were being sent. A slow last part may be hedged.
        assert!(arrived <= parts + (kills + 1) * 6, "{at}: {arrived} parts sent for {parts}, {kills} kills");
    }
}

/// Starts an upload and kills it once some of it has arrived. Returns the path of the file.
fn killed_upload(server: &LocalServer, files: &Files) -> String {
    let (path, _) = files.random("a.bin", 5, 4 * MIB);
    let mut child = spawn(upload(server, &["-p", "assistants", "--part-size", "256KiB", &path]));
    wait_until("a part", || parts_arrived(server) >= 2);
    wait_until("the state", || files.names().len() > 1);
    child.kill().unwrap();
    child.wait().unwrap();
    path
}

#[test]
fn status_lists_unfinished_uploads_and_damaged_states() {
    let (server, files) = (server(slow()), Files::new());
    killed_upload(&server, &files);
    let folder = files.0.path().to_str().unwrap();
    let damaged = files.file(".b.bin.openai-upload", "{\"version\"");
    let run = Run::of(&mut command(&["status", folder]));
    assert_eq!(run.code, Some(0));
    let id = &server.uploads()[0].upload.id;
    for words in ["a.bin: ", "of 4.0 MiB", "left", id, &format!("{damaged}: damaged, ")] {
        assert!(run.stdout.contains(words), "{words:?} is not in {}", run.stdout);
    }
    let json = Run::of(&mut command(&["status", "--json", folder])).json();
    assert_eq!((&json[0]["bytes"], &json[0]["expired"]), (&(4 * MIB).into(), &false.into()));
    assert!(json[1]["damaged"].is_string() && json[1]["state"] == damaged, "{json:?}");
    let run = Run::of(&mut command(&["status", &files.path("nowhere")]));
    assert_eq!(run.code, Some(2));
}

#[test]
fn a_cancelled_upload_is_not_listed_any_more() {
    let (server, files) = (server(slow()), Files::new());
    killed_upload(&server, &files);
    let folder = files.0.path();
    let id = server.uploads()[0].upload.id.clone();
    let cancel = || {
        let mut cancel = command(&["cancel", &id, "--base-url", server.base_url()]);
        Run::of(cancel.current_dir(folder))
    };
    let run = cancel();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("removed the state file"), "{}", run.stderr);
    assert_eq!(files.names(), ["a.bin"]);
    let run = Run::of(&mut command(&["status", folder.to_str().unwrap()]));
    assert!(run.stdout.is_empty() && run.stderr.contains("no unfinished upload"), "{}", run.stderr);
}

#[test]
fn an_upload_that_starts_again_counts_all_that_it_sends() {
    let (server, files) = (server(slow()), Files::new());
    let path = killed_upload(&server, &files);
    let configuration = server.configuration();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let id = server.uploads()[0].upload.id.clone();
    runtime.block_on(async { cancel_upload(&configuration, &id).await }).unwrap();
    let run = Run::of(&mut upload(&server, &["-p", "assistants", "--part-size", "256KiB", &path]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("starting from the beginning"), "{}", run.stderr);
    assert!(run.stderr.contains("(4.0 MiB in "), "{}", run.stderr);
}
