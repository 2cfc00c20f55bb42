"""The registry's signed metadata, read offline by the rules of The Update Framework 1.0.

Two steps. Opening follows root → timestamp → snapshot → targets and holds every file named there
against its hash, so that a flipped byte anywhere is found at once. Who was *entitled* to sign a
state's list is verified when that state is asked for: one state's trouble is never another's.
Reading is ours because a verifier needs what stock clients do not give: an injected clock,
freshness as a grade instead of an error, a floor, and no network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from defa_id.codec import digests, limits, strict_json, times
from defa_id.codec.text import printable
from defa_id.errors import Fault, RegistryRejected
from defa_id.policy import ENVIRONMENTS
from defa_id.trust import handover
from defa_id.trust.seen import Seen
from defa_id.trust.signatures import Entitled, canonical_bytes, entitled, verify
from defa_id.values import NamedTuple

Files = Callable[[str, int], bytes | None]  # the file of that name, at most so many bytes; None if there is none
Document = Mapping[str, Any]

_SPECIFICATION: Final = "1."  # a later major version may mean something else by the same members [TUF §4.3]
_STATES: Final = re.compile("[A-Z]{2}/")  # paths that a state alone may fill; the top role only delegates them
_TOP: Final = frozenset({"root", "timestamp", "snapshot"})


class Role(NamedTuple):
    """A targets role as stored: its signed part, what was signed, and by whom; entitlement not yet judged."""

    signed: Document
    envelope: Document
    expires: datetime


class Opened(NamedTuple):
    """A registry whose every byte hangs on its root. `expires`: the earliest of the top roles, `ends` those of three.
    `targets`: by role and path, because any role may write any path into its own file. `signers`: whose
    keys signed timestamp and snapshot, and `online` whose may; `holders`: whose list each state's was."""

    registry: str
    environment: str
    title: str
    root_sha256: str
    version: int
    sha256: str
    issued: datetime | None
    expires: datetime
    ends: Mapping[str, datetime]
    roles: Mapping[str, Role]
    targets: Mapping[tuple[str, str], bytes]
    versions: Mapping[str, int]
    shared: Mapping[str, Any]
    signers: Mapping[str, frozenset[str]]
    online: Mapping[str, Entitled]
    holders: Mapping[str, str]


def open_signed(files: Files, anchor: bytes, seen: Callable[[str], Seen], *, pinned: bool = True) -> Opened:
    """The registry that `files` holds, trusted through `anchor` (a root role's file).

    `seen` gives what is remembered of a registry by its name. `pinned`: the user chose this anchor; one
    that merely came along has to lead from the root that is remembered. Raises `RegistryRejected`:
    REG_ROOT, REG_ENVIRONMENT, REG_SIGNATURE, REG_ROLLBACK, REG_EQUIVOCATION, REG_DIGEST, REG_MISSING,
    REG_FORMAT, LIMIT_REGISTRY. Expiry is not an error here: see `defa_id.trust.registry`.
    """
    root, chain = _root(files, anchor)
    about = root.get("x-defa-id")
    if not isinstance(about, dict) or not all(isinstance(about.get(n), str) for n in ("registry", "environment")):
        raise RegistryRejected("the root does not say which registry it is", code="REG_ROOT")
    online = {role: _holders_of(root, role) for role in ("timestamp", "snapshot")}
    known = seen(about["registry"]).under(online)
    _not_below(known, "root", root)
    if not pinned:
        _require_known_root(known, chain)
    stamp = _load(files, "metadata/timestamp.json", limits.REGISTRY_TIMESTAMP_BYTES)
    stamped_by = _entitled(stamp, root, "timestamp", "timestamp", all=True)
    timestamp = stamp["signed"]
    _not_below(known, "timestamp", timestamp)
    raw, envelope = _next(files, timestamp, "snapshot", limits.REGISTRY_SNAPSHOT_BYTES)
    snapped_by = _entitled(envelope, root, "snapshot", "snapshot", all=True)
    snapshot = envelope["signed"]
    _not_below(known, "snapshot", snapshot)
    sha256 = digests.sha256(raw).hex()
    version = _version(snapshot)
    if version == known.versions.get("snapshot") and known.snapshot_sha256 not in (None, sha256):
        raise RegistryRejected(f"snapshot {version} has another content than before", code="REG_EQUIVOCATION")
    roles, bytes_of = _roles(files, snapshot, known)
    _entitled(roles["targets"].envelope, root, "targets", "targets")
    top = roles["targets"].signed
    issued = timestamp.get("x-defa-id", {}).get("issued")
    return Opened(
        registry=about["registry"],
        environment=about["environment"],
        title=str(about.get("title", "")),
        root_sha256=chain[_version(root)],
        version=version,
        sha256=sha256,
        issued=_moment(issued) if issued is not None else None,
        expires=min(_expires(part) for part in (root, timestamp, snapshot, top)),
        ends={"root": _expires(root), "timestamp": _expires(timestamp), "snapshot": _expires(snapshot)},
        roles=roles,
        targets=bytes_of,
        versions={
            "root": _version(root),
            "timestamp": _version(timestamp),
            "snapshot": version,
            **{name: _version(role.signed) for name, role in roles.items()},
        },
        shared=top,
        signers={"timestamp": stamped_by, "snapshot": snapped_by},
        online=online,
        holders=known.holders,
    )


