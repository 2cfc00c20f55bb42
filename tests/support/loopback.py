"""Hosts of this machine that speak TLS, tell the truth or do not, and stand for hosts of the internet."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from defa_id.net import addresses
from defa_id.net.allowed import Allowed
from defa_id.net.budget import Bounds
from defa_id.net.kept import Cache
from defa_id.net.question import Reach
from defa_id.net.source import NetworkSource

PUBLIC = "93.184.215.14"
PATIENT = Bounds(seconds=20)  # where time is not the question, a machine that has much to do does not decide the answer
HOST = "issuer.example"
Answer = bytes | Callable[[ssl.SSLSocket], None]


def response(body: bytes, kind: str = "application/json", status: str = "200 OK", **headers: str) -> bytes:
    """A whole HTTP answer; a header given as empty is left out."""
    given = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


class Authority:
    """A certification authority of one test run, and the certificates it makes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Test authority {id(self)}")])
        self.file = folder / "authority.pem"
        self.file.write_bytes(self._certificate(self._name, self._key, authority=True).public_bytes(Encoding.PEM))

    def issue(self, *names: str, days: tuple[int, int] = (-1, 30), self_signed: bool = False) -> Path:
        """A file with a server's certificate and key. `days`: from and until, counted from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = self._certificate(subject, key, names=names, days=days, self_signed=self_signed)
        path = self._folder / f"{certificate.serial_number:x}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        return path

    def _certificate(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        names: Sequence[str] = (),
        days: tuple[int, int] = (-1, 30),
        authority: bool = False,
        self_signed: bool = False,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if self_signed else self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=days[0]))
            .not_valid_after(now + timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if names:
            builder = builder.add_extension(alternatives, critical=False)
        return builder.sign(key if self_signed else self._key, hashes.SHA256())


@dataclass
class Server:
    """A TLS server of this machine: what it answers to each target, and what it was asked."""

    context: ssl.SSLContext
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    connections: int = 0
    before_tls: Callable[[socket.socket], None] | None = None

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._listening.getsockname()[1]
        self.context.sni_callback = lambda _, name, __: self.names.append(name)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listening.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
            threading.Thread(target=self._answer, args=(plain,), daemon=True).start()

    def _answer(self, plain: socket.socket) -> None:
        with suppress(OSError, ValueError), plain:  # a client that hung up; a socket an answer has closed
            plain.settimeout(10)
            if self.before_tls is not None:
                self.before_tls(plain)
            with self.context.wrap_socket(plain, server_side=True) as secured:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = secured.recv(65536)
                    if not piece:
                        return
                    head += piece
                target = head.split(b" ", 2)[1].decode()
                with self._lock:
                    self.heads.append(head)
                    self.asked.append(target)
                answer = self.answers.get(target, response(b"none", status="404 Not Found"))
                if callable(answer):
                    answer(secured)
                else:
                    secured.sendall(answer)
                secured.unwrap()


@contextmanager
def serving(certificate: Path, *, old: bool = False, ciphers: str | None = None) -> Iterator[Server]:
    """A server with this certificate. `old`: it speaks nothing later than TLS 1.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if old:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
            context.set_ciphers("ALL:@SECLEVEL=0")
    if ciphers:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(ciphers)
    context.load_cert_chain(certificate)
    server = Server(context)
    try:
        yield server
    finally:
        server.close()


@dataclass
class Outside:
    """The internet as a test has it: names with public addresses, all of which lead to one server."""

    server: Server | None
    authority: Authority
    hosts: Mapping[str, Sequence[str]] = field(default_factory=lambda: {HOST: (PUBLIC,)})
    looked_up: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)

    def look_up(self, host: str) -> Sequence[str]:
        self.looked_up.append(host)
        if host not in self.hosts:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self.hosts[host]

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        assert addresses.is_public(address), f"{address} was never to be connected to"
        self.connected.append((address, port))
        if self.server is None:
            raise ConnectionRefusedError(111, "Connection refused")
        return socket.create_connection(("127.0.0.1", self.server.port), seconds)

    @property
    def reach(self) -> Reach:
        return Reach(self.look_up, self.connect, str(self.authority.file))

    def source(
        self, *, cache: Cache | None = None, bounds: Bounds = PATIENT, allowed: Allowed | None = None
    ) -> NetworkSource:
        whom = allowed or Allowed(frozenset((host, 443) for host in self.hosts))
        return NetworkSource(whom, cache=cache, bounds=bounds, reach=self.reach)
