"""A TLS proxy with a certificate of its own, as a household may put one in front."""

import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HOST = "127.0.0.1"
END_OF_HEAD = b"\r\n\r\n"
MAX_HEAD_BYTES = 32 * 1024
PATIENCE_S = 20.0


class _Visit(socketserver.BaseRequestHandler):
    """One request of one client, passed on with the address it came from."""

    server: "_Proxy"

    def handle(self) -> None:
        """Pass a request on, and what is answered back until either ends.

        One after the other: two threads may not use one TLS connection at the same time.
        """
        self.request.settimeout(PATIENCE_S)
        # A client that does not trust the certificate, or goes, is not the proxy's trouble.
        with (
            suppress(OSError),
            self.server.context.wrap_socket(self.request, server_side=True) as client,
            socket.create_connection((HOST, self.server.behind), PATIENCE_S) as server,
        ):
            server.sendall(self._request(client))
            while said := server.recv(65_536):
                client.sendall(said)

    def _request(self, client: ssl.SSLSocket) -> bytes:
        """Return a whole request, as the server behind shall see it."""
        said = b""
        while END_OF_HEAD not in said and len(said) < MAX_HEAD_BYTES:
            said += _more(client)
        head, _, body = said.partition(END_OF_HEAD)
        first, *lines = head.split(b"\r\n")
        fields = {name.lower(): value for name, _, value in (it.partition(b":") for it in lines)}
        while len(body) < int(fields.get(b"content-length", 0)):
            body += _more(client)
        kept = [it for it in lines if not it.lower().startswith(b"connection:")]
        # Behind what the client itself claims, as nginx's $proxy_add_x_forwarded_for does.
        mine = f"X-Forwarded-For: {self.client_address[0]}".encode()
        return b"\r\n".join((first, *kept, mine, b"Connection: close")) + END_OF_HEAD + body


class _Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, behind: int, context: ssl.SSLContext) -> None:
        self.behind, self.context = behind, context
        super().__init__((HOST, 0), _Visit)


@contextmanager
def tls_proxy(address: str, folder: Path) -> Iterator[int]:
    """Put a proxy before a server on loopback; yield its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*own_certificate(folder))
    with _Proxy(int(address.rpartition(":")[2]), context) as proxy:
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        try:
            yield proxy.server_address[1]
        finally:
            proxy.shutdown()
            thread.join()


def own_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of a household's own; return it and its key."""
    certificate, key = folder / "own.crt", folder / "own.key"
    subprocess.run(
        (
            shutil.which("openssl") or "/usr/bin/openssl", "req", "-x509", "-newkey", "ec",
            "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout", key, "-out", certificate,
        ),
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


def _more(client: ssl.SSLSocket) -> bytes:
    said = client.recv(MAX_HEAD_BYTES)
    if not said:
        raise ConnectionAbortedError
    return said
