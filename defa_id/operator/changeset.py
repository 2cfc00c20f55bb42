"""Change sets: what is to change in one state's sources, frozen for others to check and sign.

A change set names the publication it was made from and holds typed events. Everything its signers
sign follows from these two alone: each of them derives it anew from their own copy of the registry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from securesystemslib.signer import Key, Signer  # type: ignore[attr-defined]

from defa_id import files
from defa_id.codec import canonical, limits, strict_json, times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, Fault
from defa_id.operator import compiling, demands, events, lint, roles, storage, wordings
from defa_id.operator.compiling import Compiled
from defa_id.operator.events import Event
from defa_id.operator.published import Published
from defa_id.operator.tree import Object, State, Tree, content, sha256
from defa_id.values import NamedTuple

KIND: Final = "change-set/1"
FOLDER: Final = "changes"
_ID: Final = re.compile(r"([A-Z]{2})-([0-9]{4,9})")
_TRIAL: Final = ("demo", "sandbox")
_SKEW: Final = timedelta(seconds=limits.LEEWAY_SECONDS)
_LONGEST: Final = timedelta(days=3653)  # as `valid_days` of a registry
_AGAIN: Final = "Bring your copy of the registry up to date, and propose the change again."


class Author(NamedTuple):
    """Who proposed a change set: a key of one of the state's roles, by name and id, and its signature."""

    key: str
    keyid: str
    sig: str = ""


class Base(NamedTuple):
    """The publication a change set was made from. The deny list matters only to changes of it."""

    snapshot_version: int
    list_sha256: str
    role_version: int
    deny_sha256: str
    deny_role_version: int


class ChangeSet(NamedTuple):
    """One change set. `expires`: how long the roles it changes stay valid; `result`: the SHA-256 of the
    bytes each of them is to sign, by role."""

    id: str
    state: str
    registry: str
    base: Base
    author: Author
    created: datetime
    expires: datetime
    note: str
    events: tuple[Event, ...]
    result: Mapping[str, str]

    def to_dict(self) -> Object:
        """The JSON form (schemas/change-set.schema.json)."""
        return {
            "defa_id": KIND,
            "id": self.id,
            "state": self.state,
            "registry": self.registry,
            "base": self.base._asdict(),
            "author": self.author._asdict(),
            "created": times.show(self.created),
            "expires": times.show(self.expires),
            "note": self.note,
            "events": [event.to_dict() for event in self.events],
            "result": dict(self.result),
        }

    def payload(self) -> bytes:
        """The bytes its author signs: everything but the signature, in canonical form (RFC 8785)."""
        document = self.to_dict()
        return canonical.encode({**document, "author": self.author._replace(sig="")._asdict()})


class Derived(NamedTuple):
    """What a change set makes of the registry: all its sources, the state's before and after, and the
    roles to be signed."""

    tree: Tree
    before: State
    after: State
    roles: tuple[Compiled, ...]


def propose(
    tree: Tree, published: Published | None, state: str, signer: Signer, note: str, now: datetime, folder: Path
) -> ChangeSet:
    """The difference between what a state has published and its working sources, as a change set.

    `tree` is as `completed` makes it; `signer` is the author's, a key of one of the state's roles; `folder`
    is where change sets are kept, which gives the number. Raises `ChangeRefused` where nothing differs,
    something published is taken back, the sources have errors, or the author's key is none of the state's.
    """
    standing = _standing(published, state)
    if standing.name != tree.name:
        raise ChangeRefused(
            f"the published registry is {standing.name}, not {tree.name}", hint="A registry's name never changes."
        )
    after, base = tree.state(state), base_of(standing, state)
    made = events.derive(tree_of(standing).states[state], after)
    if not made:
        raise ChangeRefused(
            f"nothing in the sources of {state} differs from what is published", hint="Change it first."
        )
    keyid = signer.public_key.keyid
    name = _own_keys(standing, state).get(keyid)
    if name is None:
        raise ChangeRefused(f"this key is none of {state}'s keys", hint="Propose with a key of one of its roles.")
    created = now.replace(microsecond=0)
    expires = created + roles.lifetime(tree.registry, roles.operations(state).role)
    change = ChangeSet(
        _next(folder, state), state, tree.name, base, Author(name, keyid), created, expires, note, made, {}
    )
    derived = derive(change, standing)
    change = change._replace(result={role.role: role.sha256 for role in derived.roles})
    signed = change._replace(author=change.author._replace(sig=signer.sign(change.payload()).signature))
    rederive(signed, standing, now)
    return signed