def entitled_target(opened: Opened, path: str) -> bytes | None:
    """A target's bytes, if the delegation for its path was followed by those entitled to (TUF §5.6.7);
    None if no role on that way names it. What another role says under this path does not count.

    Raises `RegistryRejected` REG_SIGNATURE, REG_HANDOVER, REG_MISSING, REG_FORMAT.
    """
    role = "targets"
    try:
        for _ in range(3):  # targets → XX → XX-ops or XX-deny; the layout goes no deeper
            if path in opened.roles[role].signed["targets"] and not (role == "targets" and _STATES.match(path)):
                return opened.targets[role, path]
            delegated = _delegation(opened.roles[role].signed, path)
            if delegated is None:
                return None
            name = delegated["name"]
            if name not in opened.roles:
                raise RegistryRejected(f"role {name} is missing", code="REG_MISSING")
            keys = opened.roles[role].signed["delegations"]["keys"]
            verify(opened.roles[name].envelope, delegated, keys, name)
            if role == "targets":
                _require_handed_over(opened, path.partition("/")[0], delegated)
            role = name
    except (KeyError, TypeError, AttributeError) as error:
        raise RegistryRejected(f"the way to {path} cannot be read: {error!r}", code="REG_FORMAT") from None
    return None


def delegated(opened: Opened) -> Mapping[str, Entitled]:
    """Whose keys each state's roles are, by the name of the role. Raises `RegistryRejected` REG_FORMAT."""
    found: dict[str, Entitled] = {}
    try:
        for above in opened.roles.values():
            delegations = above.signed.get("delegations", {})
            for role in delegations.get("roles", ()):
                found[role["name"]] = entitled(role, delegations["keys"])
    except (KeyError, TypeError, AttributeError) as error:
        raise RegistryRejected(f"a delegation cannot be read: {error!r}", code="REG_FORMAT") from None
    return found


def holders_of(opened: Opened, territory: str) -> str | None:
    """Whose list a state's is from now on, as `handover.holders` says it; None where nobody is delegated to.

    Keys that were not handed over change nothing: whose it was it stays, so that they are refused
    tomorrow too. Raises `RegistryRejected` REG_FORMAT, LIMIT_REGISTRY.
    """
    top, known = opened.roles["targets"].signed, opened.holders.get(territory)
    try:
        delegated = _delegation(top, f"{territory}/list.json")
        if delegated is None:
            return known
        now = handover.holders(delegated, top["delegations"]["keys"])
        return now if known is None or _follows(opened, territory, delegated, known, now) else known
    except (KeyError, TypeError, AttributeError) as error:
        raise RegistryRejected(f"the keys of {territory} cannot be read: {error!r}", code="REG_FORMAT") from None


def broken_handovers(opened: Opened, territory: str) -> int:
    """How often, by what is on record, a state's keys were replaced and those before did not sign it."""
    role = opened.roles.get(territory)
    try:
        return sum(not handover.signed_over(one) for one in _statements(role)) if role else 0
    except (KeyError, TypeError, AttributeError) as error:
        raise RegistryRejected(f"the keys of {territory} cannot be read: {error!r}", code="REG_FORMAT") from None


def _require_handed_over(opened: Opened, territory: str, delegated: Document) -> None:
    """Refuse a state's keys that the keys this client knows never handed over to (registry design, continuity)."""
    known = opened.holders.get(territory)
    now = handover.holders(delegated, opened.roles["targets"].signed["delegations"]["keys"])
    if known is not None and not _follows(opened, territory, delegated, known, now):
        raise RegistryRejected(
            f"the keys of {territory} were changed and its earlier keys did not agree", code="REG_HANDOVER"
        )


def _statements(role: Role) -> list[Document]:
    """By which a state's keys passed on. Each is signed itself: where it stands is all one."""
    parts = role.signed, role.envelope
    return [one for part in parts for one in part.get("x-defa-id", {}).get("handovers", [])]


