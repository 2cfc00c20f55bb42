"""Role changes: whose a role is from now on, or that it is signed anew; frozen for others to check and sign.

Like a change set it names what it was made from, and everything its signers sign follows from the two.
With it a state rotates its keys, joins a registry, or a region founds one and rotates its root.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from securesystemslib.signer import Signer  # type: ignore[attr-defined]

from defa_id import files
from defa_id.codec import canonical, limits, strict_json, times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, Fault
from defa_id.operator import appointing, demands, lint, role_rules, roles, storage
from defa_id.operator.appointing import Appointed, Appointment, Terms
from defa_id.operator.changeset import Author, tree_of
from defa_id.operator.published import Published
from defa_id.operator.tree import Object, State, Tree
from defa_id.values import NamedTuple

KIND: Final = "role-change/1"
_ID_DIGITS: Final = 16  # 64 bits: nobody makes a key with the same [own]
ID: Final = re.compile(r"([A-Z]{2}|region)-roles-([0-9]{4,9})")
_SKEW: Final = timedelta(seconds=limits.LEEWAY_SECONDS)
_LONGEST: Final = timedelta(days=3653)  # as `valid_days` of a registry


class Beginning(NamedTuple):
    """What a new state or a new registry begins with. `about` and `vocabulary` are of a registry, `list` and
    `deny` of a state; `schemas` by file name, as text."""

    about: Object | None = None
    vocabulary: Object | None = None
    list: Object | None = None
    deny: Object | None = None
    schemas: Mapping[str, str] = {}

    def to_dict(self) -> Object:
        """The JSON form, without what is not there."""
        members = {**self._asdict(), "schemas": dict(self.schemas)}
        return {name: value for name, value in members.items() if value is not None}


class RoleChange(NamedTuple):
    """One role change. `base`: the versions of the roles it signs anew, 0 for a new one; `expires`: how long
    each stays valid; `lost`: the state's old holders cannot sign its keys over; `result`: the SHA-256 of
    what each demand is to sign."""

    id: str
    registry: str
    base: Mapping[str, int]
    author: Author
    created: datetime
    expires: Mapping[str, datetime]
    note: str
    appointments: tuple[Appointment, ...]
    renewed: tuple[str, ...]
    lost: bool
    beginning: Beginning | None
    result: Mapping[str, str]

    @property
    def of(self) -> str:
        """Whose it is: a state, or the region."""
        return self.id.partition("-")[0]

    def to_dict(self) -> Object:
        """The JSON form (schemas/role-change.schema.json)."""
        return {
            "defa_id": KIND,
            "id": self.id,
            "registry": self.registry,
            "base": dict(self.base),
            "author": self.author._asdict(),
            "created": times.show(self.created),
            "expires": {role: times.show(moment) for role, moment in self.expires.items()},
            "note": self.note,
            "appointments": [one.to_dict() for one in self.appointments],
            "renewed": list(self.renewed),
            "lost": self.lost,
            **({"beginning": self.beginning.to_dict()} if self.beginning else {}),
            "result": dict(self.result),
        }

    def payload(self) -> bytes:
        """The bytes its author signs: everything but the signature, in canonical form (RFC 8785)."""
        return canonical.encode({**self.to_dict(), "author": self.author._replace(sig="")._asdict()})


class Wanted(NamedTuple):
    """What its author wants of a role change."""

    appointments: tuple[Appointment, ...] = ()
    renewed: tuple[str, ...] = ()
    lost: bool = False
    beginning: Beginning | None = None
    note: str = ""


class Derived(NamedTuple):
    """What a role change leads to: the roles, and all sources with a new state's in them."""

    appointed: Appointed
    tree: Tree