def rederive(change: ChangeSet, published: Published | None, now: datetime) -> Derived:
    """What this change set makes of this publication, from nothing but the two.

    Raises `ChangeRefused` for another registry, a base that is no longer current or not reached yet,
    an author's signature or a result that does not fit, a date out of place, and errors lint finds.
    """
    standing = _standing(published, change.state)
    if change.registry != standing.name:
        raise ChangeRefused(f"{change.id} is for the registry {printable(change.registry)}, not {standing.name}")
    _require_current(change, standing)
    _require_author(change, standing)
    if change.created > now + _SKEW:
        raise ChangeRefused(f"{change.id} was made in the future", hint="Check this machine's clock.")
    if not change.created < change.expires <= change.created + _LONGEST:
        raise ChangeRefused(f"{change.id} would be valid until {times.show(change.expires)}", hint=_AGAIN)
    derived = derive(change, standing)
    if {role.role: role.sha256 for role in derived.roles} != change.result:
        raise ChangeRefused(
            f"{change.id} asks to sign bytes that do not follow from it", hint="Do not sign; ask its author."
        )
    if denies_only(change):
        lint.require_clean(derived.tree, only=(roles.denied(change.state),))
    else:
        lint.require_fit(tree_of(standing), derived.tree, (change.state,))
    return derived


def denies_only(change: ChangeSet) -> bool:
    """Whether a change set does nothing but strike: an error elsewhere must not keep it from doing so."""
    return bool(change.events) and all(event.kind == events.DENIED for event in change.events)


def is_break_glass(change: ChangeSet, published: Published) -> bool:
    """Whether one key alone may act: it only strikes, and its author holds a key that may."""
    held = {key.keyid for key in published.keys_of(roles.denial(change.state).role)}
    return denies_only(change) and change.author.keyid in held


def read(path: Path) -> ChangeSet:
    """The change set in a file. Raises `WrongUse` for a file that cannot be read, `ChangeRefused` for
    one that is not, to the last byte, what `write` writes."""
    data = storage.read_bytes(path)
    try:
        document = strict_json.load_object(data, nodes=limits.REGISTRY_NODES)
    except Fault as fault:
        raise _unusable(path, fault.why or fault.code) from None
    from jsonschema import Draft202012Validator

    schema = storage.read_object(files.data_root() / "schemas" / "change-set.schema.json")
    wrong = next(Draft202012Validator(schema).iter_errors(document), None)
    if wrong is not None:
        raise _unusable(path, printable(wrong.message, 160))
    change = ChangeSet(
        document["id"],
        document["state"],
        document["registry"],
        Base(**document["base"]),
        Author(**document["author"]),
        _moment(path, document["created"]),
        _moment(path, document["expires"]),
        document["note"],
        tuple(Event.from_dict(event) for event in document["events"]),
        document["result"],
    )
    if storage.pretty(change.to_dict()) != data or path.name != f"{change.id}.json" or change.id[:2] != change.state:
        raise _unusable(path, "it is not as its author wrote it")
    return change


def write(folder: Path, change: ChangeSet) -> Path:
    """Put a change set into the folder of change sets. Raises `ChangeRefused` if its number is taken."""
    path = folder / f"{change.id}.json"
    if path.exists():
        raise ChangeRefused(
            f"there is a change set {change.id} already", hint="Propose again: it gets the next number."
        )
    storage.write(path, storage.pretty(change.to_dict()))
    return path


def all_files(folder: Path) -> list[Path]:
    """The files of all change sets, by state and number."""
    found = [(_ID.fullmatch(path.stem), path) for path in folder.glob("*.json")]
    numbered = [(match[1], int(match[2]), path) for match, path in found if match]
    return [path for _, _, path in sorted(numbered)]


def tree_of(published: Published) -> Tree:
    """The sources of everything that stands published. Raises `ChangeRefused` for a damaged publication."""
    about = published.root.signed.unrecognized_fields["x-defa-id"]
    registry = {
        **{name: about[name] for name in ("registry", "environment", "title")},
        "valid_days": roles.DEFAULT_DAYS,
    }
    states = {
        path[:2]: State(
            content(published.document(path) or {}),
            content(published.document(f"{path[:2]}/deny.json") or {}),
            _schemas(published, role, f"{path[:2]}/schemas/"),
        )
        for role, (metadata, _) in published.roles.items()
        for path in metadata.signed.targets
        if path == f"{path[:2]}/list.json" and role == roles.operations(path[:2]).role
    }
    vocabulary = published.document("vocabulary.json") or {}
    return Tree(registry, vocabulary, _schemas(published, "targets", "schemas/"), states)


def completed(tree: Tree, before: Tree, now: datetime) -> Tree:
    """The working sources, with how records that differ from the published `before` stood until now beside them."""
    states = dict(tree.states)
    for state in states.keys() & before.states.keys():
        try:
            listing = wordings.kept(before.states[state].listing, states[state].listing, now)
        except (KeyError, TypeError, AttributeError):
            continue  # whoever asks for the difference is told what is wrong with it
        states[state] = states[state]._replace(listing=listing)
    return tree._replace(states=states)


def unpublished(tree: Tree, before: Tree) -> dict[str, tuple[Event, ...]]:
    """What the working sources, completed, change of each state that is published; the others are left out."""
    shared = sorted(tree.states.keys() & before.states.keys())
    made = {state: events.derive(before.states[state], tree.states[state]) for state in shared}
    return {state: found for state, found in made.items() if found}


