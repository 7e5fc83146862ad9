//! Proxies that connect clients to servers: a SOCKS5 proxy and an HTTP proxy, both with or without credentials.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::network_fixture::read_request;

/// The user name and the password that a proxy asks for.
pub(crate) const CREDENTIALS: (&str, &str) = ("someone", "secret");

/// `someone:secret` in base 64.
const BASIC: &str = "Basic c29tZW9uZTpzZWNyZXQ=";

/// A proxy on 127.0.0.1, and the targets that it connected clients to.
pub(crate) struct Tunnel {
    pub(crate) address: SocketAddr,
    pub(crate) targets: Arc<Mutex<Vec<String>>>,
}

impl Tunnel {
    /// A SOCKS5 proxy (RFC 1928), which asks for [`CREDENTIALS`] (RFC 1929) if it `is_private`.
    pub(crate) fn socks5(is_private: bool) -> Self {
        Self::start(move |client| socks5(client, is_private))
    }

    /// An HTTP proxy for `CONNECT` (RFC 9110 §9.3.6), which asks for [`CREDENTIALS`].
    pub(crate) fn http() -> Self {
        Self::start(connect)
    }

    fn start(accept: impl Fn(&mut TcpStream) -> io::Result<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let tunnel = Self { address: listener.local_addr().unwrap(), targets: Arc::default() };
        let (targets, accept) = (tunnel.targets.clone(), Arc::new(accept));
        thread::spawn(move || {
            for mut client in listener.incoming().flatten() {
                let (targets, accept) = (targets.clone(), accept.clone());
                thread::spawn(move || {
                    let target = accept(&mut client)?;
                    let server = TcpStream::connect(&target)?;
                    targets.lock().unwrap().push(target);
                    let (from, to) = (client.try_clone()?, server.try_clone()?);
                    let sending = thread::spawn(move || copy(from, to));
                    copy(server, client);
                    sending.join().map_err(|_| io::Error::other("a copy failed"))
                });
            }
        });
        tunnel
    }
}

/// Copies to the end, then closes the other side.
fn copy(mut from: TcpStream, mut to: TcpStream) {
    // A side that breaks off ends the tunnel.
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

fn socks5(client: &mut TcpStream, is_private: bool) -> io::Result<String> {
    let mut bytes = |length: usize, answer: &[u8]| -> io::Result<Vec<u8>> {
        client.write_all(answer)?;
        let mut bytes = vec![0; length];
        client.read_exact(&mut bytes)?;
        Ok(bytes)
    };
    let methods = bytes(2, &[])?[1];
    bytes(methods.into(), &[])?;
    let mut answer = vec![5, 0];
    if is_private {
        let name = bytes(2, &[5, 2])?[1];
        let name = bytes(name.into(), &[])?;
        let password = bytes(1, &[])?[0];
        let password = bytes(password.into(), &[])?;
        if (&*name, &*password) != (CREDENTIALS.0.as_bytes(), CREDENTIALS.1.as_bytes()) {
            client.write_all(&[1, 1])?;
            return Err(io::Error::other("wrong credentials"));
        }
        answer = vec![1, 0];
    }
    let kind = bytes(4, &answer)?[3];
    let host = match kind {
        1 => bytes(4, &[])?.iter().map(ToString::to_string).collect::<Vec<_>>().join("."),
        3 => {
            let length = bytes(1, &[])?[0];
            String::from_utf8_lossy(&bytes(length.into(), &[])?).into_owned()
        }
        _ => return Err(io::Error::other("an address of another kind")),
    };
    let port = bytes(2, &[])?;
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
    Ok(format!("{host}:{}", u16::from_be_bytes([port[0], port[1]])))
}

fn connect(client: &mut TcpStream) -> io::Result<String> {
    let request = read_request(client).ok_or_else(|| io::Error::other("no request"))?;
    if request.header("proxy-authorization") != Some(BASIC) {
        let head = "HTTP/1.1 407 X\r\nproxy-authenticate: Basic realm=\"x\"\r\ncontent-length: 0\r\n\r\n";
        client.write_all(head.as_bytes())?;
        return Err(io::Error::other("wrong credentials"));
    }
    assert_eq!(request.header("authorization"), None, "a proxy must not see the key");
    client.write_all(b"HTTP/1.1 200 X\r\n\r\n")?;
    Ok(request.target)
}