def propose(
    tree: Tree, published: Published | None, wanted: Wanted, signer: Signer, now: datetime, folder: Path
) -> RoleChange:
    """A role change by the holder of a key; `folder` is where changes are kept, which gives the number.

    Of `tree`, the working sources, only the settings of the registry matter. Raises `ChangeRefused` as
    `rederive`.
    """
    of = role_rules.whose(wanted.appointments, wanted.renewed)
    signed = appointing.affected(wanted.appointments, wanted.renewed)
    created = now.replace(microsecond=0)
    key = signer.public_key
    name, _ = role_rules.authors(of, published, wanted.appointments).get(key.keyid, ("", key))
    if not name:
        raise ChangeRefused(f"this key is none of {of}'s keys", hint="Propose with a key that it has already.")
    change = RoleChange(
        _next(folder, of),
        tree.name,
        {role: (published.version_of(role) if published else None) or 0 for role in signed},
        Author(name, key.keyid),
        created,
        {role: created + roles.lifetime(tree.registry, role) for role in signed},
        wanted.note,
        wanted.appointments,
        wanted.renewed,
        wanted.lost,
        wanted.beginning,
        {},
    )
    role_rules.require_rules(change, published)
    appointed = appointing.appoint(_terms(change), published)
    change = change._replace(result=_digests(appointed))
    made = change._replace(author=change.author._replace(sig=signer.sign(change.payload()).signature))
    rederive(made, published, now)
    return made


def rederive(change: RoleChange, published: Published | None, now: datetime) -> Derived:
    """What this role change makes of this publication, from nothing but the two.

    Raises `ChangeRefused` for another registry, a base that is no longer current, an author's signature
    or a result that does not fit, a date out of place, and keys or thresholds that break a rule.
    """
    if published is not None and change.registry != published.name:
        raise ChangeRefused(f"{change.id} is for the registry {printable(change.registry)}, not {published.name}")
    if not is_current(change, published):
        raise ChangeRefused(f"{change.of} has published since {change.id} was made", hint=role_rules.AGAIN)
    role_rules.require_rules(change, published)
    role_rules.require_author(change, published)
    if change.created > now + _SKEW:
        raise ChangeRefused(f"{change.id} was made in the future", hint="Check this machine's clock.")
    for moment in change.expires.values():
        if not change.created < moment <= change.created + _LONGEST:
            raise ChangeRefused(f"{change.id} would be valid until {times.show(moment)}", hint=role_rules.AGAIN)
    appointed = appointing.appoint(_terms(change), published)
    if _digests(appointed) != change.result:
        raise ChangeRefused(
            f"{change.id} asks to sign bytes that do not follow from it", hint="Do not sign; ask its author."
        )
    tree = _tree(change, published)
    if change.beginning is not None and published is not None:
        lint.require_fit(tree_of(published), tree, (change.of,))
    elif change.beginning is not None:
        lint.require_clean(tree)
    return Derived(appointed, tree)


def is_current(change: RoleChange, published: Published | None) -> bool:
    """Whether the roles it signs anew stand as they did when it was made."""
    return all(
        ((published.version_of(role) if published else None) or 0) == version for role, version in change.base.items()
    )


def author_of(change: RoleChange, published: Published | None) -> demands.Author:
    """The author as signatures are counted: never among them."""
    _, key = role_rules.authors(change.of, published, change.appointments).get(change.author.keyid, ("", None))
    return demands.Author(change.author.key, change.author.keyid, str(key.keyval["public"]) if key else "")


def read(path: Path) -> RoleChange:
    """The role change in a file. Raises `WrongUse` for a file that cannot be read, `ChangeRefused` for one that
    is not, to the last byte, what `write` writes."""
    data = storage.read_bytes(path)
    try:
        document = strict_json.load_object(data, nodes=limits.REGISTRY_NODES)
    except Fault as fault:
        raise _unusable(path, fault.why or fault.code) from None
    from jsonschema import Draft202012Validator

    schema = storage.read_object(files.data_root() / "schemas" / "role-change.schema.json")
    wrong = next(Draft202012Validator(schema).iter_errors(document), None)
    if wrong is not None:
        raise _unusable(path, printable(wrong.message, 160))
    try:
        change = _from(document)
    except Fault as fault:
        raise _unusable(path, fault.why or fault.code) from None
    if storage.pretty(change.to_dict()) != data or path.name != f"{change.id}.json":
        raise _unusable(path, "it is not as its author wrote it")
    return change


def write(folder: Path, change: RoleChange) -> Path:
    """Put a role change into the folder of changes. Raises `ChangeRefused` if its number is taken."""
    path = folder / f"{change.id}.json"
    if path.exists():
        raise ChangeRefused(f"there is a change {change.id} already", hint="Propose again: it gets the next number.")
    storage.write(path, storage.pretty(change.to_dict()))
    return path


def all_files(folder: Path) -> list[Path]:
    """The files of all role changes, by whose they are and number."""
    found = [(ID.fullmatch(path.stem), path) for path in folder.glob("*.json")]
    numbered = [(match[1], int(match[2]), path) for match, path in found if match]
    return [path for _, _, path in sorted(numbered)]


