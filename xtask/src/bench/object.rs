//! A server that answers as S3 does for one object, to measure how fast it is read.
//!
//! It checks no credentials and is of no other use.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::thread;

use clap::Args;

use super::link::Link;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

/// Run a server of S3 that has one object
#[derive(Args)]
pub(crate) struct Arguments {
    /// The length of the object.
    #[arg(long)]
    bytes: u64,

    #[command(flatten)]
    link: Link,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let cannot = |error| Failure::new(format!("cannot listen on loopback: {error}"));
    let listener = TcpListener::bind("127.0.0.1:0").map_err(cannot)?;
    terminal::print(&format!("listening on http://{}\n", listener.local_addr().map_err(cannot)?));
    let (link, bytes) = (arguments.link, arguments.bytes);
    for connection in listener.incoming() {
        // A client that disconnects does not affect the others.
        thread::spawn(move || connection.and_then(|stream| converse(&stream, link, bytes)));
    }
    Ok(())
}

fn converse(mut stream: &TcpStream, link: Link, bytes: u64) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::read(&mut reader, bytes)? {
        link.wait();
        let Range { start, end } = request.range;
        let (status, length) =
            (if request.is_partial { "206 Partial Content" } else { "200 OK" }, end - start);
        write!(
            stream,
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\netag: \"1\"\r\naccept-ranges: bytes\r\n\
             content-range: bytes {start}-{}/{bytes}\r\nlast-modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n\r\n",
            end.saturating_sub(1)
        )?;
        if !request.is_head {
            link.copy(io::repeat(b'x').take(length), &mut stream)?;
        }
    }
    Ok(())
}

struct Request {
    is_head: bool,
    is_partial: bool,
    range: Range<u64>,
}

impl Request {
    /// The next request. `None`: the client is done.
    fn read(reader: &mut impl BufRead, bytes: u64) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut request = Self { is_head: line.starts_with("HEAD "), is_partial: false, range: 0..bytes };
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { return Ok(Some(request)) };
            if name.eq_ignore_ascii_case("range")
                && let Some((start, end)) =
                    value.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-'))
            {
                let start = start.parse().map_err(io::Error::other)?;
                let end = end.parse::<u64>().map_or(bytes, |last| (last + 1).min(bytes));
                request = Self { is_partial: true, range: start..end.max(start), ..request };
            }
        }
    }
}
