"""Whether a state's part of a published registry does what others rely on: its roles, its list, its credentials.

Sample credentials of the state are judged as they are, altered, struck and by states that do not
recognise it; the metadata is read by python-tuf as well as by our own reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp  # type: ignore[attr-defined]
from tuf.api.serialization import DeserializationError

from defa_id.codec import limits, times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, RegistryRejected
from defa_id.operator import denials, doctor, expiries, lint, roles, simulation
from defa_id.operator.tree import Object, Tree
from defa_id.policy import Policy
from defa_id.trust.registry import Registry
from defa_id.trust.signed import Files
from defa_id.values import NamedTuple
from defa_id.verdict import Decision, Verdict
from defa_id.verifier import Verifier

PASSED: Final = "passed"
FAILED: Final = "failed"
NOT_ASKED: Final = "not asked"
_PLACES: Final = 16  # at which one bit of a sample is turned [own]


class Result(NamedTuple):
    """One question to a state's registry: its answer, and what it rests on."""

    id: str
    outcome: str
    why: str


class Subject(NamedTuple):
    """What is examined: a registry that opened, its files and anchor, the state, and sample credentials of it."""

    registry: Registry
    files: Files
    anchor: bytes
    state: str
    samples: Mapping[str, bytes]
    policy: Policy


def run(subject: Subject, now: datetime) -> tuple[Result, ...]:
    """Every question, asked at `now`. Raises `WrongUse` nowhere: what cannot be asked is `not asked`."""
    try:
        tree = doctor.of_published(subject.registry).tree
    except RegistryRejected as rejected:
        return (Result("roles.signed", FAILED, rejected.message),)
    if subject.state not in tree.states:
        return (Result("roles.signed", FAILED, f"the registry has no state {printable(subject.state)}"),)
    return tuple(_asked(name, ask, subject, tree, now) for name, ask in _QUESTIONS.items())


class _NotAsked(Exception):
    """There is nothing to ask about; the reason is the message."""


def _asked(
    name: str, ask: Callable[[Subject, Tree, datetime], str], subject: Subject, tree: Tree, now: datetime
) -> Result:
    try:
        return Result(name, PASSED, ask(subject, tree, now))
    except _NotAsked as nothing:
        return Result(name, NOT_ASKED, str(nothing))
    except (RegistryRejected, ChangeRefused) as refused:
        return Result(name, FAILED, refused.message)


def _refuse(wrong: Iterable[str]) -> None:
    found = list(wrong)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise ChangeRefused(f"{found[0]}{more}")


def _signed(subject: Subject, _: Tree, __: datetime) -> str:
    """roles.signed: our own reader takes list and deny list, each by its delegation."""
    listing = subject.registry.state_list(subject.state)
    struck = subject.registry.denials(subject.state)
    return f"services: {len(listing.services)}, deny entries: {len(struck)}, signed by those entitled"


def _second_reader(subject: Subject, _: Tree, __: datetime) -> str:
    """roles.second-reader: python-tuf takes the same."""
    get, state = subject.files, subject.state
    try:
        root: Metadata[Root] = Metadata.from_bytes(subject.anchor)
        root.verify_delegate("root", root)
        while (data := get(f"metadata/{root.signed.version + 1}.root.json", limits.REGISTRY_ROOT_BYTES)) is not None:
            following: Metadata[Root] = Metadata.from_bytes(data)
            root.verify_delegate("root", following)
            following.verify_delegate("root", following)
            root = following
        stamp: Metadata[Timestamp] = Metadata.from_bytes(_file(get, "metadata/timestamp.json"))
        root.verify_delegate("timestamp", stamp)
        snapshot: Metadata[Snapshot] = _next(get, "snapshot", stamp.signed.snapshot_meta)
        root.verify_delegate("snapshot", snapshot)
        above: Metadata[Any] = _next(get, "targets", snapshot.signed.meta["targets.json"])
        root.verify_delegate("targets", above)
        own: Metadata[Targets] = _next(get, state, snapshot.signed.meta[f"{state}.json"])
        above.verify_delegate(state, own)
        for duty in roles.of_state(state)[1:]:
            below: Metadata[Targets] = _next(get, duty.role, snapshot.signed.meta[f"{duty.role}.json"])
            own.verify_delegate(duty.role, below)
    except (RepositoryError, DeserializationError, ValueError, KeyError) as error:
        raise ChangeRefused(f"python-tuf does not take it: {error}") from None
    return f"python-tuf follows root {root.signed.version} down to {state}-ops and {state}-deny"


def _file(get: Files, name: str) -> bytes:
    return get(name, limits.REGISTRY_BUNDLE_BYTES) or b""


def _next(get: Files, role: str, meta: Any) -> Metadata[Any]:
    data = _file(get, f"metadata/{meta.version}.{role}.json")
    meta.verify_length_and_hashes(data)
    return Metadata.from_bytes(data)


def _four_eyes(subject: Subject, _: Tree, __: datetime) -> str:
    """roles.four-eyes: two sign for the state, and no key serves in two places."""
    top = subject.registry.delegations()
    own = {duty.role: duty for duty in roles.of_state(subject.state)}
    _refuse(
        f"{role} is signed by {top[role].threshold} of {len(top[role].keys)}"
        for role in own
        if role in top and top[role].threshold < (1 if role.endswith("-deny") else 2)
    )
    _refuse(f"{role} has no keys" for role in own if role not in top or not top[role].keys)
    _refuse(
        f"a key of {role} is one of {other} too"
        for role in own
        for other in top
        if other != role and top[role].keys & top[other].keys
    )
    return ", ".join(f"{role} {top[role].threshold} of {len(top[role].keys)}" for role in own)


