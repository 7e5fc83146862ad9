//! `serve`: its output and its options.

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::command_fixture::{Files, KEY, Run, Served, command, signal, wait_until};

/// An upload to the server, with the variables that it printed.
fn upload(served: &Served, arguments: &[&str]) -> Command {
    let mut command = command(&["upload", "-p", "assistants"]);
    command.args(arguments).env("OPENAI_BASE_URL", &served.base_url);
    command
}

#[test]
fn it_prints_its_url_and_variables_and_logs_each_request() {
    let files = Files::new();
    let served = Served::start(&["--dir", &files.path("kept")]);
    assert!(served.announced[0].starts_with("listening on http://127.0.0.1:"), "{:?}", served.announced);
    assert!(served.announced[2].starts_with("export OPENAI_API_KEY="), "{:?}", served.announced);
    let path = files.file("a.txt", "hello");
    // As a shell takes it.
    let script = format!("{}\n{}\nexec \"$@\"", served.announced[1], served.announced[2]);
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, "sh"]).arg(crate::program::path()).args(["upload", "-p", "assistants", &path]);
    let run = Run::of(&mut shell);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.starts_with("file-"));
    let (code, log) = served.stop();
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.lines().all(|line| line.contains("POST") && line.contains("200")), "{log}");
}

#[test]
fn it_requires_the_key_in_the_file_and_does_not_show_it() {
    let files = Files::new();
    let (path, key) = (files.file("a.txt", "hello"), files.file("the key", KEY));
    let served = Served::start(&["--dir", &files.path("kept"), "--api-key-file", &key]);
    assert!(served.announced.iter().all(|line| !line.contains(KEY)), "{:?}", served.announced);
    let shell =
        Command::new("sh").args(["-c", &format!("{}; echo $OPENAI_API_KEY", served.announced[2])]).output();
    assert_eq!(shell.unwrap().stdout, format!("{KEY}\n").as_bytes());
    assert_eq!(Run::of(&mut upload(&served, &[&path])).code, Some(0));
    assert_eq!(Run::of(upload(&served, &[&path]).env("OPENAI_API_KEY", "other")).code, Some(1));
    let (_, log) = served.stop();
    assert!(log.contains("401") && !log.contains(KEY), "{log}");
}

#[test]
fn a_port_in_use_and_a_folder_that_cannot_be_written_are_errors() {
    let files = Files::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let file = files.file("file", "");
    for (arguments, words) in [
        (&["--listen", &address, "--dir", &files.path("kept")][..], &[address.as_str(), "in use"][..]),
        (&["--listen", "127.0.0.1:0", "--dir", &file], &["file"]),
        (&["--listen", "127.0.0.1:0", "--dir", "/proc/kept"], &["/proc/kept"]),
    ] {
        let run = Run::of(command(&["serve"]).args(arguments));
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{}", run.stderr);
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
        assert!(words.iter().all(|word| run.stderr.contains(word)), "{words:?}: {}", run.stderr);
    }
}

#[test]
fn it_listens_on_a_host_name_or_a_port_alone() {
    let files = Files::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("localhost:{free}");
    let served = Served::start(&["--dir", &files.path("kept"), "--listen", &address]);
    assert_eq!(served.base_url, format!("http://127.0.0.1:{free}/v1"));
    drop(served);
    let served = Served::start(&["--dir", &files.path("kept"), "--listen", "0"]);
    assert!(served.base_url.starts_with("http://127.0.0.1:"), "{}", served.base_url);
}

#[test]
fn a_second_server_on_the_folder_is_refused() {
    let files = Files::new();
    let kept = files.path("kept");
    let _served = Served::start(&["--dir", &kept]);
    let run = Run::of(&mut command(&["serve", "--listen", "127.0.0.1:0", "--dir", &kept]));
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("in use"), "{}", run.stderr);
}

#[test]
fn a_request_in_flight_ends_before_the_server_does() {
    let files = Files::new();
    let mut served = Served::start(&["--dir", &files.path("kept"), "--rate", "200KB/s"]);
    let path = files.random("a.bin", 4, 400_000).0;
    let client = upload(&served, &["--no-resume", "--api", "uploads", &path])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The part takes two seconds.
    wait_until("the upload", || holds_something(&files.path("kept")));
    std::thread::sleep(Duration::from_millis(500));
    signal(&served.child, rustix::process::Signal::TERM);
    let mut log = String::new();
    std::io::Read::read_to_string(&mut served.child.stderr.take().unwrap(), &mut log).unwrap();
    assert_eq!(served.child.wait().unwrap().code(), Some(0), "{log}");
    let parts: Vec<_> = log.lines().filter(|line| line.contains("/parts")).collect();
    assert!(parts.iter().any(|line| line.contains("200")), "the part did not end: {log}");
    let mut client = client;
    client.kill().unwrap();
    client.wait().unwrap();
}

fn holds_something(folder: &str) -> bool {
    fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            entry.path().is_dir()
                && fs::read_dir(entry.path()).is_ok_and(|mut entries| entries.next().is_some())
        })
    })
}

#[test]
fn faults_are_flags() {
    let files = Files::new();
    let path = files.random("a.bin", 6, 300_000).0;
    let flags = [
        "--fail",
        "503@nth=1,on=createUpload",
        "--fail-header",
        "retry-after-ms:10",
        "--delay",
        "20ms@every=2",
        "--cut-request",
        "1KB@nth=1,on=addUploadPart",
        "--cut-reply",
        "0@nth=2,on=addUploadPart",
        "--rate",
        "10MB/s",
        "--seed",
        "3",
        "--dir",
    ];
    let kept = files.path("kept");
    let mut arguments = flags.to_vec();
    arguments.push(&kept);
    let served = Served::start(&arguments);
    let run = Run::of(&mut upload(&served, &["--part-size", "100KB", "-c", "1", &path]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for word in [
        "creating the upload failed: the server answered 503",
        "retrying now",
        "sending part 1 failed",
        "503",
    ] {
        assert!(run.stderr.contains(word), "{word:?} is not in {}", run.stderr);
    }
}

#[test]
fn a_fault_that_can_never_happen_is_refused_with_the_operations_that_exist() {
    let files = Files::new();
    let kept = files.path("kept");
    let refused = |flag: &str, value: &str| {
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--dir", &kept, flag, value];
        let run = Run::of(&mut command(&arguments));
        assert_eq!(run.code, Some(2), "{flag} {value}: {}", run.stderr);
        run.stderr
    };
    let stderr = refused("--fail", "503@on=addPart");
    assert!(stderr.contains("no operation is named `addPart`"), "{stderr}");
    for operation in ["createFile", "addUploadPart", "createBatch"] {
        assert!(stderr.contains(operation), "{operation} is not in {stderr}");
    }
    refused("--fail", "200");
    refused("--delay", "1s@every=0");
    refused("--stall", "1KB@on=cancelUpload");
    let stderr = refused("--forget", "on=createUpload");
    assert!(stderr.contains("`createUpload` name no upload"), "{stderr}");
}
