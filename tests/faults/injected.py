"""The disk as it fails: every call that changes it is counted, and one of them ends badly.

Only calls below the watched folders count, by path or by a file opened there. A fault is a value:
which call, and what happens at it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Self

KILLED = 86
ERRORS = {name: getattr(errno, name) for name in ("ENOSPC", "EIO", "EROFS", "EDQUOT", "EACCES")}
_BY_PATH = ("open", "replace", "rename", "link", "unlink", "mkdir", "rmdir")
_BY_FILE = ("write", "fsync")


class Fault(NamedTuple):
    """`at`: the number of the call, from 1; 0: none. `how`: `kill` before it, `half` of it (a write) and
    then kill, or the name of an error. `lasting`: every later call that needs room or the disk fails too."""

    at: int = 0
    how: str = "kill"
    lasting: bool = False


NONE = Fault()


class Call(NamedTuple):
    """One call that changed the disk, or was about to: its name, the file as seen below the folder, and
    for a rename or link the new name; for a write the bytes."""

    name: str
    path: str
    to: str = ""
    data: bytes = b""


class Injected:
    """The faulty disk below `folders`, for as long as it is entered. `calls` is what was asked of it."""

    def __init__(self, folders: list[Path], fault: Fault = NONE) -> None:
        self.calls: list[Call] = []
        self._folders = [str(folder) for folder in folders]
        self._fault = fault
        self._open: dict[int, str] = {}
        self._genuine: dict[str, Callable[..., Any]] = {}
        self._failing = False

    def __enter__(self) -> Self:
        for name in (*_BY_PATH, *_BY_FILE, "close"):
            self._genuine[name] = getattr(os, name)
            setattr(os, name, self._replacement(name))
        return self

    def __exit__(self, *_: object) -> None:
        for name, genuine in self._genuine.items():
            setattr(os, name, genuine)

    def _replacement(self, name: str) -> Callable[..., Any]:
        genuine = self._genuine[name]

        def by_path(path: Any, *more: Any, **named: Any) -> Any:
            text = os.fspath(path) if not isinstance(path, int) else ""
            watched = isinstance(text, str) and any(text.startswith(folder) for folder in self._folders)
            changes = name != "open" or bool(more and more[0] & os.O_CREAT)
            if watched and changes:
                self._count(Call(name, text, os.fspath(more[0]) if name in ("replace", "rename", "link") else ""))
            result = genuine(path, *more, **named)
            if name == "open" and watched:
                self._open[result] = text
            return result

        def by_file(descriptor: int, *more: Any) -> Any:
            if descriptor in self._open:
                data = bytes(more[0]) if name == "write" else b""
                call = Call(name, self._open[descriptor], data=data)
                if self._count(call) == "half":
                    genuine(descriptor, data[: len(data) // 2])
                    os._exit(KILLED)
            return genuine(descriptor, *more)

        def close(descriptor: int) -> None:
            self._open.pop(descriptor, None)
            genuine(descriptor)

        if name == "close":
            return close
        return by_path if name in _BY_PATH else by_file

    def _count(self, call: Call) -> str:
        """Note a call; what is to be done with it besides. Raises the error that is injected here."""
        self.calls.append(call)
        now = len(self.calls) == self._fault.at
        if now and self._fault.how == "half" and call.name == "write":
            return "half"
        if now and self._fault.how in ("kill", "half"):
            os._exit(KILLED)
        if now or (self._failing and call.name in ("open", "write", "fsync", "mkdir", "link", "replace")):
            self._failing = self._fault.lasting
            raise OSError(ERRORS[self._fault.how], os.strerror(ERRORS[self._fault.how]), call.path)
        return ""
