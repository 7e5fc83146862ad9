//! `serve`: a local server for development.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};
use openai_uploads::server::{
    Answers, BatchFault, Fault, Faults, InvalidBatchFault, Server, ServerBuilder, When,
};
use tracing_subscriber::filter::LevelFilter;

use crate::connection::key_in;
use crate::exit::{CommandError, Exit};
use crate::interrupt::StopSignals;
use crate::{message, quantity, runtime, stdout};

/// Run a local server with files, uploads and batches, without a key, a bill or a network
///
/// Prints its URL and the environment variables to set on stdout, and a line for each request on stderr. A page at `/`
/// shows what it does and switches faults. Ctrl-C, SIGTERM and SIGHUP stop it once the requests in flight are done.
/// Data is kept: start the server again with the same folder to continue.
#[derive(Args)]
#[command(after_help = WHEN, after_long_help = WHEN)]
pub(crate) struct Serve {
    /// The address to listen on, such as 127.0.0.1:8080, localhost:8080 or 8080; port 0 means any free port.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = listen_address)]
    listen: SocketAddr,

    /// The folder for the data; it is created if it does not exist.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    dir: PathBuf,

    /// A file with the API key to require [default: accept any key].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    api_key_file: Option<PathBuf>,

    /// Serve the page at `/` to other machines too: they see the names of files and can switch faults, without a key
    /// [default: only when listening on loopback].
    #[arg(long)]
    page: bool,

    /// Log warnings and errors only.
    #[arg(long, short)]
    quiet: bool,

    #[command(flatten)]
    batches: BatchArguments,

    #[command(flatten)]
    faults: FaultArguments,
}

/// How batches run.
#[derive(Args)]
#[command(next_help_heading = "Batches")]
struct BatchArguments {
    /// The time that a batch, a file batch of a vector store or a fine-tuning job takes.
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = quantity::duration)]
    batch_time: Duration,

    /// Answer from a file of answers by custom id, such as an output file [default: echo the request].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, group = "source")]
    answers: Option<PathBuf>,

    /// Answer each request by a shell command: the line on stdin, the body of the response on stdout.
    #[arg(long, value_name = "COMMAND", group = "source")]
    answer_command: Option<String>,

    /// Answer each request by another server with this base URL, such as a local model.
    #[arg(long, value_name = "URL", group = "source")]
    answer_url: Option<String>,

    /// Fail batches while a model has more tokens enqueued, where a token is four bytes.
    #[arg(long, value_name = "N")]
    max_enqueued_tokens: Option<u64>,
}

/// The faults to inject.
#[derive(Args)]
#[command(next_help_heading = "Fault injection")]
struct FaultArguments {
    /// Answer with this status; the operation is not performed.
    #[arg(long, value_name = "STATUS[@WHEN]", value_parser = status)]
    fail: Vec<(u16, When)>,

    /// Add a header to those answers.
    #[arg(long, value_name = "NAME:VALUE", value_parser = header, requires = "fail")]
    fail_header: Vec<(String, String)>,

    /// Wait before a request is handled.
    #[arg(long, value_name = "DURATION[@WHEN]", value_parser = delay)]
    delay: Vec<(Duration, When)>,

    /// Limit the transfer rate of each connection, such as 20MB/s.
    #[arg(long, value_name = "RATE", value_parser = quantity::rate)]
    rate: Option<u64>,

    /// Close the connection after this many bytes of the request's body.
    #[arg(long, value_name = "SIZE[@WHEN]", value_parser = bytes)]
    cut_request: Vec<(u64, When)>,

    /// Perform the operation, then close the connection after this many bytes of the response.
    #[arg(long, value_name = "SIZE[@WHEN]", value_parser = bytes)]
    cut_reply: Vec<(u64, When)>,

    /// Read this many bytes of the request's body, then nothing more, and never respond.
    #[arg(long, value_name = "SIZE[@WHEN]", value_parser = bytes)]
    stall: Vec<(u64, When)>,

    /// Delete the upload, file or batch that a request names.
    #[arg(long, value_name = "WHEN")]
    forget: Vec<When>,

