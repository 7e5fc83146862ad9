//! A server that answers as Google documents the XML API of Cloud Storage: objects in memory, each with a generation,
//! written at once or in parts.
//!
//! States and manifests are written on condition of a generation. The servers in the registries only read and list by
//! this API.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The only bucket.
const BUCKET: &str = "data";

#[derive(Default)]
struct Objects {
    by_key: BTreeMap<String, Object>,
    newest_generation: u64,
    /// The parts of uploads that are not complete, by id.
    uploads: BTreeMap<String, BTreeMap<u32, Vec<u8>>>,
}

struct Object {
    bytes: Arc<Vec<u8>>,
    generation: u64,
}

struct Request {
    method: String,
    bucket: String,
    key: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

struct Reply {
    status: &'static str,
    headers: String,
    body: Vec<u8>,
}

/// Starts the server. Returns its URL.
pub(crate) fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let objects = Arc::<Mutex<Objects>>::default();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let objects = objects.clone();
            thread::spawn(move || converse(&stream, &objects));
        }
    });
    url
}

fn converse(mut stream: &TcpStream, objects: &Mutex<Objects>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let request = Request::read(&mut reader)?;
        let Reply { status, headers, body } = answer(&request, &mut objects.lock().unwrap());
        let length = body.len();
        write!(stream, "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n").ok()?;
        if request.method != "HEAD" {
            stream.write_all(&body).ok()?;
        }
    }
}

fn answer(request: &Request, objects: &mut Objects) -> Reply {
    if request.bucket != BUCKET {
        return error("404 Not Found", "NoSuchBucket", "The specified bucket does not exist.");
    }
    match request.method.as_str() {
        "GET" if request.key.is_empty() => objects.list(&request.query),
        "GET" | "HEAD" => objects.get(request),
        "PUT" if request.query.contains_key("uploadId") => objects.put_part(request),
        "PUT" => objects.put(request, Arc::new(request.body.clone())),
        "POST" if request.query.contains_key("uploads") => objects.begin_upload(),
        "POST" => objects.complete_upload(request),
        "DELETE" if objects.by_key.remove(&request.key).is_some() => reply("204 No Content", "", Vec::new()),
        "DELETE" => error("404 Not Found", "NoSuchKey", "The specified key does not exist."),
        _ => error("405 Method Not Allowed", "MethodNotAllowed", "The method is not allowed."),
    }
}

impl Objects {
    fn get(&self, request: &Request) -> Reply {
        let Some(object) = self.by_key.get(&request.key) else {
            return error("404 Not Found", "NoSuchKey", "The specified key does not exist.");
        };
        if request.headers.get("if-match").is_some_and(|wanted| *wanted != object.e_tag()) {
            return error("412 Precondition Failed", "PreconditionFailed", "A precondition does not hold.");
        }
        let length = object.bytes.len();
        let range =
            request.headers.get("range").and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
        let range = range.and_then(|(start, end)| {
            let end = end.parse::<usize>().map_or(length, |last| (last + 1).min(length));
            Some(start.parse::<usize>().ok()?..end)
        });
        let mut headers = object.headers();
        let Some(range) = range else { return reply("200 OK", &headers, object.bytes.to_vec()) };
        if range.start >= range.end {
            return error("416 Requested Range Not Satisfiable", "InvalidRange", "There are no such bytes.");
        }
        headers += &format!("content-range: bytes {}-{}/{length}\r\n", range.start, range.end - 1);
        reply("206 Partial Content", &headers, object.bytes[range].to_vec())
    }

    fn begin_upload(&mut self) -> Reply {
        let id = format!("upload-{}", self.uploads.len());
        self.uploads.insert(id.clone(), BTreeMap::new());
        let body = format!(
            "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
        );
        reply("200 OK", "content-type: application/xml\r\n", body.into_bytes())
    }

    fn put_part(&mut self, request: &Request) -> Reply {
        let Some(parts) = self.uploads.get_mut(&request.query["uploadId"]) else {
            return error("404 Not Found", "NoSuchUpload", "The specified upload does not exist.");
        };
        let number: u32 = request.query["partNumber"].parse().unwrap();
        parts.insert(number, request.body.clone());
        reply("200 OK", &format!("etag: \"part-{number}\"\r\n"), Vec::new())
    }