def words(change: RoleChange, published: Published | None) -> Iterator[str]:
    """What a role change means, a sentence for each thing it does."""
    for one in change.appointments:
        standing = appointing.holders(one.role, published)
        called = [_called(name, public) for name, public in one.keys]
        if not standing:
            yield f"{one.role}: its first keys are {', '.join(called)}; {one.threshold} of {len(called)} must sign"
            continue
        came = [_called(name, public) for name, public in one.keys if public not in {pem for _, pem in standing}]
        went = [_called(name, public) for name, public in standing if public not in {pem for _, pem in one.keys}]
        yield f"{one.role}: new keys {', '.join(came) or 'none'}; gone {', '.join(went) or 'none'}"
        threshold = appointing.threshold(one.role, published)
        if threshold != one.threshold:
            yield f"{one.role}: {one.threshold} of {len(called)} must sign from now on, and not {threshold}"
        if len(one.role) == 2 and change.lost:
            yield f"{one.role}: its old keys do not sign this over; verifiers that know them will refuse {one.role}"
    for role in change.renewed:
        yield f"{role}: signed anew as it stands, until {times.show(change.expires[role])}"
    if change.beginning is not None and change.beginning.list is not None:
        services = [one for entity in change.beginning.list["entities"] for one in entity["services"]]
        yield f"{change.of} joins with {len(services)} service{'s' if len(services) != 1 else ''}"
    if change.beginning is not None and change.beginning.about is not None:
        yield f"the registry {change.registry} begins, {change.beginning.about['environment']}"


def _called(name: str, public: str) -> str:
    """A key by its name and the beginning of its id, to be held against the transcript of its ceremony."""
    return f"{name} ({appointing.key_of(public, name).keyid[:_ID_DIGITS]})"


def _terms(change: RoleChange) -> Terms:
    begin = change.beginning
    sources = None
    if begin is not None and begin.list is not None:
        schemas = {name: text.encode() for name, text in begin.schemas.items()}
        empty = {"defa_id": "deny/1", "territory": change.of, "denied": []}
        sources = State(begin.list, begin.deny or empty, schemas)
    shared = {}
    if begin is not None and begin.about is not None:
        shared = {f"schemas/{name}": text.encode() for name, text in begin.schemas.items()}
        shared["vocabulary.json"] = canonical.encode(begin.vocabulary)
    return Terms(
        change.registry,
        change.created,
        change.expires,
        change.appointments,
        change.renewed,
        not change.lost,
        sources,
        begin.about if begin else None,
        shared,
    )


def _tree(change: RoleChange, published: Published | None) -> Tree:
    """All sources with what begins here."""
    terms = _terms(change)
    if published is None:
        begin = change.beginning or Beginning()
        registry = {**(begin.about or {}), "valid_days": roles.DEFAULT_DAYS}
        schemas = {name: text.encode() for name, text in begin.schemas.items()}
        return Tree(registry, begin.vocabulary or {}, schemas, {})
    tree = tree_of(published)
    return tree.with_state(change.of, terms.sources) if terms.sources else tree


def _digests(appointed: Appointed) -> dict[str, str]:
    return {role: sha256(payload).hexdigest() for role, payload in appointed.payloads.items()}


def _from(document: Object) -> RoleChange:
    begin = document.get("beginning")
    return RoleChange(
        document["id"],
        document["registry"],
        document["base"],
        Author(**document["author"]),
        times.parse(document["created"]),
        {role: times.parse(moment) for role, moment in document["expires"].items()},
        document["note"],
        tuple(
            Appointment(one["role"], tuple((key["name"], key["public"]) for key in one["keys"]), one["threshold"])
            for one in document["appointments"]
        ),
        tuple(document["renewed"]),
        document["lost"],
        Beginning(**begin) if begin is not None else None,
        document["result"],
    )


def _next(folder: Path, of: str) -> str:
    numbers = [int(match[2]) for path in all_files(folder) if (match := ID.fullmatch(path.stem)) and match[1] == of]
    return f"{of}-roles-{max([0, *numbers]) + 1:04}"


def _unusable(path: Path, why: str) -> ChangeRefused:
    return ChangeRefused(f"{path.name} is no role change: {why}", hint="Get it from its author anew.")
