//! A server with a certificate of a private authority.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::command_fixture::Files;
use super::skipped::skipped;

/// A server with a certificate of a private authority, whose certificate is in `ca.pem`. It answers `POST` with 404; at
/// the path of Microsoft Entra ID it returns the token `hidden-entra-token`, and keeps the request in `asked`.
pub(crate) struct TlsServer {
    child: Child,
    pub(crate) origin: String,
}

const SERVER: &str = r#"
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        status, reply = 404, b"{}"
        if self.path.endswith("/oauth2/v2.0/token"):
            with open("asked", "ab") as asked:
                asked.write(self.path.encode() + b" " + body + b"\n")
            status, reply = 200, b'{"token_type":"Bearer","expires_in":3600,"access_token":"hidden-entra-token"}'
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("server.pem", "server.key")
if sys.argv[1] == "private":
    context.load_verify_locations("ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print(server.server_port, flush=True)
server.serve_forever()
"#;

/// Makes the certificates: an authority, and one for a server and one for a client that it has signed.
const CERTIFICATES: &str = r"
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 2 \
    -addext basicConstraints=critical,CA:TRUE
for name in server client; do
    openssl req -newkey rsa:2048 -nodes -keyout $name.key -out $name.csr -subj /CN=$name
    printf 'subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n' > $name.ext
    openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out $name.pem -days 2 \
        -extfile $name.ext
done
cat client.pem client.key > both.pem
";

impl TlsServer {
    /// A server for anyone. `None`, with a message, if the required programs are missing.
    pub(crate) fn public(files: &Files) -> Option<Self> {
        Self::start(files, "public")
    }

    /// A server that requires client certificates of the same authority.
    pub(crate) fn private(files: &Files) -> Option<Self> {
        Self::start(files, "private")
    }

    pub(crate) fn base_url(&self) -> String {
        format!("{}/v1", self.origin)
    }

    fn start(files: &Files, clients: &str) -> Option<Self> {
        let folder = files.0.path();
        let made = Command::new("sh").args(["-ec", CERTIFICATES]).current_dir(folder).output().ok()?;
        if !made.status.success() {
            skipped(&format!("no certificates without openssl: {}", String::from_utf8_lossy(&made.stderr)));
            return None;
        }
        let mut python = Command::new("python3");
        python.args(["-c", SERVER, clients]).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::null());
        let Ok(mut child) = python.spawn() else {
            skipped("no TLS server without python3");
            return None;
        };
        let mut port = String::new();
        BufReader::new(child.stdout.take()?).read_line(&mut port).ok()?;
        Some(Self { child, origin: format!("https://127.0.0.1:{}", port.trim()) })
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
