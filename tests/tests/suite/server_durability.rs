//! Acknowledged data is kept: after a kill, on a full disk, and up to the last byte of 8 GiB.
#![cfg(unix)]

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use openai_uploads::models::CreateUploadRequest;
use openai_uploads::server::Server;
use serde_json::json;

use crate::program;
use crate::server_batches::{CHAT, chat_lines, input};
use crate::server_fixture::{
    Answer, Client, FORM, JSON, add, announcement, cancel, complete, create, eventually, form, get, head,
    part, parts_on_disk, post, request, start_with,
};
use crate::server_process::{Process, arguments};
use crate::skipped::skipped;

/// Sends parts of random lengths, each of one letter, until the server is gone. Returns the acknowledged ones.
fn send_until_gone(process: &Process, upload: &str, seed: u64) -> Vec<(String, u8, usize)> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut acknowledged = Vec::new();
    loop {
        let (letter, length) = (random.u8(b'a'..=b'z'), random.usize(0..600_000));
        let body = form("data", &vec![letter; length]);
        let path = format!("/v1/uploads/{upload}/parts");
        let Some(mut client) = Client::try_connect(process.address) else { return acknowledged };
        let request = [head("POST", &path, &[FORM], Some(body.len())), body].concat();
        if client.try_send(&request).is_err() {
            return acknowledged;
        }
        let Some(answer) = client.answer() else { return acknowledged };
        acknowledged.push((answer.ok()["id"].as_str().unwrap().to_owned(), letter, length));
    }
}

#[test]
fn acknowledged_data_survives_a_killed_server() {
    let dir = tempfile::tempdir().unwrap();
    let mut in_all = 0;
    for _ in 0..8 {
        let seed = fastrand::u64(0..1_000_000);
        eprintln!("seed {seed}");
        let process = Process::serve(dir.path());
        let upload = create(process.address, CreateUploadRequest::BYTES_MAXIMUM);
        let cancelled = create(process.address, 3);
        cancel(process.address, &cancelled).ok();
        let killed = AtomicBool::new(false);
        let acknowledged = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for sender in 0..4 {
                let (process, upload, acknowledged) = (&process, &upload, &acknowledged);
                scope.spawn(move || {
                    let parts = send_until_gone(process, upload, seed * 4 + sender);
                    acknowledged.lock().unwrap().extend(parts);
                });
            }
            let id = process.id().to_string();
            let killed = &killed;
            scope.spawn(move || {
                std::thread::sleep(Duration::from_millis(20 + seed % 250));
                assert!(Command::new("kill").args(["-KILL", &id]).status().unwrap().success());
                killed.store(true, Ordering::Relaxed);
            });
        });
        assert!(killed.into_inner());
        drop(process);

        let process = Process::serve(dir.path());
        let acknowledged = acknowledged.into_inner().unwrap();
        in_all += acknowledged.len();
        let left = parts_on_disk(dir.path());
        assert!(left.iter().all(|name| !name.contains('.')), "half-written parts are swept: {left:?}");
        for (part, letter, length) in &acknowledged {
            let bytes = fs::read(dir.path().join("uploads").join(&upload).join(part)).unwrap();
            assert_eq!(bytes.len(), *length, "seed {seed}");
            assert!(bytes.iter().all(|byte| byte == letter), "seed {seed}");
        }
        cancel(process.address, &cancelled).is_error(400, "upload_cancelled", "upload_id");
        // The upload continues, with a part that contains the length of all parts.
        let last = part(process.address, &upload, b"last");
        let ids: Vec<&str> = acknowledged.iter().map(|(id, ..)| id.as_str()).chain([last.as_str()]).collect();
        complete(process.address, &upload, &ids).is_error(400, "bytes_mismatch", "part_ids");
        cancel(process.address, &upload).ok();
        process.kill();
    }
    assert!(in_all > 0, "some parts arrive before the server is killed");
}

