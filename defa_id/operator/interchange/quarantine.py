"""Where lists of others wait: beside a registry's sources and never among them.

`quarantine/NAME.json` holds what one source said last, who signed it, and its entities as drafts;
`quarantine/NAME.jws` the bytes themselves. Nothing reads these when a registry is published: what is
in them gets in only as an operator's own change, entity by entity.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from defa_id.codec import limits, strict_json, times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, Fault, RegistryRejected, WrongUse
from defa_id.operator import storage
from defa_id.operator.interchange import lote_reading, seals
from defa_id.operator.interchange.lote_reading import Read
from defa_id.resolvers import x5c
from defa_id.values import NamedTuple

FOLDER: Final = "quarantine"
KIND: Final = "quarantine/1"
TAKEN: Final = "taken"
UNCHANGED: Final = "unchanged"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")

Object = dict[str, Any]


class Taken(NamedTuple):
    """What taking a list in came to: `outcome` is taken or unchanged; `document` is what the file holds."""

    outcome: str
    path: Path
    document: Object


def take_in(
    directory: Path, name: str, data: bytes, now: datetime, *, source: str, pinned: bytes | None = None
) -> Taken:
    """Take the signed list `data` into the quarantine of the registry in `directory`, under `name`.

    `pinned`: the certificate (DER) its signer must be or come from; without one, the one pinned before
    under this name. Raises `RegistryRejected` for a list that is not believed: REG_SIGNATURE,
    REG_FORMAT, REG_EXPIRED, REG_ROLLBACK, REG_EQUIVOCATION, REG_SUBJECT, TIME_ISSUED_IN_FUTURE,
    LIMIT_REGISTRY; `ChangeRefused` and `WrongUse` for the question. Nothing is changed then.
    """
    with storage.locked(directory):
        before = held(directory, name)
        anchor = _anchor(before, pinned, name)
        sealed = seals.unseal(data, anchor, now)
        try:
            content = strict_json.load_object(sealed.payload, nodes=limits.REGISTRY_NODES)
        except Fault as fault:
            raise RegistryRejected(f"the list cannot be read: {fault.code} {fault.why}", code="REG_FORMAT") from None
        retrieved = times.show(now.replace(microsecond=0))
        read = lote_reading.read(content, retrieved)
        _require_current(read, now)
        if why := seals.misnamed(sealed.certificate, read.operators, read.territory):
            read.notes.append(f"its signer's certificate is believed because it is pinned, not by its name: {why}")
        digest = hashlib.sha256(sealed.payload).hexdigest()
        if before is not None and _is_what_was_taken(before, read, digest):
            return Taken(UNCHANGED, path_of(directory, name), before)
        provenance = {
            "kind": "imported",
            "source": source,
            "sha256": hashlib.sha256(data).hexdigest(),
            "retrieved": retrieved,
        }
        document = _document(name, read, sealed, anchor, provenance, digest)
        path = path_of(directory, name)
        storage.write(path.with_suffix(".jws"), data)
        storage.write(path, storage.pretty(document))
        storage.sync_folder(path.parent)
        return Taken(TAKEN, path, document)


def held(directory: Path, name: str) -> Object | None:
    """What was taken in last under a name, or None. Raises `WrongUse` for a name no list may have,
    `ChangeRefused` for a file that cannot be read."""
    path = path_of(directory, name)
    if not path.is_file():
        return None
    document = storage.read_object(path)
    if document.get("defa_id") != KIND:
        raise ChangeRefused(f"{path} is not what was taken in", hint="Move it away; the list is then taken in anew.")
    return document


def draft(directory: Path, name: str, entity_id: str) -> Object:
    """One entity as it was taken in, for an operator to complete and add. Raises `ChangeRefused`, `WrongUse`."""
    document = held(directory, name)
    if document is None:
        raise WrongUse(f"nothing was taken in as {name}", hint=f"See {directory / FOLDER}.")
    found = [entity for entity in document["entities"] if entity["entity_id"] == entity_id]
    if len(found) != 1:
        known = ", ".join(printable(entity["entity_id"]) for entity in document["entities"][:5])
        raise WrongUse(f"{name} holds {len(found)} entities of that name", hint=f"It holds: {known}.")
    return dict(found[0])


def path_of(directory: Path, name: str) -> Path:
    """Where a list of that name waits. Raises `WrongUse` for a name no list may have."""
    if not _NAME.fullmatch(name):
        raise WrongUse(f"{printable(name)!r} is no name for a source", hint="Use a to z, digits and hyphens.")
    return directory / FOLDER / f"{name}.json"


def _anchor(before: Object | None, pinned: bytes | None, name: str) -> bytes:
    known = x5c.from_pem(before["signer"]["pinned"]) if before else None
    if pinned is None and known is None:
        raise WrongUse(
            "whose list this is has to be pinned the first time",
            hint="Give --signer FILE, the signer's certificate, got over a second channel.",
        )
    if pinned is not None and known is not None and pinned != known:
        raise ChangeRefused(
            f"{name} is pinned to another signer", hint="Take the list in under another name, or remove this one first."
        )
    return pinned or known or b""


def _require_current(read: Read, now: datetime) -> None:
    if read.issued > now + timedelta(seconds=limits.LEEWAY_SECONDS):
        raise RegistryRejected(
            f"the list is issued at {times.show(read.issued)}, after now", code="TIME_ISSUED_IN_FUTURE"
        )
    if read.next_update <= now:
        raise RegistryRejected(
            f"the list was due to be replaced at {times.show(read.next_update)}",
            hint="Get the current one; an old list does not say who was struck since.",
            code="REG_EXPIRED",
        )


def _is_what_was_taken(before: Object, read: Read, digest: str) -> bool:
    """Whether this is the list that is here already. Raises `RegistryRejected` for an older one and a contradiction."""
    if (before["territory"], before["kind"]) != (read.territory, read.kind):
        raise RegistryRejected(
            f"the list is of {read.territory} {printable(read.kind)}, not of {before['territory']} {before['kind']}",
            code="REG_SUBJECT",
        )
    if read.sequence < before["sequence"]:
        raise RegistryRejected(
            f"the list is number {read.sequence}, and number {before['sequence']} was taken in before",
            code="REG_ROLLBACK",
        )
    if read.sequence == before["sequence"] and digest != before["content_sha256"]:
        raise RegistryRejected(f"list number {read.sequence} has another content than before", code="REG_EQUIVOCATION")
    return bool(read.sequence == before["sequence"])


def _document(name: str, read: Read, sealed: seals.Sealed, anchor: bytes, provenance: Object, digest: str) -> Object:
    from defa_id.operator import admission

    return {
        "defa_id": KIND,
        "name": name,
        "territory": read.territory,
        "kind": read.kind,
        "operator": read.operators[0],
        "sequence": read.sequence,
        "issued": times.show(read.issued),
        "next_update": times.show(read.next_update),
        "about": read.about,
        "provenance": provenance,
        "content_sha256": digest,
        "signer": {
            "sha256": sealed.signer,
            "signed_at": times.show(sealed.signed_at) if sealed.signed_at else None,
            "pinned": admission.pem(anchor),
        },
        "unreadable": read.unreadable,
        "notes": read.notes,
        "entities": [{**entity, "provenance": provenance} for entity in read.entities],
    }
