"""The health of a registry: what ends soon, what is broken, and what nobody covers.

A trust list fails in silence: it is not signed anew in time, a certificate in it cannot be read, or
it is empty while everything says it is up. So these are counted here, not assumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, RegistryRejected
from defa_id.operator import denials, expiries, lint, roles, timeline
from defa_id.operator.expiries import Expiry
from defa_id.operator.published import Published
from defa_id.operator.rules import Finding
from defa_id.operator.tree import Object, State, Tree, content
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple

OK: Final = "ok"
DUE: Final = "due"
UNTRUSTED: Final = "untrusted"
RATIFICATION: Final = timedelta(hours=72)  # a break-glass denial is answered by then [registry design, Operators]
_PART: Final = 3  # a role or list is due in the last third of its life, or long-lived ones would always be [own]
_REFUSED: Final = "refused"
_DUPLICATES: Final = frozenset({"unique", "id.conflict", "key.reuse", "key.name"})
_UNREADABLE: Final = frozenset({"key.unreadable", "key.digest", "key.weak", "key.private"})


class Problem(NamedTuple):
    """Something that is wrong now. `kind` is refused (nobody believes this state's part), duplicate, unreadable,
    rule, denial, floor or empty; and from `drift`, drift or unasked."""

    kind: str
    where: str
    message: str
    remedy: str


class Patient(NamedTuple):
    """A registry as it is looked at: its sources or what is published of them, and when its roles expire.
    `broken`: states whose own keys were replaced without the word of those who held them before; `lives`:
    for how long roles are signed, as far as it is known; `refused`: why a state's part is not believed."""

    tree: Tree
    roles: Mapping[str, datetime]
    lists: Mapping[str, Object]
    version: int | None = None
    issued: datetime | None = None
    unpublished: bool = False
    broken: tuple[str, ...] = ()
    lives: Mapping[str, timedelta] = {}
    refused: Mapping[str, RegistryRejected] = {}


class Report(NamedTuple):
    """What was found at `at`. `due` is sorted by its end; `notes` call for nothing to be done."""

    registry: str
    environment: str
    at: datetime
    version: int | None
    issued: datetime | None
    due: tuple[Expiry, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    usable: Mapping[str, int]
    roles: Mapping[str, datetime]

    @property
    def verdict(self) -> str:
        """`ok`; `due`, something is to be done; or `untrusted`, a state's part is not to be believed."""
        if any(problem.kind == _REFUSED for problem in self.problems):
            return UNTRUSTED
        return DUE if self.due or self.problems else OK

    def to_dict(self) -> Object:
        """The JSON form; times in RFC 3339, `within` a step of days (0: over)."""
        return {
            "registry": self.registry,
            "environment": self.environment,
            "at": times.show(self.at),
            "verdict": self.verdict,
            "version": self.version,
            "issued": times.show(self.issued) if self.issued else None,
            "usable_services": dict(self.usable),
            "due": [
                {
                    **one._asdict(),
                    "expires": times.show(one.expires),
                    "days_left": one.days_left(self.at),
                    "within": one.within(self.at),
                }
                for one in self.due
            ],
            "problems": [problem._asdict() for problem in self.problems],
            "notes": list(self.notes),
        }


def of_sources(tree: Tree, published_path: Path) -> Patient:
    """The sources in a folder with what is published of them. Raises `RegistryRejected` REG_DIGEST for a
    publication that is damaged."""
    try:
        published = Published.read(published_path)
        lists = {state: published.document(f"{state}/list.json") for state in tree.states} if published else {}
    except ChangeRefused as damaged:
        raise RegistryRejected(damaged.message, hint=damaged.hint, code="REG_DIGEST") from None
    stamped = {
        state: {**source.listing, **_next_update(lists.get(state))} for state, source in sorted(tree.states.items())
    }
    if published is None:
        return Patient(tree, {}, stamped)
    every = roles.every(tree.registry, tree.states)
    found = {duty.role: expires for duty in every if (expires := published.expiry(duty.role)) is not None}
    changed = any(content(lists.get(state) or {}) != content(tree.states[state].listing) for state in tree.states)
    broken = tuple(state for state in sorted(published.roles) if len(state) == 2 and published.broken_handovers(state))
    lives = {role: roles.lifetime(tree.registry, role) for role in found}
    return Patient(tree, found, stamped, published.version, published.issued, changed, broken, lives)


def of_published(registry: Registry) -> Patient:
    """What is published, its signatures verified. A state whose part is not to be believed is told, and left out.
    Raises `RegistryRejected` for what all of them share."""
    lists: dict[str, Object] = {}
    denials: dict[str, Object] = {}
    refused: dict[str, RegistryRejected] = {}
    for state in registry.states():
        try:
            denials[state] = _denials(registry, state)
            lists[state] = dict(registry.state_list(state).document)
        except RegistryRejected as rejected:
            refused[state] = rejected
    about = {"registry": registry.name, "environment": registry.environment, "title": registry.name, "valid_days": 1}
    vocabulary = dict(registry.vocabulary)
    named = [entry.get("schema", {}) for entry in vocabulary.get("types", [])]
    states = {}
    for state, listing in lists.items():
        own = [
            entry.get("schema", {})
            for entity in listing["entities"]
            for service in entity["services"]
            for entry in service["credentials"]
        ]
        states[state] = State(content(listing), denials[state], _schemas(registry, f"{state}/", own))
        named += own
    tree = Tree(about, vocabulary, _schemas(registry, "", named), states)
    broken = tuple(state for state in lists if registry.broken_handovers(state))
    lives = _lives(registry, lists)
    return Patient(
        tree, registry.expiries, lists, registry.version, registry.issued, broken=broken, lives=lives, refused=refused
    )


def examine(patient: Patient, at: datetime, *, at_least: int = 1, within: int = expiries.WARNED_AT[-1]) -> Report:
    """What is due within so many days of `at`, and what is wrong. `at_least`: how many services verifiers
    must be able to rely on; fewer is a problem, because an empty list looks healthy."""
    findings = lint.lint(patient.tree)
    readable = lint.readable(patient.tree)
    lists = {state: listing for state, listing in patient.lists.items() if state in readable}
    ends = [
        *expiries.of_roles(patient.roles),
        *(e for listing in lists.values() for e in expiries.of_list(listing, at)),
    ]
    usable = dict.fromkeys([*patient.lists, *patient.refused], 0) | {
        state: sum(expiries.usable(service, at) for entity in listing["entities"] for service in entity["services"])
        for state, listing in lists.items()
    }
    problems = (*_refused(patient), *_floor(usable, at_least), *_broken(findings), *_overdue(patient, lists, at))
    return Report(
        patient.tree.name,
        patient.tree.environment,
        at,
        patient.version,
        patient.issued,
        tuple(sorted((one for one in ends if _due(one, patient, at, within)), key=lambda one: (one.expires, *one[:3]))),
        problems,
        tuple(_notes(patient, lists, usable, at)),
        usable,
        patient.roles,
    )


def _lives(registry: Registry, lists: Mapping[str, Object]) -> dict[str, timedelta]:
    """For how long a publication's roles are signed, as its own dates tell. A snapshot does not say when it was
    signed; a machine signs it anew by itself, and a day before its end it has not."""
    lives = {"snapshot": timedelta(days=_PART)}
    if registry.issued is not None:
        lives["timestamp"] = registry.expiries["timestamp"] - registry.issued
    for state, listing in lists.items():
        life = times.parse(listing["next_update"]) - times.parse(listing["issued"])
        lives |= {duty.role: life for duty in roles.of_state(state)}
    return lives


def _due(one: Expiry, patient: Patient, at: datetime, within: int) -> bool:
    """Whether an end is near: within so many days, and in the last third of what is signed for a time."""
    notice = timedelta(days=within)
    role = one.name if one.what == "role" else roles.operations(one.state).role if one.what == "list" else ""
    if role in patient.lives:
        notice = min(notice, patient.lives[role] / _PART)
    return one.expires - at <= notice


def _next_update(listing: Object | None) -> Object:
    return {"next_update": listing["next_update"]} if listing else {}


def _denials(registry: Registry, state: str) -> Object:
    entries = [
        {
            "id": one.id,
            "effective": times.show(one.effective),
            "recorded": times.show(one.recorded),
            "reason": one.reason,
        }
        for one in registry.denials(state)
    ]
    return {"defa_id": "deny/1", "territory": state, "denied": entries}


def _schemas(registry: Registry, prefix: str, named: list[Any]) -> dict[str, bytes]:
    found = {}
    for reference in named:
        target = str(reference.get("target", "")) if reference else ""
        if target.startswith(f"{prefix}schemas/") and (data := registry.target(target)) is not None:
            found[target.rpartition("/")[2]] = data
    return found


def _floor(usable: Mapping[str, int], at_least: int) -> Iterator[Problem]:
    total = sum(usable.values())
    remedy = "Look at what was published last, and for keys that have expired."
    if total == 0:
        yield Problem("empty", "registry", "no verifier can rely on any service listed here", remedy)
    elif total < at_least:
        yield Problem("floor", "registry", f"{total} services can be relied on, fewer than {at_least}", remedy)


def _refused(patient: Patient) -> Iterator[Problem]:
    for state, why in patient.refused.items():
        said = f"{state} is believed by nobody ({why.code}): {why.message}"
        yield Problem(_REFUSED, f"states/{state}", said, "Publish it again from its sources, signed by its own keys.")


def _broken(findings: list[Finding]) -> Iterator[Problem]:
    for one in findings:
        if one.level == lint.ERROR:
            kind = "duplicate" if one.rule in _DUPLICATES else "unreadable" if one.rule in _UNREADABLE else "rule"
            yield Problem(kind, f"{one.file}#{one.pointer}", f"{one.where}: {one.message}", one.remedy)


def _overdue(patient: Patient, lists: Mapping[str, Object], at: datetime) -> Iterator[Problem]:
    for state, entry in _pending(patient, lists, at):
        if at - times.parse(entry["recorded"]) > RATIFICATION:
            since = f"struck at {entry['recorded']} and not answered within 72 hours"
            remedy = f"Two of {state}-ops suspend, withdraw or reinstate it; until then it stays struck."
            yield Problem("denial", f"states/{state}/deny.json", f"{printable(entry['id'])}: {since}", remedy)


def _pending(patient: Patient, lists: Mapping[str, Object], at: datetime) -> Iterator[tuple[str, Object]]:
    """Emergency entries that the state's own list has not answered by a later event, as verifiers hold it."""
    for state, listing in lists.items():
        source = patient.tree.states[state]
        for entry in denials.unanswered(source._replace(listing=dict(listing))).values():
            if times.parse(entry["recorded"]) <= at:
                yield state, entry


def _notes(patient: Patient, lists: Mapping[str, Object], usable: Mapping[str, int], at: datetime) -> Iterator[str]:
    if patient.unpublished:
        yield "the sources differ from what is published"
    if not patient.roles:
        yield "nothing is published yet"
    recognised, relying = set(), set()
    for state, listing in lists.items():
        for record in listing["recognitions"]:
            standing = timeline.status_at(record.get("events", ()), at) in (None, "in_force", timeline.GRANTED)
            if standing and timeline.holds(record, at, "from", "until"):
                recognised.add(record["of"])
                relying.add(state)
    for said, missing in (
        ("without a service others can rely on", [state for state in lists if not usable[state]]),
        ("recognised by nobody", sorted(lists.keys() - recognised)),
        ("recognising nobody", sorted(lists.keys() - relying)),
    ):
        if missing:
            yield f"{said}: {', '.join(missing)}"
    waiting = [f"{state} {printable(entry['id'])}" for state, entry in _pending(patient, lists, at)]
    if patient.broken:
        yield f"own keys replaced without the word of those before: {', '.join(patient.broken)}"
    if waiting:
        yield f"struck by break-glass and waiting for an answer: {', '.join(waiting)}"