#[test]
fn files_and_deletions_survive_a_killed_server() {
    let dir = tempfile::tempdir().unwrap();
    let process = Process::serve(dir.path());
    let mut files = Vec::new();
    for bytes in [b"abc", b"def"] {
        let upload = create(process.address, 3);
        let only = part(process.address, &upload, bytes);
        let file =
            complete(process.address, &upload, &[&only]).ok()["file"]["id"].as_str().unwrap().to_owned();
        files.push(format!("/v1/files/{file}"));
    }
    request(process.address, "DELETE", &files[1], &[], b"").ok();
    process.kill();
    let process = Process::serve(dir.path());
    assert_eq!(get(process.address, &format!("{}/content", files[0])).body, b"abc");
    get(process.address, &files[1]).is_error(404, "not_found", "file_id");
    assert_eq!(parts_on_disk(dir.path()).len(), 1);
}

#[test]
fn unfinished_work_of_a_killed_server_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let (upload, kept) = {
        let server = start_with(Server::builder().dir(dir.path()));
        let upload = create(server.local_addr(), 3);
        let kept = part(server.local_addr(), &upload, b"abc");
        (upload, kept)
    };
    let uploads = dir.path().join("uploads");
    let of_upload = uploads.join(&upload);
    fs::write(of_upload.join(format!("{kept}.arriving")), b"half").unwrap();
    fs::write(of_upload.join("record.json.new"), b"{").unwrap();
    fs::create_dir(uploads.join(format!("upload_{}", "0".repeat(32)))).unwrap();
    let damaged = uploads.join(format!("upload_{}", "1".repeat(32)));
    fs::create_dir(&damaged).unwrap();
    fs::write(damaged.join("record.json"), b"{\"upload\":").unwrap();
    fs::write(uploads.join("notes.txt"), b"not the server's").unwrap();

    let server = start_with(Server::builder().dir(dir.path()));
    assert_eq!(server.uploads().len(), 1);
    assert_eq!(parts_on_disk(dir.path()), ["notes.txt".to_owned(), kept.clone()]);
    assert!(!uploads.join(format!("upload_{}", "0".repeat(32))).exists());
    assert!(damaged.exists(), "what cannot be read is left alone");
    complete(server.local_addr(), &upload, &[&kept]).ok();
}

#[test]
fn stopping_the_server_finishes_requests_in_flight() {
    let dir = tempfile::tempdir().unwrap();
    let mut process = Process::serve(dir.path());
    let upload = create(process.address, 3);
    let body = form("data", b"abc");
    let mut client = Client::connect(process.address);
    client.send(&head("POST", &format!("/v1/uploads/{upload}/parts"), &[FORM], Some(body.len())));
    client.send(&body[..20]);
    // The request must have arrived to be in flight.
    get(process.address, "/v1/files").ok();
    process.terminate();
    eventually("new connections are refused", || Client::try_connect(process.address).is_none());
    client.send(&body[20..]);
    let only = client.answer().unwrap().ok()["id"].as_str().unwrap().to_owned();
    assert!(process.wait().success());
    let process = Process::serve(dir.path());
    complete(process.address, &upload, &[&only]).ok();
}

#[test]
fn two_servers_never_share_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let _process = Process::serve(dir.path());
    let second = Command::new(program::path()).args(arguments(dir.path())).output().unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains("in use by another server"), "{said}");
}

/// Fills a disk of 1 to 3 MiB, and checks that nothing is lost.
fn on_a_full_disk(process: &Process, dir: &Path) {
    let at = process.address;
    let upload = create(at, 3);
    let kept = part(at, &upload, b"abc");
    let before = parts_on_disk(dir);
    for _ in 0..3 {
        let refused = add(at, &upload, &vec![b'a'; 4 << 20]);
        refused.is_error(507, "insufficient_storage", "");
        eventually("nothing of it is left", || parts_on_disk(dir) == before);
    }
    // There is room again, since nothing was left over.
    part(at, &upload, &vec![b'b'; 1 << 20]);
    let file = complete(at, &upload, &[&kept]).ok()["file"]["id"].as_str().unwrap().to_owned();
    assert_eq!(get(at, &format!("/v1/files/{file}/content")).body, b"abc");
}

