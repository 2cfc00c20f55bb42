"""The transcript of a key ceremony: what was done, when and by whom, each step bound to the ones before it.

Every key that was made signs the whole of it, so nobody alters a word later without all of them. It
holds public keys and digests only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

from defa_id.codec import canonical, strict_json, times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, Fault
from defa_id.operator import demands, storage
from defa_id.values import NamedTuple

Object = dict[str, Any]

KIND: Final = "ceremony/1"
JSON: Final = "transcript.json"
TEXT: Final = "transcript.txt"
_HEAD: Final = ("defa_id", "rehearsal", "officiant", "witnesses", "place", "software", "began")
_WIDTH: Final = 78


class Step(NamedTuple):
    """One thing that was done. `details` holds names, public keys and digests; `previous` is the SHA-256 of the
    step before, or of the head."""

    number: int
    at: datetime
    what: str
    details: Object
    previous: str

    def to_dict(self) -> Object:
        """The JSON form."""
        return {**self._asdict(), "at": times.show(self.at)}


class Transcript:
    """A transcript as it grows."""

    def __init__(
        self,
        *,
        officiant: str,
        witnesses: Iterable[str],
        place: str,
        rehearsal: bool,
        software: Object,
        began: datetime,
    ) -> None:
        self.head: Object = {
            "defa_id": KIND,
            "rehearsal": rehearsal,
            "officiant": officiant,
            "witnesses": list(witnesses),
            "place": place,
            "software": software,
            "began": times.show(began),
        }
        self.steps: list[Step] = []
        self.signatures: list[Object] = []

    def add(self, what: str, at: datetime, **details: Any) -> Step:
        """One more step."""
        previous = _digest(self.steps[-1].to_dict() if self.steps else self.head)
        step = Step(len(self.steps) + 1, at, what, details, previous)
        self.steps.append(step)
        return step

    @property
    def payload(self) -> bytes:
        """What the keys sign: everything but the signatures, in canonical form (RFC 8785)."""
        return canonical.encode(self._body())

    @property
    def sha256(self) -> str:
        """SHA-256 of that, which is read aloud and written down."""
        return hashlib.sha256(self.payload).hexdigest()

    def to_dict(self) -> Object:
        """The JSON form."""
        return {**self._body(), "sha256": self.sha256, "signatures": self.signatures}

    def text(self) -> str:
        """The same for people, to be printed and signed by hand."""
        return "\n".join(_lines(self.to_dict())) + "\n"

    def _body(self) -> Object:
        return {**self.head, "steps": [step.to_dict() for step in self.steps]}


def check(folder: Path) -> list[str]:
    """What is wrong with the transcript in a folder and the public keys beside it; nothing, if all of it holds.

    Raises `WrongUse` if it cannot be read, `ChangeRefused` if it is none.
    """
    data = storage.read_bytes(folder / JSON)
    try:
        document = strict_json.load_object(data)
        wrong = [*_chain(document), *_signed(document), *_beside(document, folder)]
        if "\n".join(_lines(document)) + "\n" != (folder / TEXT).read_text(encoding="utf-8"):
            wrong.append(f"{TEXT} does not say the same")
    except (Fault, KeyError, TypeError, AttributeError, IndexError, ValueError, OSError) as error:
        raise ChangeRefused(
            f"this is no transcript of a ceremony: {type(error).__name__}", hint="Give the folder it was held in."
        ) from None
    return wrong


def _chain(document: Object) -> Iterator[str]:
    previous = _digest({name: document[name] for name in _HEAD})
    for number, step in enumerate(document["steps"], 1):
        if step["number"] != number or step["previous"] != previous:
            yield f"step {number} does not follow from what stands before it"
        previous = _digest(step)
    body = {name: value for name, value in document.items() if name not in ("sha256", "signatures")}
    if _digest(body) != document["sha256"]:
        yield "the digest is another"


def _signed(document: Object) -> Iterator[str]:
    body = {name: value for name, value in document.items() if name not in ("sha256", "signatures")}
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    payload = canonical.encode(body)
    made = {step["details"]["key"]: step["details"] for step in document["steps"] if "public" in step["details"]}
    signed = {one["key"]: one["sig"] for one in document["signatures"]}
    if not made:
        yield "no key was made"
    for name, details in made.items():
        key = SSlibKey.from_crypto(load_pem_public_key(details["public"].encode()))
        if key.keyid != details["keyid"]:
            yield f"the id of key {printable(name)} is another's"
        if not demands.signed_by(key, str(signed.get(name, "")), payload):
            yield f"key {printable(name)} has not signed it"


def _beside(document: Object, folder: Path) -> Iterator[str]:
    for step in document["steps"]:
        for name, digest in step["details"].get("files", {}).items():
            path = folder / name
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                yield f"{printable(name)} is not the file that was written"


def _digest(document: Object) -> str:
    return hashlib.sha256(canonical.encode(document)).hexdigest()


def _lines(document: Object) -> Iterator[str]:
    yield "REHEARSAL OF A KEY CEREMONY" if document["rehearsal"] else "KEY CEREMONY"
    if document["rehearsal"]:
        yield "These keys are thrown away. Nothing here counts."
    yield ""
    yield f"Began      {document['began']}"
    yield f"Place      {document['place'] or '-'}"
    yield f"Officiant  {document['officiant']}"
    yield f"Witnesses  {', '.join(document['witnesses'])}"
    yield f"Software   defa-id {document['software']['version']}, sha256 {document['software']['sha256']}"
    for step in document["steps"]:
        yield ""
        yield f"{step['number']:2}  {step['at']}  {step['what']}"
        for name, value in step["details"].items():
            yield from _shown(name, value)
    yield ""
    yield f"sha256 {document['sha256']}"
    for one in document["signatures"]:
        yield f"signed by {one['key']}: {one['sig'][:32]}…"
    yield ""
    for name in (document["officiant"], *document["witnesses"]):
        yield f"{name} {'_' * max(8, _WIDTH - len(name) - 1)}"


def _shown(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"      {key}  {below}" for key, below in value.items())
    elif isinstance(value, str) and "\n" in value:
        yield f"      {name}"
        yield from (f"        {line}" for line in value.splitlines())
    else:
        yield f"      {name}  {value}"
