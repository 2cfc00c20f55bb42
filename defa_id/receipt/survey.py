"""Many receipts asked again: what a notice of a suspension or a stolen key has to name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from defa_id.codec import times
from defa_id.errors import Fault
from defa_id.keys import PublicKey
from defa_id.receipt import again, signed
from defa_id.receipt.again import Change
from defa_id.receipt.signed import Receipt
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple
from defa_id.verdict import Outcome

Object = dict[str, Any]


class Row(NamedTuple):
    """One file. `standing` as in `again`; `filed`, `at` and the rest are empty for what is no receipt."""

    name: str
    standing: str
    why: str
    sha256: str | None = None
    filed: str | None = None
    now: str | None = None
    at: str | None = None
    relying_state: str | None = None
    purpose: str | None = None
    credentials: tuple[Object, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def turned(self) -> tuple[Object, ...]:
        """The credentials about which a line no longer passes."""
        items = {change.item for change in self.changes if change.now[0] != Outcome.PASSED}
        return tuple(credential for credential in self.credentials if credential["item"] in items)

    @property
    def codes(self) -> tuple[str, ...]:
        """The reasons that now stand in the way, without those that follow from another."""
        short = (Outcome.FAILED, Outcome.UNKNOWN)
        return tuple(change.now[1] for change in self.changes if change.now[0] in short and change.now[1])

    def to_dict(self) -> Object:
        """The JSON form."""
        return {
            **self._asdict(),
            "credentials": list(self.credentials),
            "changes": [_change(change) for change in self.changes],
        }


class Party(NamedTuple):
    """Whom a notice concerns: who relied, whose issuer it was, under which arrangement ("" if none is named)."""

    relying_state: str
    home_state: str
    entity_id: str
    arrangement: str


class Notice(NamedTuple):
    """The receipts of one party that would now be otherwise. `duty`: what the arrangement says of giving notice,
    `contacts` whom it names for incidents, `issuer_contact` whom the issuer names."""

    party: Party
    rows: tuple[Row, ...]
    duty: str | None
    contacts: tuple[str, ...]
    issuer_contact: str | None

    @property
    def codes(self) -> tuple[str, ...]:
        """The reasons, of all receipts."""
        return tuple(sorted({code for row in self.rows for code in row.codes}))

    def to_dict(self) -> Object:
        """The JSON form."""
        return {
            **self.party._asdict(),
            "arrangement": self.party.arrangement or None,
            "duty_of_notice": self.duty,
            "incident_contacts": list(self.contacts),
            "issuer_contact": self.issuer_contact,
            "receipts": [row.sha256 for row in self.rows],
            "codes": list(self.codes),
            "first": min(row.at or "" for row in self.rows),
            "last": max(row.at or "" for row in self.rows),
        }


class Survey(NamedTuple):
    """All files and what the answers rest on. `at`: None asks each as of its own moment; `verified`:
    whether signatures were looked at; `notices`: one for each party, sorted."""

    rows: tuple[Row, ...]
    registry: Object
    at: str | None
    known_at: str | None
    verified: bool
    notices: tuple[Notice, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many stand, would be otherwise, and cannot be told."""
        found = Counter(row.standing for row in self.rows)
        return {standing: found[standing] for standing in (again.STANDS, again.OTHERWISE, again.OPEN)}

    @property
    def stale(self) -> bool:
        """Whether the registry has expired, so that standing by it says little."""
        return str(self.registry["freshness"]) == "expired"

    def to_dict(self) -> Object:
        """The JSON form."""
        return {
            "at": self.at,
            "known_at": self.known_at,
            "registry": self.registry,
            "signatures": "verified" if self.verified else "not verified",
            "counts": dict(self.counts),
            "notices": [notice.to_dict() for notice in self.notices],
            "receipts": [row.to_dict() for row in self.rows],
        }


def rows(
    found: Iterable[tuple[str, bytes]],
    registry: Registry,
    *,
    trusted: Collection[PublicKey] | None = None,
    at: datetime | None = None,
    known_at: datetime | None = None,
) -> Iterator[Row]:
    """Each file, by name and content, asked again. `trusted`: the keys one of which must have signed it;
    None looks at no signature. What is no receipt is a row, not an end."""
    for name, data in found:
        try:
            receipt = signed.read(data)
            if trusted is not None:
                signed.verify(receipt, trusted)
        except Fault as fault:
            yield Row(name, again.OPEN, f"{fault.code}: {fault.why}".removesuffix(": "))
            continue
        yield _row(name, receipt, registry, at, known_at)


def survey(
    found: Iterable[Row], registry: Registry, *, at: datetime | None, known_at: datetime | None, verified: bool
) -> Survey:
    """The rows together with what they rest on."""
    about = {name: getattr(registry, name) for name in ("name", "version", "sha256", "freshness", "environment")}
    shown = [times.show(moment) if moment is not None else None for moment in (at, known_at)]
    every = tuple(found)
    return Survey(every, about, shown[0], shown[1], verified, tuple(_notices(every, registry)))


def _notices(rows: Iterable[Row], registry: Registry) -> Iterator[Notice]:
    concerned: dict[Party, list[Row]] = {}
    for row in rows:
        if row.standing == again.OTHERWISE:
            for party in dict.fromkeys(_party(row, credential) for credential in row.turned):
                concerned.setdefault(party, []).append(row)
    for party, held in sorted(concerned.items()):
        arrangement = _record(registry, party.relying_state, "arrangements", "id", party.arrangement)
        issuer = _record(registry, party.home_state, "entities", "entity_id", party.entity_id)
        contacts = tuple(arrangement.get("incident_contacts", ()))
        yield Notice(party, tuple(held), arrangement.get("duty_of_notice"), contacts, issuer.get("incident_contact"))


def _record(registry: Registry, state: str, kind: str, name: str, value: str) -> Mapping[str, Any]:
    """A record of a state's list as signed; an empty one, where there is none now."""
    if state not in registry.states():
        return {}
    return next((one for one in registry.state_list(state).document[kind] if one[name] == value), {})


def _row(name: str, receipt: Receipt, registry: Registry, at: datetime | None, known_at: datetime | None) -> Row:
    answer = again.recheck(receipt, registry, at=at, known_at=known_at)
    document = receipt.document
    return Row(
        name=name,
        standing=answer.standing,
        why=answer.why,
        sha256=receipt.id,
        filed=str(answer.filed),
        now=str(answer.now) if answer.now is not None else None,
        at=document["at"],
        relying_state=document["question"]["relying_state"],
        purpose=document["question"]["purpose"],
        credentials=tuple(_credential(one) for one in document["credentials"] if one["issuer"] is not None),
        changes=answer.changes,
    )


def _credential(recorded: Object) -> Object:
    return {
        "item": recorded["item"],
        **recorded["issuer"],
        "keys": [key["thumbprint"] for key in recorded["keys"]],
        "types": recorded["types"],
        "issued": recorded["issued"],
        "arrangement": recorded["recognition"]["arrangement"],
    }


def _party(row: Row, credential: Object) -> Party:
    return Party(row.relying_state or "", credential["state"], credential["entity_id"], credential["arrangement"] or "")


def _change(change: Change) -> Object:
    return {
        "id": change.id,
        "item": change.item,
        "before": {"outcome": change.before[0], "code": change.before[1]},
        "now": {"outcome": change.now[0], "code": change.now[1]},
    }