def _follows(opened: Opened, territory: str, delegated: Document, known: str, now: str) -> bool:
    if known == now:
        return True
    role = opened.roles.get(delegated["name"])
    statements = _statements(role) if role else []
    return handover.reaches(statements, opened.registry, territory, known, now)


def expiry_of(opened: Opened, territory: str) -> datetime:
    """When the first of a state's own roles expires."""
    names = (territory, f"{territory}-ops", f"{territory}-deny")
    return min((opened.roles[name].expires for name in names if name in opened.roles), default=opened.expires)


def _root(files: Files, anchor: bytes) -> tuple[Document, dict[int, str]]:
    """The newest root, each version signed by the one before and by itself (TUF §5.3), and the SHA-256
    of what each version from the anchor on says."""
    envelope = _parse(anchor, "the root")
    root = _signed(envelope, "root")
    _entitled(envelope, root, "root", "root")
    chain = {_version(root): _said(root)}
    for _ in range(limits.REGISTRY_ROOT_HOPS + 1):
        data = files(f"metadata/{_version(root) + 1}.root.json", limits.REGISTRY_ROOT_BYTES)
        if data is None:
            return root, chain
        envelope = _parse(data, "the root")
        following = _signed(envelope, "root")
        if _version(following) != _version(root) + 1:
            raise RegistryRejected("a root version was skipped", code="REG_ROOT")
        _entitled(envelope, root, "root", "root")
        _entitled(envelope, following, "root", "root")
        _require_same_registry(root, following)
        root = following
        chain[_version(root)] = _said(root)
    raise RegistryRejected(f"more than {limits.REGISTRY_ROOT_HOPS} root versions", code="LIMIT_REGISTRY")


def _require_known_root(known: Seen, chain: Mapping[int, str]) -> None:
    version = known.versions.get("root", 0)
    if known.root_sha256 is None or chain.get(version) == known.root_sha256:
        return
    raise RegistryRejected(
        "nothing leads from the root known under this name to the one that came along",
        code="REG_ROOT",
        hint="If you mean this one: pin it with --root FILE, and keep a memory for it with --memory FILE.",
    )


def _require_same_registry(before: Document, following: Document) -> None:
    """A registry keeps its name, else what is remembered of it is not found; and a trial never becomes more,
    because its keys were kept like those of a trial."""
    if following["x-defa-id"]["registry"] != before["x-defa-id"]["registry"]:
        raise RegistryRejected("a later root speaks of another registry", code="REG_ROOT")
    old, new = before["x-defa-id"]["environment"], following["x-defa-id"]["environment"]
    if new != old and (new not in ENVIRONMENTS or ENVIRONMENTS.index(new) > ENVIRONMENTS.index(old)):
        raise RegistryRejected(
            f"the root makes a {printable(new)} registry of one for {printable(old)}", code="REG_ENVIRONMENT"
        )


def _roles(files: Files, snapshot: Document, known: Seen) -> tuple[dict[str, Role], dict[tuple[str, str], bytes]]:
    roles: dict[str, Role] = {}
    targets: dict[tuple[str, str], bytes] = {}
    held = 0
    for file in snapshot["meta"]:
        name = file.removesuffix(".json")
        if name in _TOP:
            raise RegistryRejected(f"the snapshot names {name} among the states' roles", code="REG_FORMAT")
        _, envelope = _next(files, snapshot, name, limits.REGISTRY_ROLE_BYTES)
        signed = _signed(envelope, "targets")
        _not_below(known, name, signed)
        roles[name] = Role(signed, envelope, _expires(signed))
        for path, entry in signed["targets"].items():
            targets[name, path] = data = _target(files, path, entry)
            held += len(data)
            if held > limits.REGISTRY_BUNDLE_BYTES:
                raise RegistryRejected("the registry is larger than any genuine one", code="LIMIT_REGISTRY")
    for name in known.versions.keys() - roles.keys() - _TOP:
        raise RegistryRejected(f"role {name} has disappeared", code="REG_ROLLBACK")
    if "targets" not in roles:
        raise RegistryRejected("the snapshot names no targets role", code="REG_FORMAT")
    return roles, targets


def _target(files: Files, path: str, entry: Document) -> bytes:
    sha256 = entry["hashes"]["sha256"]
    folder, _, name = path.rpartition("/")
    data = files(
        f"targets/{folder}/{sha256}.{name}" if folder else f"targets/{sha256}.{name}", limits.REGISTRY_LIST_BYTES
    )
    if data is None:
        raise RegistryRejected(f"target {path} is missing", code="REG_MISSING")
    if len(data) != entry["length"] or digests.sha256(data).hex() != sha256:
        raise RegistryRejected(f"target {path} is not the one that was signed", code="REG_DIGEST")
    return data


