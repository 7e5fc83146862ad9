//! A server that answers by a script and discards all bytes, for answers that the local server would not give and for
//! more gigabytes than a test should write.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use openai_uploads::apis::uploads_api::{ADD_UPLOAD_PART, CANCEL_UPLOAD, COMPLETE_UPLOAD, CREATE_UPLOAD};
use openai_uploads::models::upload::Status;
use openai_uploads::models::{CreateUploadRequest, OpenAiFile, Upload, UploadPart, open_ai_file};
use openai_uploads::runtime::Operation;

pub(crate) struct ScriptedServer {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<&'static str>>>,
}

/// A request, for a script to answer with a status and a body.
pub(crate) struct IncomingRequest {
    pub(crate) operation: &'static str,
    /// The number of earlier requests for this operation.
    pub(crate) earlier: usize,
    /// The declared length of the file.
    pub(crate) bytes: u64,
}

/// A reply of a script.
pub(crate) struct Scripted {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl From<(u16, String)> for Scripted {
    fn from((status, body): (u16, String)) -> Self {
        Self { status, headers: Vec::new(), body }
    }
}

impl ScriptedServer {
    pub(crate) fn start<R: Into<Scripted>>(
        script: impl Fn(&IncomingRequest) -> R + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::<Mutex<Vec<_>>>::default();
        let answering = Arc::new(Answering {
            script: Box::new(move |asked| script(asked).into()),
            seen: seen.clone(),
            bytes: AtomicU64::new(0),
        });
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let answering = answering.clone();
                std::thread::spawn(move || answering.answer_all(connection.unwrap()));
            }
        });
        Self { url, seen }
    }

    pub(crate) fn count(&self, operation: &Operation) -> usize {
        self.seen.lock().unwrap().iter().filter(|seen| **seen == operation.id).count()
    }
}

type Script = Box<dyn Fn(&IncomingRequest) -> Scripted + Send + Sync>;

struct Answering {
    script: Script,
    seen: Arc<Mutex<Vec<&'static str>>>,
    bytes: AtomicU64,
}

impl Answering {
    /// Ends with the connection.
    fn answer_all(&self, mut connection: TcpStream) -> io::Result<()> {
        loop {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                connection.read_exact(&mut byte)?;
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap().to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).unwrap();
            let mut body = (&mut connection).take(length.trim().parse().unwrap());
            let path = head.split(' ').nth(1).unwrap();
            let ending = |operation: &Operation| operation.path.rsplit('/').next().unwrap();
            let operations = [&CREATE_UPLOAD, &ADD_UPLOAD_PART, &COMPLETE_UPLOAD, &CANCEL_UPLOAD];
            let operation = operations.into_iter().find(|operation| path.ends_with(ending(operation)));
            let operation = operation.unwrap().id;
            if operation == CREATE_UPLOAD.id {
                let request: CreateUploadRequest = serde_json::from_reader(&mut body)?;
                self.bytes.store(request.bytes, Ordering::SeqCst);
            }
            io::copy(&mut body, &mut io::sink())?;
            let earlier = {
                let mut seen = self.seen.lock().unwrap();
                seen.push(operation);
                seen.iter().filter(|seen| **seen == operation).count() - 1
            };
            let asked = IncomingRequest { operation, earlier, bytes: self.bytes.load(Ordering::SeqCst) };
            let Scripted { status, headers, body: reply } = (self.script)(&asked);
            let length = reply.len();
            let mut head =
                format!("HTTP/1.1 {status} \r\ncontent-type: application/json\r\ncontent-length: {length}");
            for (name, value) in headers {
                head.push_str(&format!("\r\n{name}: {value}"));
            }
            connection.write_all(format!("{head}\r\n\r\n{reply}").as_bytes())?;
        }
    }
}

/// The answers of the API.
pub(crate) fn well_behaved(asked: &IncomingRequest) -> (u16, String) {
    let operation = asked.operation;
    let reply = if operation == ADD_UPLOAD_PART.id {
        let id = format!("part_{}", asked.earlier);
        serde_json::to_string(&UploadPart::new(id, 1, "u".into()))
    } else if operation == COMPLETE_UPLOAD.id {
        let mut upload = upload(Status::Completed, asked.bytes);
        upload.file = Some(file(asked.bytes));
        serde_json::to_string(&upload)
    } else if operation == CANCEL_UPLOAD.id {
        serde_json::to_string(&upload(Status::Cancelled, asked.bytes))
    } else {
        serde_json::to_string(&upload(Status::Pending, asked.bytes))
    };
    (200, reply.unwrap())
}

pub(crate) fn upload(status: Status, bytes: u64) -> Upload {
    Upload::new("u".into(), 1, "a.bin".into(), bytes, "assistants".into(), status, u64::MAX / 2)
}

pub(crate) fn file(bytes: u64) -> OpenAiFile {
    OpenAiFile::new("file-1".into(), bytes, 1, "a.bin".into(), open_ai_file::Purpose::Assistants)
}
