"""Published registries as mirrors serve them: in folders, and over a small server of this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any

from defa_id.fetching import Network
from tests.support.world import World
from tests.trust.repository import Repository

Files = dict[str, bytes]
Answer = Callable[["Handler", bytes | None], None]


def published(world: World, version: int = 1, edit: Callable[[Repository], object] | None = None) -> Files:
    """The files of a world's registry in this version, edited before it is signed."""
    later = world.copy()
    later.version = version
    for listing in later.lists.values():
        listing["sequence"] = version
    repository = Repository.of(later)
    if edit:
        edit(repository)
    return repository.files()


def put(files: Files, folder: Path) -> Path:
    """Write files into a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


class Handler(BaseHTTPRequestHandler):
    """Answers with the server's files, or as the test says."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every answer waits for the client's delayed acknowledgement
    server: Mirror

    def do_GET(self) -> None:
        name = self.path.removeprefix("/registry/")
        self.server.asked.append(name)
        self.server.headers.append(dict(self.headers))
        data = self.server.files.get(name)
        answer = self.server.answers.get(name) or self.server.answers.get("*")
        if answer is not None:
            answer(self, data)
        elif data is None:
            self.send(404, b"")
        else:
            self.send(200, data)

    def send(self, status: int, data: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Mirror(ThreadingHTTPServer):
    """A server of this machine: what it holds, what it was asked, and how it misbehaves."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, files: Files) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = files
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.connections = 0

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.server_address[1]}/registry"

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # without asking the network for this machine's name

    def get_request(self) -> tuple[socket.socket, Any]:
        self.connections += 1
        return super().get_request()

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that hung up


@contextmanager
def serving(files: Files) -> Iterator[Mirror]:
    """A mirror, for as long as it is entered."""
    with Mirror(files) as mirror:
        thread = threading.Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield mirror
        finally:
            mirror.shutdown()
            thread.join()


def plain(host: str, port: int, seconds: float) -> socket.socket:
    """A connection without TLS: what is fetched is believed for its signatures alone."""
    return socket.create_connection((host, port), seconds)


LOOPBACK = Network(connect=plain, total_seconds=5, silence_seconds=2)