def _fresh(subject: Subject, _: Tree, now: datetime) -> str:
    """roles.fresh: nothing of it ends within a day."""
    ends = {duty.role: subject.registry.expiries.get(duty.role) for duty in roles.of_state(subject.state)}
    soon = now + timedelta(days=1)
    _refuse(f"{role} expires at {times.show(end)}" for role, end in ends.items() if end is not None and end <= soon)
    return f"until {times.show(min(end for end in ends.values() if end is not None))}"


def _rules(subject: Subject, tree: Tree, _: datetime) -> str:
    """list.rules: lint has no error in it."""
    found = [one for one in lint.lint(tree) if one.file.startswith(f"states/{subject.state}/")]
    _refuse(f"{one.where}: {one.message}" for one in found if one.level == lint.ERROR)
    return f"warnings: {len(found)}"


def _usable(subject: Subject, tree: Tree, now: datetime) -> str:
    """list.usable: there is something others can rely on, unless the state says that there is none."""
    services = _services(tree, subject.state)
    good = [one["service_id"] for one in services if expiries.usable(one, now)]
    if not good and all(one["interface"] in ("none", "issuer-app-only") for one in services):
        raise _NotAsked("no service is for verifiers elsewhere")
    if not good:
        raise ChangeRefused("no verifier elsewhere can rely on any of its services")
    return ", ".join(good)


def _accepted(subject: Subject, tree: Tree, now: datetime) -> str:
    """samples.accepted: the state itself accepts each sample, and every usable service has one."""
    _require_samples(subject)
    issuers = set()
    for name, data in subject.samples.items():
        verdict = _judge(subject.registry, subject, subject.state, data, now)
        if verdict.decision != Decision.ACCEPTED:
            raise ChangeRefused(f"{printable(name)}: {verdict.summary}")
        issuer = (verdict.to_dict()["credential"] or {}).get("issuer") or {}
        issuers.add(issuer.get("id"))
    _refuse(
        f"there is no sample of {service['service_id']}"
        for service in _services(tree, subject.state)
        if expiries.usable(service, now) and not issuers & {one.get("value") for one in service["identifiers"]}
    )
    return f"samples: {len(subject.samples)}"


def _altered(subject: Subject, _: Tree, now: datetime) -> str:
    """samples.altered: no sample with one bit turned is accepted."""
    _require_samples(subject)
    tried = 0
    for name, data in subject.samples.items():
        whole = data.rstrip()
        for number in range(_PLACES if whole else 0):
            place = len(whole) * number // _PLACES + len(whole) // (2 * _PLACES)
            changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
            tried += 1
            if _judge(subject.registry, subject, subject.state, changed, now).decision == Decision.ACCEPTED:
                raise ChangeRefused(f"{printable(name)}, altered at byte {place}, is accepted")
    return f"{tried} alterations of one bit"


def _struck(subject: Subject, tree: Tree, now: datetime) -> str:
    """samples.struck: one deny entry for its issuer stops every sample."""
    _require_samples(subject)
    source = tree.states[subject.state]
    moment = times.show(now)
    names = [
        one["value"] for service in _services(tree, subject.state) for one in service["identifiers"] if "value" in one
    ]
    entries = [
        {"id": name, "effective": moment, "recorded": moment, "reason": "compromise"} for name in dict.fromkeys(names)
    ]
    registry = simulation.draft(tree.with_state(subject.state, denials.with_entries(source, entries)), now)
    _refuse(
        f"{printable(name)} is still {verdict.decision}"
        for name, data in subject.samples.items()
        if (verdict := _judge(registry, subject, subject.state, data, now)).decision != Decision.REJECTED
    )
    return "every sample is rejected at once"


def _elsewhere(subject: Subject, tree: Tree, now: datetime) -> str:
    """recognition.own: others accept its samples where they recognise it, and nowhere else."""
    _require_samples(subject)
    accepting = []
    for by in sorted(tree.states.keys() - {subject.state}):
        recognises = any(one["of"] == subject.state for one in tree.states[by].listing["recognitions"]) or any(
            subject.state in one["parties"] for one in tree.states[by].listing["arrangements"]
        )
        for name, data in subject.samples.items():
            accepted = _judge(subject.registry, subject, by, data, now).decision == Decision.ACCEPTED
            if accepted and not recognises:
                raise ChangeRefused(
                    f"{by} accepts {printable(name)} and says nowhere that it recognises {subject.state}"
                )
            if accepted:
                accepting.append(by)
    return f"accepted in {', '.join(dict.fromkeys(accepting)) or 'no other state yet'}"


def _require_samples(subject: Subject) -> None:
    if not subject.samples:
        raise _NotAsked("no sample credential was given")


def _judge(registry: Registry, subject: Subject, by: str, data: bytes, now: datetime) -> Verdict:
    return Verifier(registry, subject.policy.asking(for_state=by)).verify(data, at=now)


def _services(tree: Tree, state: str) -> list[Object]:
    return [service for entity in tree.states[state].listing["entities"] for service in entity["services"]]


_QUESTIONS: Final[Mapping[str, Callable[[Subject, Tree, datetime], str]]] = {
    "roles.signed": _signed,
    "roles.second-reader": _second_reader,
    "roles.four-eyes": _four_eyes,
    "roles.fresh": _fresh,
    "list.rules": _rules,
    "list.usable": _usable,
    "samples.accepted": _accepted,
    "samples.altered": _altered,
    "samples.struck": _struck,
    "recognition.own": _elsewhere,
}
