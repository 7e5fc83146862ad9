//! An uploader in its own process: killed at any moment, and measured.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::server::{Fault, Faults, When};
use openai_uploads::uploader::{Options, RetryPolicy, State};

use super::scripted_server::{ScriptedServer, well_behaved};
use super::uploader_fixture::*;

const URL: &str = "UPLOADER_CHILD_URL";
const FILE: &str = "UPLOADER_CHILD_FILE";
const PART_SIZE: &str = "UPLOADER_CHILD_PART_SIZE";

/// The child process: uploads a file, and prints the result and its peak memory in KiB.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is run by the tests below, in a process of its own"]
async fn child() {
    let (Ok(url), Ok(file)) = (std::env::var(URL), std::env::var(FILE)) else { return };
    let part_size = std::env::var(PART_SIZE).ok().map(|size| size.parse().unwrap());
    let is_small = part_size.is_some();
    let options = changed(Options::default(), |options| {
        options.part_size = part_size;
        options.md5 = is_small;
        options.retry = RetryPolicy::never();
    });
    match at(&url, options).upload(file.as_str(), Purpose::Assistants).await {
        Ok(uploaded) => println!("\nuploaded {}", uploaded.file.id),
        Err(error) => println!("\nfailed {error}"),
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default());
}

fn start_child(url: &str, file: &std::path::Path, part_size: Option<u64>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "uploader_process::child", "--ignored", "--nocapture"]);
    command.env(URL, url).env(FILE, file);
    if let Some(part_size) = part_size {
        command.env(PART_SIZE, part_size.to_string());
    }
    command.stdout(Stdio::piped()).spawn().unwrap()
}

fn output_of(child: Child) -> String {
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_the_next_run_sends_only_what_is_missing() {
    const PARTS: usize = 48;
    // As many as Options::default() has.
    const AT_A_TIME: usize = 8;
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let slow = Fault::delay(Duration::from_millis(40));
    let server = server(Faults::new().with(slow, When::always())).await;
    let sample = Sample::of(PARTS as u64 * 32 * KIB);
    let mut kills = 0;
    let noted = || State::read(&sample.state_path()).map_or(0, |state| state.parts.len());
    let said = loop {
        let (noted_before, asked_before) = (noted(), requests(&server, "/parts").len());
        let mut child = start_child(server.base_url(), &sample.path, Some(32 * KIB));
        let is_last = kills == 12;
        if !is_last {
            std::thread::sleep(Duration::from_millis(random.u64(20..160)));
            child.kill().unwrap();
            kills += 1;
        }
        let said = output_of(child);
        let asked = requests(&server, "/parts").split_off(asked_before);
        assert!(asked.len() <= PARTS - noted_before, "{} sent, {noted_before} arrived before", asked.len());
        // It may have been killed with nothing left to do but report.
        let is_done = !server.files().is_empty() && !sample.state_path().exists();
        if is_last || is_done {
            break said;
        }
        // Requests in flight at the kill may have arrived without being recorded.
        let answered = asked.iter().filter(|request| request.status.is_some()).count();
        let least = (noted_before + answered).saturating_sub(AT_A_TIME);
        assert!(noted() >= least, "{} noted of {least} that arrived", noted());
    };
    println!("{kills} kills: {}", said.trim());
    check_file(&server, &sample.bytes);
    assert!(!sample.state_path().exists());
}

#[test]
fn memory_does_not_grow_with_the_file() {
    const BYTES: u64 = 3 << 30;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sparse");
    std::fs::File::create(&path).unwrap().set_len(BYTES).unwrap();
    let server = ScriptedServer::start(well_behaved);
    let said = output_of(start_child(&server.url, &path, None));
    assert!(said.contains("uploaded"), "{said}");
    let kib: Option<u64> =
        said.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    let Some(kib) = kib else { return println!("skipped: this system does not report a process's memory") };
    println!("{kib} KiB for 3 GiB in eight parts of 64 MiB at a time");
    assert!(kib < 64 * 1024, "{kib} KiB");
}
