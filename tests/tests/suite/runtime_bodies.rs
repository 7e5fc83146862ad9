//! Bodies that are streamed, and requests whose body differs from its declaration.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use futures_util::stream;
use openai_uploads::apis::uploads_api::add_upload_part;
use openai_uploads::models::upload_part;
use openai_uploads::runtime::{
    ArrayFormat, Binary, Call, Error, FileOr, Form, InputError, Operation, Request, Style, describe,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::received_request::{SingleRequestServer, block_on, configuration};

static FORM: Operation = Operation::new("form", Method::POST, "/form", &[]);

/// Sends a part to a closed port and returns the error.
fn refused(data: Binary) -> InputError {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = configuration().with_base_path(format!("http://{}", nobody.local_addr().unwrap()));
    match block_on(add_upload_part(&to, "id", data)) {
        Err(Error::Input(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unreadable_body_is_an_error_before_sending() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.bin");
    fs::write(&file, b"0123456789").unwrap();
    let missing = refused(Binary::path(folder.path().join("none")));
    assert_eq!(missing.io_kind(), Some(io::ErrorKind::NotFound), "{missing}");
    assert!(missing.to_string().contains("none"), "{missing}");
    let of_folder = refused(Binary::path(folder.path()));
    assert!(of_folder.to_string().contains("is a folder"), "{of_folder}");
    for range in [5..11, 11..12, u64::MAX - 1..u64::MAX] {
        let beyond = refused(Binary::range(&file, range)).to_string();
        assert!(beyond.contains("10 bytes"), "{beyond}");
    }
    #[expect(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    let backwards = refused(Binary::range(&file, 5..4)).to_string();
    assert!(backwards.contains("5..4"), "{backwards}");
}

#[test]
fn a_file_a_range_bytes_and_a_stream_arrive_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("größe \".bin");
    let content: Vec<u8> =
        (0..700_000_u32).map(|byte| byte.to_le_bytes()[0] ^ byte.to_le_bytes()[1]).collect();
    fs::write(&file, &content).unwrap();
    let pieces = content[..10].chunks(3).map(|piece| Ok(piece.to_vec().into())).collect::<Vec<_>>();
    for (data, expected) in [
        (Binary::path(&file), &content[..]),
        (Binary::from(file.as_path()), &content[..]),
        (Binary::range(&file, 300_000..600_001), &content[300_000..600_001]),
        (Binary::range(&file, 700_000..700_000), b"".as_slice()),
        (Binary::from(content.clone()), &content[..]),
        (Binary::stream(10, stream::iter(pieces)), &content[..10]),
    ] {
        let part = json!({"id": "part_1", "object": "upload.part", "created_at": 1, "upload_id": "id"});
        let server = SingleRequestServer::json(200, &part);
        let to = configuration().with_base_path(&server.url);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let inspected = seen.clone();
        let data = data.inspect(move |chunk| inspected.lock().unwrap().extend_from_slice(chunk));
        let part = block_on(add_upload_part(&to, "id", data)).unwrap();
        assert_eq!(part.object, upload_part::Object::UploadPart);
        let received = server.received();
        assert!(*seen.lock().unwrap() == expected, "what is inspected is what is sent");
        let start = received.body.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        assert!(received.body[start..].starts_with(expected));
        assert!(received.body[start + expected.len()..].starts_with(b"\r\n--"));
        assert_eq!(received.header("transfer-encoding"), None);
    }
}

/// Sends a part to a server that accepts everything, and returns the error.
fn broken_off(data: Binary) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = configuration().with_base_path(format!("http://{}", listener.local_addr().unwrap()));
    let taking = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        drop(io::copy(&mut connection, &mut io::sink()));
    });
    let result = block_on(add_upload_part(&to, "id", data));
    taking.join().unwrap();
    match result {
        Err(error @ Error::Input(_)) => {
            assert!(!error.is_retryable());
            describe(&error)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_stream_of_another_length_fails_the_request_by_its_own_fault() {
    let pieces = |count: usize| stream::iter((0..count).map(|_| Ok(vec![0; 10].into())).collect::<Vec<_>>());
    let short = broken_off(Binary::stream(100, pieces(9)));
    assert!(short.contains("10 bytes short of 100"), "{short}");
    let long = broken_off(Binary::stream(100, pieces(11)));
    assert!(long.contains("more than 100 bytes"), "{long}");
    let failing = stream::iter([Ok(vec![0; 10].into()), Err(io::Error::other("the tape tore"))]);
    let failed = broken_off(Binary::stream(100, failing));
    assert!(failed.contains("the tape tore"), "{failed}");
}

#[test]
fn a_file_that_becomes_shorter_midway_fails_the_request_by_its_own_fault() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&vec![7; 4 << 20]).unwrap();
    let path = file.path().to_owned();
    let cut =
        move |path: &Path| fs::OpenOptions::new().write(true).open(path).unwrap().set_len(1 << 20).unwrap();
    let data = Binary::path(&path).inspect(move |_| cut(&path));
    let short = broken_off(data);
    assert!(short.contains("became shorter"), "{short}");
}

#[test]
fn a_form_is_encoded_as_openapi_defines() {
    let values = || {
        Form::new()
            .field("text", &"a b&c=d é")
            .field("number", &1.5)
            .field("flag", &true)
            .field("größe \"\n", &"x")
            .field("nothing", &Option::<String>::None)
            .field("list", &["x", "y"])
            .field("object", &json!({"k": ["v"]}))
            .encoded_field("json", "application/json", &json!(["v"]))
            .others(&BTreeMap::from([("more".to_owned(), 7)]))
            .styled_field("deep", Style::DEEP_OBJECT.arrays(ArrayFormat::Repeat), &json!({"a b": ["1", "2"]}))
            .styled_field("piped", Style::PIPE_DELIMITED, &["x=1", "é"])
    };
    let server = SingleRequestServer::json(200, &json!({}));
    let to = configuration().with_base_path(&server.url);
    let call: Call<Value> = Request::new(&to, &FORM).form_body(values()).json();
    block_on(call).unwrap();
    let received = server.received();
    assert_eq!(received.header("content-type"), Some("application/x-www-form-urlencoded"));
    let expected = "text=a+b%26c%3Dd+%C3%A9&number=1.5&flag=true&gr%C3%B6%C3%9Fe+%22%0A=x&list=x&list=y&object=%7B%22k%22%3A%5B%22v%22%5D%7D&json=%5B%22v%22%5D\
                    &more=7&deep[a%20b]=1&deep[a%20b]=2&piped=x%3D1%7C%C3%A9";
    assert_eq!(String::from_utf8(received.body).unwrap(), expected);

    let server = SingleRequestServer::json(200, &json!({}));
    let to = configuration().with_base_path(&server.url);
    let form =
        values().file("file", Binary::bytes("bytes").file_name("a\"\r\nb.txt").content_type("text/plain"));
    let form = form
        .file_or("either", FileOr::Other(json!({"id": 7})))
        .file_or::<Value>("neither", None)
        .file_or_of::<Value>("picture", "image/png", FileOr::File(Binary::bytes("png")));
    let call: Call<Value> = Request::new(&to, &FORM).multipart_body(form).json();
    block_on(call).unwrap();
    let received = server.received();
    let form = received
        .form()
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&received.body)));
    assert_eq!(form["text"], "a b&c=d é");
    assert_eq!(form["list"], "y", "the last of several");
    assert_eq!(form["object"], "{\"k\":[\"v\"]}");
    assert_eq!(form["json"], "[\"v\"]");
    assert_eq!(form["deep"]["a b"], 2, "the last of several");
    assert_eq!(form["piped"], "x=1|é");
    assert_eq!(form["größe %22%0A"], "x");
    assert_eq!((&form["either"], &form["picture"]), (&json!("{\"id\":7}"), &json!("png")));
    assert_eq!(form["file"], "bytes");
    assert!(form.get("nothing").is_none() && form.get("neither").is_none());
    let body = String::from_utf8(received.body).unwrap();
    assert_eq!(body.matches("name=\"list\"").count(), 2, "{body}");
    assert!(body.contains("filename=\"picture\"\r\nContent-Type: image/png"), "{body}");
    assert!(body.contains("%0D%0Ab.txt\"\r\n"), "a file's name begins no header of its own: {body}");
}

#[test]
fn a_body_that_cannot_be_sent_is_an_error_before_sending() {
    let to = configuration().with_base_path("http://127.0.0.1:1");
    let file = Form::new().file("file", Binary::bytes("x"));
    let call: Call<Value> = Request::new(&to, &FORM).form_body(file).json();
    let error = block_on(call).unwrap_err();
    assert!(matches!(&error, Error::Input(_)) && error.to_string().contains("`file`"), "{error}");
    let named = Form::new().file("file", Binary::bytes("x").content_type("no media type"));
    let call: Call<Value> = Request::new(&to, &FORM).multipart_body(named).json();
    let error = block_on(call).unwrap_err();
    assert!(matches!(&error, Error::Input(_)) && error.to_string().contains("no media type"), "{error}");
}
