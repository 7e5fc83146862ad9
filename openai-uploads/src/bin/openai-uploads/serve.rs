//! `serve`: runs a local Uploads server.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};
use openai_uploads::server::{Fault, Faults, Server, When};
use tracing_subscriber::filter::LevelFilter;

use crate::connection::key_in;
use crate::exit::{CommandError, Exit};
use crate::interrupt::StopSignals;
use crate::{message, quantity, runtime, stdout};

/// Run a local Uploads server, to develop and test without a key, a bill or a network
///
/// Prints its URL and the environment variables to set on stdout, and a line for each request on stderr.
/// Ctrl-C, SIGTERM and SIGHUP stop it once the requests in flight are done.
#[derive(Args)]
#[command(after_help = WHEN, after_long_help = WHEN)]
pub(crate) struct Serve {
    /// The address, such as 127.0.0.1:8080, localhost:8080 or 8080; port 0 is any that is free.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = listen_address)]
    listen: SocketAddr,

    /// The folder for uploads and files; it is created if it does not exist.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    dir: PathBuf,

    /// A file with the API key that requests must have [default: any key is accepted].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    api_key_file: Option<PathBuf>,

    /// Log warnings and errors only.
    #[arg(long, short)]
    quiet: bool,

    #[command(flatten)]
    faults: FaultArguments,
}

/// Faults that the server injects.
#[derive(Args)]
#[command(next_help_heading = "Fault injection")]
struct FaultArguments {
    /// Answer with a status and do nothing else.
    #[arg(long, value_name = "STATUS[@WHEN]", value_parser = status)]
    fail: Vec<(u16, When)>,

    /// Add a header to the answers of --fail.
    #[arg(long, value_name = "NAME:VALUE", value_parser = header, requires = "fail")]
    fail_header: Vec<(String, String)>,

    /// Wait before a request is handled.
    #[arg(long, value_name = "DURATION[@WHEN]", value_parser = delay)]
    delay: Vec<(Duration, When)>,

    /// Limit the rate of each connection in both directions, such as 20MB/s.
    #[arg(long, value_name = "RATE", value_parser = quantity::rate)]
    rate: Option<u64>,

    /// Close the connection after this many bytes of the request's body.
    #[arg(long, value_name = "SIZE[@WHEN]", value_parser = bytes)]
    cut_request: Vec<(u64, When)>,

    /// Handle the request, and close the connection after this many bytes of the answer.
    #[arg(long, value_name = "SIZE[@WHEN]", value_parser = bytes)]
    cut_reply: Vec<(u64, When)>,

    /// Read this many bytes of the request's body, then nothing more, and never answer.
    #[arg(long, value_name = "SIZE[@WHEN]", value_parser = bytes)]
    stall: Vec<(u64, When)>,

    /// Forget the upload of a request.
    #[arg(long, value_name = "WHEN")]
    forget: Vec<When>,

    /// The seed of the random choices of `share`.
    #[arg(long, value_name = "N", default_value = "0")]
    seed: u64,
}

const WHEN: &str = "\
WHEN selects requests: every=N, first=N, nth=N or share=P (0 to 1), and on=OPERATION for those of one
operation (createUpload, addUploadPart, completeUpload, cancelUpload), separated by commas. Without it, all.

  openai-uploads serve --dir uploads --fail 503@share=0.1,on=addUploadPart --fail-header retry-after:1";

impl Serve {
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        let level = if self.quiet { LevelFilter::WARN } else { LevelFilter::INFO };
        tracing_subscriber::fmt()
            .with_max_level(level)
            .with_target(false)
            .with_ansi(console::colors_enabled_stderr())
            .with_writer(io::stderr)
            .init();
        let builder = Server::builder().listen(self.listen).dir(&self.dir).faults(self.faults.faults());
        let builder = match &self.api_key_file {
            Some(file) => builder.api_key(key_in(file)?),
            None => builder,
        };
        runtime::multi_threaded()?.block_on(async {
            let mut signals = StopSignals::listen()
                .map_err(|error| CommandError::failed(format!("signals cannot be caught: {error}")))?;
            let server = builder.bind().await.map_err(|error| {
                CommandError::bad_input(message::text(&error.to_string()))
                    .with_help("choose another address with --listen, or another folder with --dir")
            })?;
            // The server is useful even if nobody reads its address here.
            let _ = stdout::try_line(&self.announcement(&server.base_url()));
            server.serve_until(signals.next()).await;
            Ok(Exit::Done)
        })
    }

    fn announcement(&self, base_url: &str) -> String {
        let key = match &self.api_key_file {
            Some(file) => format!("\"$(cat {})\"", message::shell_word(file.as_os_str())),
            None => "any".to_owned(),
        };
        format!(
            "listening on {base_url}, keeping uploads in {}\n\
             export OPENAI_BASE_URL={base_url}\n\
             export OPENAI_API_KEY={key}",
            message::path(&self.dir)
        )
    }
}