    fn complete_upload(&mut self, request: &Request) -> Reply {
        let Some(parts) = request.query.get("uploadId").and_then(|id| self.uploads.get_mut(id)) else {
            return error("404 Not Found", "NoSuchUpload", "The specified upload does not exist.");
        };
        let bytes: Vec<u8> = std::mem::take(parts).into_values().flatten().collect();
        let Reply { status, headers, .. } = self.put(request, Arc::new(bytes));
        let e_tag = self.by_key[&request.key].e_tag();
        let body =
            format!("<CompleteMultipartUploadResult><ETag>{e_tag}</ETag></CompleteMultipartUploadResult>");
        reply(status, &headers, body.into_bytes())
    }

    fn put(&mut self, request: &Request, bytes: Arc<Vec<u8>>) -> Reply {
        let found = self.by_key.get(&request.key).map_or(0, |object| object.generation);
        let wanted = request.headers.get("x-goog-if-generation-match");
        if wanted.is_some_and(|wanted| *wanted != found.to_string()) {
            return error("412 Precondition Failed", "PreconditionFailed", "A precondition does not hold.");
        }
        self.newest_generation += 1;
        let object = Object { bytes, generation: self.newest_generation };
        let headers = object.headers();
        self.by_key.insert(request.key.clone(), object);
        reply("200 OK", &headers, Vec::new())
    }

    fn list(&self, query: &BTreeMap<String, String>) -> Reply {
        let value = |name: &str| query.get(name).map_or("", String::as_str);
        let (prefix, delimiter) = (value("prefix"), value("delimiter"));
        let (mut contents, mut folders) = (String::new(), BTreeSet::new());
        for (key, object) in self.by_key.iter().filter(|(key, _)| key.starts_with(prefix)) {
            let rest = &key[prefix.len()..];
            match rest.find(delimiter).filter(|_| !delimiter.is_empty()) {
                Some(end) => drop(folders.insert(format!("{prefix}{}", &rest[..=end]))),
                None => {
                    contents += &format!(
                        "<Contents><Key>{key}</Key><Size>{}</Size><ETag>{}</ETag>\
                         <LastModified>2015-10-21T07:28:00.000Z</LastModified></Contents>",
                        object.bytes.len(),
                        object.e_tag()
                    );
                }
            }
        }
        let folders: String = folders
            .iter()
            .map(|folder| format!("<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>"))
            .collect();
        let body = format!("<ListBucketResult><Name>{BUCKET}</Name>{contents}{folders}</ListBucketResult>");
        reply("200 OK", "content-type: application/xml\r\n", body.into_bytes())
    }
}

impl Object {
    /// Google's are the MD5 of the content. This one differs for each generation too.
    fn e_tag(&self) -> String {
        format!("\"{:032x}\"", self.generation)
    }

    fn headers(&self) -> String {
        format!(
            "etag: {}\r\nx-goog-generation: {}\r\nlast-modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n",
            self.e_tag(),
            self.generation
        )
    }
}

impl Request {
    /// The next request. `None`: the client is done.
    fn read(reader: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let (method, target) = line.split_once(' ')?;
        let url = reqwest::Url::parse("http://h").ok()?.join(target.split(' ').next()?).ok()?;
        let (bucket, key) = url.path()[1..].split_once('/').unwrap_or((&url.path()[1..], ""));
        let (method, bucket, key) = (method.to_owned(), decoded(bucket), decoded(key));
        let query = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let mut headers = BTreeMap::new();
        loop {
            line.clear();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        let length = headers.get("content-length").map_or(Some(0), |length| length.parse().ok())?;
        let mut body = Vec::new();
        reader.take(length).read_to_end(&mut body).ok()?;
        Some(Self { method, bucket, key, query, headers, body })
    }
}

/// The text without percent-encoding.
fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.bytes());
    while let Some(byte) = rest.next() {
        let digits = if byte == b'%' { rest.next().zip(rest.next()) } else { None };
        let code = digits.map(|(high, low)| String::from_utf8_lossy(&[high, low]).into_owned());
        bytes.push(code.map_or(byte, |code| u8::from_str_radix(&code, 16).unwrap()));
    }
    String::from_utf8(bytes).unwrap()
}

fn reply(status: &'static str, headers: &str, body: Vec<u8>) -> Reply {
    Reply { status, headers: headers.to_owned(), body }
}

fn error(status: &'static str, code: &str, message: &str) -> Reply {
    let body = format!(
        "<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    reply(status, "content-type: application/xml\r\n", body.into_bytes())
}