def _next(files: Files, above: Document, name: str, limit: int) -> tuple[bytes, Document]:
    """A role's file, as the role above pins it: version, length and hash (TUF §5.5, §5.6)."""
    entry = above["meta"][f"{name}.json"]
    file = f"metadata/{entry['version']}.{name}.json"
    data = files(file, limit)
    if data is None:
        raise RegistryRejected(f"{file} is missing", code="REG_MISSING")
    if len(data) != entry.get("length") or digests.sha256(data).hex() != entry.get("hashes", {}).get("sha256"):
        raise RegistryRejected(f"{file} is not the one that was signed", code="REG_DIGEST")
    envelope = _parse(data, file)
    if _version(envelope["signed"]) != entry["version"]:
        raise RegistryRejected(f"{file} holds another version", code="REG_DIGEST")
    return data, envelope


def _load(files: Files, file: str, limit: int) -> Document:
    data = files(file, limit)
    if data is None:
        raise RegistryRejected(f"{file} is missing", code="REG_MISSING", hint="Give the folder that `publish` wrote.")
    return _parse(data, file)


def _parse(data: bytes, what: str) -> Document:
    try:
        envelope = strict_json.load_object(data, nodes=limits.REGISTRY_NODES)
        if not isinstance(envelope["signed"], dict) or not isinstance(envelope["signatures"], list):
            raise RegistryRejected(f"{what} is not signed metadata", code="REG_FORMAT")
    except (Fault, KeyError) as error:
        raise RegistryRejected(f"{what} cannot be read: {error}", code="REG_FORMAT") from None
    return envelope


def _signed(envelope: Document, kind: str) -> Document:
    signed: Document = envelope["signed"]
    if signed.get("_type") != kind:
        raise RegistryRejected(f"a {kind} role is of another type", code="REG_FORMAT")
    if not str(signed.get("spec_version")).startswith(_SPECIFICATION):
        raise RegistryRejected(f"a {kind} role is of another version of TUF", code="REG_FORMAT")
    return signed


def _entitled(envelope: Document, root: Document, role: str, kind: str, *, all: bool = False) -> frozenset[str]:
    """Which keys signed, if enough of those the root names for `role` did: as many as suffice, or all."""
    _signed(envelope, kind)
    try:
        return verify(envelope, root["roles"][role], root["keys"], role, all=all)
    except (KeyError, TypeError) as error:
        raise RegistryRejected(f"the root does not name role {role}: {error}", code="REG_FORMAT") from None


def _holders_of(root: Document, role: str) -> Entitled:
    try:
        return entitled(root["roles"][role], root["keys"])
    except (KeyError, TypeError) as error:
        raise RegistryRejected(f"the root does not name role {role}: {error}", code="REG_FORMAT") from None


def _delegation(signed: Document, path: str) -> Document | None:
    delegated: list[Document] = signed.get("delegations", {}).get("roles", [])
    if len(delegated) > limits.REGISTRY_DELEGATIONS:
        raise RegistryRejected("a role delegates to too many", code="LIMIT_REGISTRY")
    return next((role for role in delegated if any(matches(path, pattern) for pattern in role["paths"])), None)


def matches(path: str, pattern: str) -> bool:
    """TUF §4.5: shell-style wildcards that never cross a slash; only `*` is used here."""
    parts, wanted = path.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(w in ("*", part) for part, w in zip(parts, wanted, strict=True))


def _not_below(known: Seen, name: str, signed: Document) -> None:
    if _version(signed) < known.versions.get(name, 0):
        raise RegistryRejected(
            f"{name} has version {_version(signed)}, and version {known.versions[name]} was seen before",
            code="REG_ROLLBACK",
            hint="Fetch the registry again. If it was meant to be reset, start with a new memory: --memory FILE.",
        )


def _version(signed: Document) -> int:
    version = signed.get("version")
    if type(version) is not int or version < 1:
        raise RegistryRejected("a role has no version", code="REG_FORMAT")
    return version


def _said(signed: Document) -> str:
    return digests.sha256(canonical_bytes(signed)).hex()


def _expires(signed: Document) -> datetime:
    return _moment(signed.get("expires"))


def _moment(text: object) -> datetime:
    try:
        return times.parse(text)
    except Fault as fault:
        raise RegistryRejected(f"a role's time cannot be read: {fault.why}", code="REG_FORMAT") from None