impl FaultArguments {
    fn faults(&self) -> Faults {
        let fail = |status: u16| {
            let bare = Fault::fail(status);
            self.fail_header.iter().fold(bare, |fault, (name, value)| fault.header(name, value))
        };
        let delays = self.delay.iter().map(|(time, when)| (Fault::delay(*time), when));
        let fails = self.fail.iter().map(|(status, when)| (fail(*status), when));
        let requests = self.cut_request.iter().map(|(after, when)| (Fault::cut_request(*after), when));
        let replies = self.cut_reply.iter().map(|(after, when)| (Fault::cut_reply(*after), when));
        let stalls = self.stall.iter().map(|(after, when)| (Fault::stall(*after), when));
        let forgets = self.forget.iter().map(|when| (Fault::forget(), when));
        delays
            .chain(fails)
            .chain(requests)
            .chain(replies)
            .chain(stalls)
            .chain(forgets)
            .fold(Faults::new(), |faults, (fault, when)| faults.with(fault, when.clone()))
            .rate(self.rate.unwrap_or(0))
            .seed(self.seed)
    }
}

/// `127.0.0.1:8080`, `localhost:8080`, `localhost`, `:8080` or `8080`. Without a host it is loopback.
fn listen_address(text: &str) -> Result<SocketAddr, String> {
    const PORT: u16 = 8080;
    const HELP: &str = "give an address such as 127.0.0.1:8080, localhost:8080 or 8080";
    let text = text.trim();
    if let Ok(port) = text.strip_prefix(':').unwrap_or(text).parse::<u16>() {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    let has_port = text.parse::<SocketAddr>().is_ok()
        || text
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.contains(':') && port.parse::<u16>().is_ok());
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // The system would take a number that is no port for an IPv4 address.
        return Err(HELP.to_owned());
    }
    let resolved = if has_port {
        text.to_socket_addrs()
    } else {
        (text.trim_start_matches('[').trim_end_matches(']'), PORT).to_socket_addrs()
    };
    let addresses: Vec<_> = resolved.map(Iterator::collect).unwrap_or_default();
    let found = addresses.iter().find(|address| address.is_ipv4()).or_else(|| addresses.first());
    found.copied().ok_or_else(|| HELP.to_owned())
}

fn with_when<T>(text: &str, value: impl Fn(&str) -> Result<T, String>) -> Result<(T, When), String> {
    let (text, when) = When::split(text).map_err(|error| error.to_string())?;
    Ok((value(text)?, when))
}

fn status(text: &str) -> Result<(u16, When), String> {
    with_when(text, |status| match status.parse() {
        Ok(status) if (400..600).contains(&status) => Ok(status),
        _ => Err("give a status from 400 to 599".to_owned()),
    })
}

fn delay(text: &str) -> Result<(Duration, When), String> {
    with_when(text, quantity::duration)
}

fn bytes(text: &str) -> Result<(u64, When), String> {
    with_when(text, quantity::size)
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("give a header such as retry-after:1")?;
    let sendable = reqwest::header::HeaderName::try_from(name.trim()).is_ok()
        && reqwest::header::HeaderValue::try_from(value.trim()).is_ok();
    if sendable {
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    } else {
        Err("this is not allowed in a header".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::listen_address;

    #[test]
    fn an_address_is_read_as_people_write_it() {
        for (text, address) in [
            ("127.0.0.1:8090", "127.0.0.1:8090"),
            ("localhost:8090", "127.0.0.1:8090"),
            ("localhost", "127.0.0.1:8080"),
            ("8090", "127.0.0.1:8090"),
            (":8090", "127.0.0.1:8090"),
            ("0", "127.0.0.1:0"),
            ("0.0.0.0", "0.0.0.0:8080"),
            ("[::1]:8090", "[::1]:8090"),
            ("::1", "[::1]:8080"),
        ] {
            assert_eq!(listen_address(text), Ok(address.parse().unwrap()), "{text}");
        }
        for text in ["", "localhost:", "localhost:http", "127.0.0.1:99999", "70000", "http://localhost:8080"]
        {
            assert!(listen_address(text).unwrap_err().contains("localhost:8080"), "{text}");
        }
    }
}