    /// Break a batch: fail-validation, token-limit, expire=SHARE, fail-lines=SHARE, empty-ids, slow=FACTOR, cancel=SHARE.
    #[arg(long, value_name = "FAULT[@WHEN]", value_parser = batch_fault)]
    batch_fault: Vec<(BatchFault, When)>,

    /// The seed of `share`, to repeat a run.
    #[arg(long, value_name = "N", default_value = "0")]
    seed: u64,
}

const WHEN: &str = "\
WHEN says which requests a fault applies to: every=N, first=N, nth=N or share=P (0 to 1), and on=OPERATION for
one operation, separated by commas. Without WHEN it applies to all. The operations:
  createFile, listFiles, retrieveFile, deleteFile, downloadFile
  createUpload, addUploadPart, completeUpload, cancelUpload
  createBatch, listBatches, retrieveBatch, cancelBatch

  openai-uploads serve --dir data --fail 503@share=0.1,on=addUploadPart --fail-header retry-after:1
  openai-uploads serve --dir data --batch-fault expire=0.5@nth=1 --batch-fault fail-lines=0.01";

impl Serve {
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        let level = if self.quiet { LevelFilter::WARN } else { LevelFilter::INFO };
        tracing_subscriber::fmt()
            .with_max_level(level)
            .with_target(false)
            .with_ansi(console::colors_enabled_stderr())
            .with_writer(io::stderr)
            .init();
        let builder = Server::builder().listen(self.listen).dir(&self.dir).page(self.page);
        let builder = builder.faults(self.faults.faults());
        let builder = self.batches.apply(builder);
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
            let _ = stdout::try_line(&self.announcement(&server));
            server.serve_until(signals.next()).await;
            Ok(Exit::Done)
        })
    }

    fn announcement(&self, server: &Server) -> String {
        let base_url = server.base_url();
        let page = server.page_url().map(|url| format!("; page at {url}")).unwrap_or_default();
        let key = match &self.api_key_file {
            Some(file) => format!("\"$(cat {})\"", message::shell_word(file.as_os_str())),
            None => "any".to_owned(),
        };
        format!(
            "listening on {base_url}, keeping data in {}{page}\n\
             export OPENAI_BASE_URL={base_url}\n\
             export OPENAI_API_KEY={key}",
            message::path(&self.dir)
        )
    }
}

impl BatchArguments {
    fn apply(&self, builder: ServerBuilder) -> ServerBuilder {
        let answers = match (&self.answers, &self.answer_command, &self.answer_url) {
            (Some(file), ..) => Answers::file(file),
            (_, Some(command), _) => Answers::command(command),
            (.., Some(url)) => Answers::url(url),
            (None, None, None) => Answers::echo(),
        };
        let builder = builder.batch_time(self.batch_time).answers(answers);
        match self.max_enqueued_tokens {
            Some(tokens) => builder.max_enqueued_tokens(tokens),
            None => builder,
        }
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
        let faults = delays
            .chain(fails)
            .chain(requests)
            .chain(replies)
            .chain(stalls)
            .chain(forgets)
            .fold(Faults::new(), |faults, (fault, when)| faults.with(fault, when.clone()));
        let batches = self.batch_fault.iter();
        batches
            .fold(faults, |faults, (fault, when)| faults.with_batch(*fault, when.clone()))
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
        // The system would take a number that is not a port for an IPv4 address.
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
        _ => Err("the status of a failure is 400 to 599".to_owned()),
    })
}

fn delay(text: &str) -> Result<(Duration, When), String> {
    with_when(text, quantity::duration)
}

fn bytes(text: &str) -> Result<(u64, When), String> {
    with_when(text, quantity::size)
}

fn batch_fault(text: &str) -> Result<(BatchFault, When), String> {
    with_when(text, |fault| fault.parse().map_err(|error: InvalidBatchFault| error.to_string()))
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("a header is NAME:VALUE, such as retry-after:1")?;
    let sendable = reqwest::header::HeaderName::try_from(name.trim()).is_ok()
        && reqwest::header::HeaderValue::try_from(value.trim()).is_ok();
    if sendable {
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    } else {
        Err("these characters are not allowed in a header".to_owned())
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
