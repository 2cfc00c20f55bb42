"""Receipts on the disk: one file for each decision, its opening beside it, and nothing ever written over."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Final

from defa_id import disk, files
from defa_id.codec import base64url, limits
from defa_id.codec.text import printable
from defa_id.errors import Fault, WrongUse
from defa_id.issue import signing
from defa_id.issue.signing import SigningKey
from defa_id.receipt import signed
from defa_id.receipt.record import OPENING_BYTES, record
from defa_id.verdict import Verdict

SUFFIX: Final = ".receipt"
OPENING: Final = ".opening"
_PRIVATE: Final = 0o600


class Cabinet:
    """Where receipts go and who signs them. `where` is a file for one decision, a folder for several;
    `shared` is one opening for all, e.g. a day's, where each shall not have one of its own.

    Raises `WrongUse` at once if a receipt could not be filed: nothing is judged that cannot be.
    """

    def __init__(self, where: Path, key: SigningKey, *, several: bool, shared: Path | None = None) -> None:
        self._where, self._key = where, key
        self._folder = several or where.is_dir()
        if where.exists() and not where.is_dir():
            raise _taken(where)
        self._opening = _shared_opening(shared) if shared is not None else None

    def file(self, verdict: Verdict, data: bytes, made: datetime) -> Path:
        """File the receipt of one decision, in one step, readable by its owner only; where it lies.

        Raises `OSError` when the disk does not take it, `WrongUse` if a file of that name is there.
        """
        opening = self._opening or os.urandom(OPENING_BYTES)
        token = signed.sign(record(verdict, data, opening=opening, made=made), self._key).encode("ascii")
        path = self._where / _name(token, made) if self._folder else self._where
        if path.exists():
            if self._folder and files.read_input(path, limits.RECEIPT_BYTES) == token + b"\n":
                return path  # one opening, one input, one second: the very same receipt
            raise _taken(path)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._opening is None:
            disk.write(opening_path(path), _spelled(opening), _PRIVATE)
        disk.write(path, token + b"\n", _PRIVATE)
        disk.sync_folder(path.parent)
        return path


def opening_path(receipt: Path) -> Path:
    """Where the opening of a receipt lies unless it was put elsewhere."""
    return receipt.with_name(receipt.name + OPENING)


def read_opening(path: Path) -> bytes:
    """The opening in a file. Raises `WrongUse` if it is not one."""
    try:
        opening = base64url.decode(files.read_input(path, limits.KIB).strip())
    except Fault:
        opening = b""
    if len(opening) != OPENING_BYTES:
        raise WrongUse(
            f"{printable(str(path), 200)} is not an opening", hint="Give the file that was kept beside the receipt."
        )
    return opening


def read_key(path: Path) -> SigningKey:
    """The private key receipts are signed with. Raises `WrongUse` if others may read it, or it cannot sign them."""
    data = files.read_input(path, limits.KIB * 16)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise WrongUse(
            f"the key {printable(str(path), 200)} can be read by others",
            hint="chmod 600 it.",
            code="CFG_PERMISSIONS",
        )
    key = signing.read(data)
    signed.require_suitable(key)
    return key


def new_key(path: Path, kind: str = "P-256") -> SigningKey:
    """A new key in `path` (0600), its public half beside it in `path`.pub. Raises `WrongUse` if one is there."""
    if path.exists() or (public := path.with_name(path.name + ".pub")).exists():
        raise _taken(path)
    key = signing.generate(kind)
    disk.write(path, signing.to_json(signing.to_jwk(key)) + b"\n", _PRIVATE)
    disk.write(public, signing.to_json({**key.public.jwk, "kid": key.public.thumbprint}) + b"\n")
    return key


def _shared_opening(path: Path) -> bytes:
    if path.exists():
        return read_opening(path)
    opening = os.urandom(OPENING_BYTES)
    disk.write(path, _spelled(opening), _PRIVATE)
    return opening


def _spelled(opening: bytes) -> bytes:
    return base64url.encode(opening).encode("ascii") + b"\n"


def _name(token: bytes, made: datetime) -> str:
    """When it was made and what it is: sorted by time, never twice, and telling of nobody."""
    return f"{made:%Y%m%dT%H%M%SZ}-{signed.identity(token)[:16]}{SUFFIX}"


def _taken(path: Path) -> WrongUse:
    return WrongUse(
        f"{printable(str(path), 200)} is there already",
        hint="A receipt or key is never written over: give another name, or for several receipts a folder.",
    )