def base_of(published: Published, state: str) -> Base:
    """Where a state stands in a publication."""
    own, deny = f"{state}/list.json", f"{state}/deny.json"
    return Base(
        published.version,
        sha256(published.target(own) or b""),
        published.version_of(roles.operations(state).role) or 0,
        sha256(published.target(deny) or b""),
        published.version_of(roles.denial(state).role) or 0,
    )


def _standing(published: Published | None, state: str) -> Published:
    if published is None or published.version_of(roles.operations(state).role) is None:
        raise ChangeRefused(
            f"{printable(state)} is not published yet", hint="A state's first publication needs the region's keys."
        )
    return published


def _own_keys(published: Published, state: str) -> dict[str, str]:
    return {keyid: name for duty in roles.of_state(state) for keyid, name in published.names_of(duty).items()}


def is_current(change: ChangeSet, published: Published) -> bool:
    """Whether the lists a change set was made from are the ones that stand published."""
    base, now = change.base, base_of(published, change.state)
    listed = (base.list_sha256, base.role_version) == (now.list_sha256, now.role_version)
    denied = (base.deny_sha256, base.deny_role_version) == (now.deny_sha256, now.deny_role_version)
    return listed and (denied or all(event.kind != events.DENIED for event in change.events))


def _require_current(change: ChangeSet, published: Published) -> None:
    if change.base.snapshot_version > published.version:
        raise ChangeRefused(
            f"{change.id} was made from version {change.base.snapshot_version}, and your copy is {published.version}",
            hint="Bring your copy of the registry up to date.",
        )
    if not is_current(change, published):
        raise ChangeRefused(
            f"{change.state} has published since {change.id} was made",
            hint=f"Propose it again: defa-id registry propose --state {change.state}",
        )


def _require_author(change: ChangeSet, published: Published) -> None:
    author = change.author
    if _own_keys(published, change.state).get(author.keyid) != author.key:
        raise ChangeRefused(f"{printable(author.key)} is none of {change.state}'s keys", hint="Ask who made this.")
    keys: dict[str, Key] = {
        key.keyid: key for duty in roles.of_state(change.state) for key in published.keys_of(duty.role)
    }
    if not demands.signed_by(keys[author.keyid], author.sig, change.payload()):
        raise ChangeRefused(
            f"{change.id} is not as its author {author.key} signed it", hint="Do not sign; get it from its author anew."
        )


def derive(change: ChangeSet, published: Published) -> Derived:
    """What the events lead to, nothing else asked: `rederive` is what a signer relies on.

    Raises `ChangeRefused` for events that do not fit the publication, and for records that claim to
    be older outside demo and sandbox.
    """
    tree = tree_of(published)
    before = tree.states[change.state]
    after = events.apply(change.events, before)
    if tree.environment not in _TRIAL:
        _require_recorded(change, published)
    made = []
    if after.listing != before.listing or after.schemas != before.schemas:
        listed = published.document(f"{change.state}/list.json") or {}
        listing = compiling.state_list(after, listed["sequence"] + 1, change.created, change.expires)
        targets = compiling.listing_targets(change.state, listing, after.schemas)
        role = roles.operations(change.state).role
        made.append(compiling.compiled(role, change.base.role_version + 1, change.expires, targets))
    if after.deny != before.deny:
        targets = compiling.deny_targets(change.state, compiling.deny_list(after, change.created))
        role = roles.denial(change.state).role
        made.append(compiling.compiled(role, change.base.deny_role_version + 1, change.expires, targets))
    return Derived(tree.with_state(change.state, after), before, after, tuple(made))


def _require_recorded(change: ChangeSet, published: Published) -> None:
    """What is new is recorded now: an answer about what was known earlier must stay the same."""
    last = (published.document(f"{change.state}/list.json") or {})["issued"]
    for record in events.new_records(change.events):
        if not times.parse(last) <= times.parse(record["recorded"]) <= change.created:
            raise ChangeRefused(
                f"a new record says it was recorded at {printable(record['recorded'])}",
                hint=f"Outside demo and sandbox that is between {last} and now.",
            )


def _schemas(published: Published, role: str, folder: str) -> dict[str, bytes]:
    paths = sorted(path for path in published.roles[role][0].signed.targets if path.startswith(folder))
    return {path.removeprefix(folder): data for path in paths if (data := published.target(path)) is not None}


def _next(folder: Path, state: str) -> str:
    numbers = [int(path.stem[3:]) for path in all_files(folder) if path.stem.startswith(f"{state}-")]
    return f"{state}-{max([0, *numbers]) + 1:04}"


def _moment(path: Path, text: Any) -> datetime:
    try:
        return times.parse(text)
    except Fault as fault:
        raise _unusable(path, fault.why or fault.code) from None


def _unusable(path: Path, why: str) -> ChangeRefused:
    return ChangeRefused(f"{path.name} is no change set: {why}", hint="Get it from its author anew.")