#[test]
fn a_file_that_may_not_grow_is_an_error_that_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    // The shell's blocks have 512 bytes, so this is 2 MiB per file. A signal does not end the process.
    let script = "trap '' XFSZ; ulimit -f 4096; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(program::path()).args(arguments(dir.path()));
    on_a_full_disk(&Process::run(&mut command), dir.path());
}

#[test]
fn a_full_disk_is_an_error_that_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(dir.path()) else {
        return skipped("a disk of 3 MiB can only be mounted by root, on Linux");
    };
    let process = Process::serve(dir.path());
    on_a_full_disk(&process, dir.path());
    // Not even the record of another upload fits once the rest is taken.
    let upload = create(process.address, 3);
    let mut lengths = vec![256 << 10, 4 << 10, 512];
    while let Some(length) = lengths.last() {
        if add(process.address, &upload, &vec![b'c'; *length]).status == 507 {
            lengths.pop();
        }
    }
    let refused: Answer = post(process.address, "/v1/uploads", &announcement(3));
    refused.is_error(507, "insufficient_storage", "");
    process.kill();
    drop(disk);
}

/// A disk of 3 MiB, taken away when dropped.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(at: &'a Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        let mount = mount.args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(at).output();
        mount.is_ok_and(|mount| mount.status.success()).then_some(Self(at))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[test]
fn an_upload_accepts_its_declared_length_and_not_a_byte_more() {
    let dir = tempfile::tempdir().unwrap();
    let most = CreateUploadRequest::BYTES_MAXIMUM;
    let upload = {
        let server = start_with(Server::builder().dir(dir.path()));
        create(server.local_addr(), most)
    };
    // All but the last bytes are one part that has a length but takes no space.
    let sparse = format!("part_{}", "0".repeat(32));
    let path = dir.path().join("uploads").join(&upload).join(&sparse);
    File::create(path).unwrap().set_len(most - 3).unwrap();

    let server = start_with(Server::builder().dir(dir.path()));
    let at = server.local_addr();
    add(at, &upload, b"four").is_error(413, "upload_too_large", "data");
    let last = part(at, &upload, b"end");
    add(at, &upload, b"1").is_error(413, "upload_too_large", "data");
    part(at, &upload, b"");
    // Completing copies nothing. Copying would take 8 GiB of disk and most of a minute.
    let file = complete(at, &upload, &[&sparse, &last]).ok()["file"].clone();
    assert_eq!(file["bytes"], json!(most));
    let content = format!("/v1/files/{}/content", file["id"].as_str().unwrap());
    let end = request(at, "GET", &content, &["range: bytes=-5"], b"");
    assert_eq!((end.status, end.body.as_slice()), (206, b"\0\0end".as_slice()));
}

#[test]
#[cfg(target_os = "linux")]
fn memory_stays_flat_under_eight_parallel_parts_of_the_greatest_length() {
    let dir = tempfile::tempdir().unwrap();
    let process = Process::serve(dir.path());
    let upload = create(process.address, CreateUploadRequest::BYTES_MAXIMUM);
    let bytes = vec![b'a'; 64 << 20];
    let body = form("data", &bytes);
    let path = format!("/v1/uploads/{upload}/parts");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut client = Client::connect(process.address);
                client.send(&head("POST", &path, &[FORM], Some(body.len())));
                client.send(&body);
                client.answer().unwrap().ok();
            });
        }
    });
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 64 * 1024, "{peak} KiB");
}

#[test]
fn a_batch_runs_even_if_its_client_hangs_up_before_the_response() {
    let server = start_with(Server::builder().batch_time(Duration::ZERO));
    let at = server.local_addr();
    let file = input(at, &chat_lines(1));
    let body = json!({"input_file_id": file, "endpoint": CHAT, "completion_window": "24h"}).to_string();
    for _ in 0..50 {
        let mut client = Client::connect(at);
        client.send(&[&head("POST", "/v1/batches", &[JSON], Some(body.len())), body.as_bytes()].concat());
    }
    let batches = || get(at, "/v1/batches?limit=100").ok()["data"].as_array().unwrap().clone();
    eventually("a batch is created", || !batches().is_empty());
    eventually("all batches are completed", || batches().iter().all(|batch| batch["status"] == "completed"));
}
