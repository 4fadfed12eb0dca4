"""A server on this machine that gTTS takes for Google: real TLS behind a real CONNECT proxy, with moods to choose."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import re
import socket
import ssl
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import soundfile
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "translate.google.com"


def mp3(length_s: float = 0.5, silent_s: float = 0.3) -> bytes:
    """A hum with silence before and after it, as Google sends speech: MP3, 24 kHz, one channel."""
    at_s = np.arange(round(24_000 * length_s)) / 24_000
    hum = 0.4 * np.sin(2 * np.pi * 300 * at_s)
    pause = np.zeros(round(24_000 * silent_s))
    file = io.BytesIO()
    soundfile.write(file, np.concatenate([pause, hum, pause]), 24_000, format="MP3")
    return file.getvalue()


@dataclass
class FakeGoogle:
    """Answers every request in its mood: ok, hang, drip, 429, html, empty, garbage. `asked`: the texts received.

    ok_first: so many requests are answered well before the mood begins.
    """

    mood: str
    certificate: Path
    key: Path
    ok_first: int = 0
    asked: list[str] = field(default_factory=list)
    proxy: str = ""
    _stopped: threading.Event = field(default_factory=threading.Event)

    def serve(self, listener: socket.socket) -> None:
        """Until `stop`, one thread for each connection."""
        while not self._stopped.is_set():
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(client,), daemon=True).start()

    def stop(self) -> None:
        """Let every hanging answer end."""
        self._stopped.set()

    def _converse(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            if not _read_head(client).startswith(f"CONNECT {HOST}:443 ".encode()):
                return
            client.sendall(b"HTTP/1.1 200 go ahead\r\n\r\n")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate, self.key)
            with context.wrap_socket(client, server_side=True) as secure:
                self._answer(secure)

    def _answer(self, secure: ssl.SSLSocket) -> None:
        head = _read_head(secure)
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])  # type: ignore[index]
        body = head.split(b"\r\n\r\n", 1)[1]
        while len(body) < length:
            body += secure.recv(65536)
        self.asked.append(_text_of(body))
        mood = "ok" if len(self.asked) <= self.ok_first else self.mood
        if mood == "hang":
            self._stopped.wait(30)
        elif mood == "drip":
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not self._stopped.wait(0.1):
                secure.sendall(b" ")
        elif mood == "429":
            _send(secure, b"slow down", "429 Too Many Requests")
        elif mood == "html":
            _send(secure, b"<html><body>Welcome to Hospital Guest Wi-Fi</body></html>")
        elif mood == "empty":
            _send(secure, b"")
        elif mood == "garbage":
            _send(secure, _spoken(b"this is no music"))
        else:
            _send(secure, _spoken(mp3()))


def _spoken(sound: bytes) -> bytes:
    inner = json.dumps([base64.b64encode(sound).decode()])
    line = json.dumps([["wrb.fr", "jQ1olc", inner, None, None, None, "generic"]], separators=(",", ":"))
    return b")]}'\n\n" + line.encode() + b"\n"


def _text_of(body: bytes) -> str:
    request = json.loads(urllib.parse.parse_qs(body.decode())["f.req"][0])
    return str(json.loads(request[0][0][1])[0])


def _send(secure: ssl.SSLSocket, body: bytes, status: str = "200 OK") -> None:
    secure.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)


def _read_head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        more = connection.recv(65536)
        if not more:
            return head
        head += more
    return head


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for Google's host that only who is told to will trust, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "google.pem", folder / "google.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@contextlib.contextmanager
def fake_google(mood: str, folder: Path, ok_first: int = 0) -> Iterator[FakeGoogle]:
    """The server in its mood, listening at `proxy` until the end of the block."""
    server = FakeGoogle(mood, *make_certificate(folder), ok_first=ok_first)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
        threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
        yield server
        server.stop()
        listener.shutdown(socket.SHUT_RDWR)
