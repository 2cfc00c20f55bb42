"""The registry's signed metadata, read offline by the rules of The Update Framework 1.0.

Two steps. Opening follows root → timestamp → snapshot → targets and holds every file named there
against its hash, so that a flipped byte anywhere is found at once. Who was *entitled* to sign a
state's list is verified when that state is asked for: one state's trouble is never another's.
Reading is ours because a verifier needs what stock clients do not give: an injected clock,
freshness as a grade instead of an error, a floor, and no network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from defa_id.codec import limits, strict_json, times
from defa_id.errors import Fault, RegistryRejected
from defa_id.keys import ECDSA

Files = Callable[[str, int], bytes | None]  # the file of that name, at most so many bytes; None if there is none
Document = Mapping[str, Any]

_TOP: Final = frozenset({"root", "timestamp", "snapshot"})
# SubjectPublicKeyInfo of an uncompressed P-256 point up to the point itself (RFC 5480 §2).
_P256_SPKI: Final = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")


class Seen(NamedTuple):
    """What a client remembers of a registry: versions never go down, nor does time."""

    versions: Mapping[str, int] = {}
    snapshot_sha256: str | None = None
    latest: datetime | None = None
    denied: tuple[tuple[str, Document], ...] = ()

    def merge(self, other: Seen) -> Seen:
        """The stricter of both: a client's memory and the floor that came with the package."""
        names = self.versions.keys() | other.versions.keys()
        versions = {name: max(self.versions.get(name, 0), other.versions.get(name, 0)) for name in names}
        newer = self if self.versions.get("snapshot", 0) >= other.versions.get("snapshot", 0) else other
        latest = max((moment for moment in (self.latest, other.latest) if moment), default=None)
        extra = tuple(entry for entry in other.denied if entry not in self.denied)
        return Seen(versions, newer.snapshot_sha256, latest, self.denied + extra)


class Role(NamedTuple):
    """A targets role as stored: its signed part, what was signed, and by whom; entitlement not yet judged."""

    signed: Document
    envelope: Document
    expires: datetime


class Opened(NamedTuple):
    """A registry whose every byte hangs on its root. `expires`: the earliest of the top roles.
    `targets`: by role and path, because any role may write any path into its own file."""

    registry: str
    environment: str
    title: str
    anchor_sha256: str
    version: int
    sha256: str
    issued: datetime | None
    expires: datetime
    roles: Mapping[str, Role]
    targets: Mapping[tuple[str, str], bytes]
    versions: Mapping[str, int]
    shared: Mapping[str, Any]


def open_signed(files: Files, anchor: bytes, seen: Callable[[str], Seen]) -> Opened:
    """The registry that `files` holds, trusted through `anchor` (a root role's file).

    `seen` gives what is remembered of a registry by its name. Raises `RegistryRejected`: REG_ROOT,
    REG_SIGNATURE, REG_ROLLBACK, REG_EQUIVOCATION, REG_DIGEST, REG_MISSING, REG_FORMAT, LIMIT_REGISTRY.
    Expiry is not an error here: see `defa_id.trust.registry`.
    """
    root = _root(files, anchor)
    about = root.get("x-defa-id")
    if not isinstance(about, dict) or not all(isinstance(about.get(n), str) for n in ("registry", "environment")):
        raise RegistryRejected("the root does not say which registry it is", code="REG_ROOT")
    known = seen(about["registry"])
    _not_below(known, "root", root)
    stamp = _load(files, "metadata/timestamp.json", limits.REGISTRY_TIMESTAMP_BYTES)
    timestamp = _entitled(stamp, root, "timestamp", "timestamp")
    _not_below(known, "timestamp", timestamp)
    raw, snapshot = _next(files, timestamp, "snapshot", limits.REGISTRY_SNAPSHOT_BYTES)
    _entitled(snapshot, root, "snapshot", "snapshot")
    _not_below(known, "snapshot", snapshot["signed"])
    sha256 = hashlib.sha256(raw).hexdigest()
    version = _version(snapshot["signed"])
    if version == known.versions.get("snapshot") and known.snapshot_sha256 not in (None, sha256):
        raise RegistryRejected(f"snapshot {version} has another content than before", code="REG_EQUIVOCATION")
    roles, bytes_of = _roles(files, snapshot["signed"], known)
    top = _entitled(roles["targets"].envelope, root, "targets", "targets")
    issued = timestamp.get("x-defa-id", {}).get("issued")
    return Opened(
        registry=about["registry"],
        environment=about["environment"],
        title=str(about.get("title", "")),
        anchor_sha256=hashlib.sha256(anchor).hexdigest(),
        version=version,
        sha256=sha256,
        issued=_moment(issued) if issued is not None else None,
        expires=min(_expires(part) for part in (root, timestamp, snapshot["signed"], top)),
        roles=roles,
        targets=bytes_of,
        versions={
            "root": _version(root),
            "timestamp": _version(timestamp),
            "snapshot": version,
            **{name: _version(role.signed) for name, role in roles.items()},
        },
        shared=top,
    )


def entitled_target(opened: Opened, path: str) -> bytes | None:
    """A target's bytes, if the delegation for its path was followed by those entitled to (TUF §5.6.7);
    None if no role on that way names it. What another role says under this path does not count.

    Raises `RegistryRejected` REG_SIGNATURE, REG_MISSING, REG_FORMAT.
    """
    role = "targets"
    try:
        for _ in range(3):  # targets → XX → XX-ops or XX-deny; the layout goes no deeper
            if path in opened.roles[role].signed["targets"]:
                return opened.targets[role, path]
            delegated = _delegation(opened.roles[role].signed, path)
            if delegated is None:
                return None
            name = delegated["name"]
            if name not in opened.roles:
                raise RegistryRejected(f"role {name} is missing", code="REG_MISSING")
            _verify(opened.roles[name].envelope, delegated, opened.roles[role].signed["delegations"]["keys"], name)
            role = name
    except (KeyError, TypeError, AttributeError) as error:
        raise RegistryRejected(f"the way to {path} cannot be read: {error!r}", code="REG_FORMAT") from None
    return None


def expiry_of(opened: Opened, territory: str) -> datetime:
    """When the first of a state's own roles expires."""
    names = (territory, f"{territory}-ops", f"{territory}-deny")
    return min((opened.roles[name].expires for name in names if name in opened.roles), default=opened.expires)


def _root(files: Files, anchor: bytes) -> Document:
    """The newest root, each version signed by the one before and by itself (TUF §5.3)."""
    envelope = _parse(anchor, "the root")
    root = _signed(envelope, "root")
    _entitled(envelope, root, "root", "root")
    for _ in range(limits.REGISTRY_ROOT_HOPS + 1):
        data = files(f"metadata/{_version(root) + 1}.root.json", limits.REGISTRY_ROOT_BYTES)
        if data is None:
            return root
        envelope = _parse(data, "the root")
        following = _signed(envelope, "root")
        if _version(following) != _version(root) + 1:
            raise RegistryRejected("a root version was skipped", code="REG_ROOT")
        _entitled(envelope, root, "root", "root")
        _entitled(envelope, following, "root", "root")
        if following["x-defa-id"]["registry"] != root["x-defa-id"]["registry"]:
            raise RegistryRejected("a later root speaks of another registry", code="REG_ROOT")
        root = following
    raise RegistryRejected(f"more than {limits.REGISTRY_ROOT_HOPS} root versions", code="LIMIT_REGISTRY")


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
    if len(data) != entry["length"] or hashlib.sha256(data).hexdigest() != sha256:
        raise RegistryRejected(f"target {path} is not the one that was signed", code="REG_DIGEST")
    return data


def _next(files: Files, above: Document, name: str, limit: int) -> tuple[bytes, Document]:
    """A role's file, as the role above pins it: version, length and hash (TUF §5.5, §5.6)."""
    entry = above["meta"][f"{name}.json"]
    file = f"metadata/{entry['version']}.{name}.json"
    data = files(file, limit)
    if data is None:
        raise RegistryRejected(f"{file} is missing", code="REG_MISSING")
    if len(data) != entry.get("length") or hashlib.sha256(data).hexdigest() != entry.get("hashes", {}).get("sha256"):
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
    return signed


def _entitled(envelope: Document, root: Document, role: str, kind: str) -> Document:
    """The signed part, if enough of the keys the root names for `role` signed it."""
    signed = _signed(envelope, kind)
    try:
        _verify(envelope, root["roles"][role], root["keys"], role)
    except (KeyError, TypeError) as error:
        raise RegistryRejected(f"the root does not name role {role}: {error}", code="REG_FORMAT") from None
    return signed


def _verify(envelope: Document, role: Document, keys: Document, name: str) -> None:
    """TUF §4.2: valid signatures by `threshold` different keys. Two ids or spellings of one key count once."""
    message = canonical_bytes(envelope["signed"])
    good: set[bytes] = set()
    for signature in envelope["signatures"]:
        key = keys.get(signature["keyid"])
        if key is None or signature["keyid"] not in role["keyids"]:
            continue
        signer = _signed_by(key["scheme"], key["keyval"]["public"], signature["sig"], message)
        if signer is not None:
            good.add(signer)
    if not good or len(good) < role["threshold"]:
        raise RegistryRejected(
            f"role {name} has {len(good)} of {role['threshold']} signatures it needs", code="REG_SIGNATURE"
        )


def _signed_by(scheme: str, public: str, signature: str, message: bytes) -> bytes | None:
    """The key itself, in its one spelling, if it made the signature."""
    try:
        raw = bytes.fromhex(signature)
        if scheme == "ecdsa-sha2-nistp256":
            point = _p256_point(public)
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point).verify(raw, message, ECDSA["P-256"])
        elif scheme == "ed25519":
            point = bytes.fromhex(public)
            ed25519.Ed25519PublicKey.from_public_bytes(point).verify(raw, message)
        else:
            return None
    except (InvalidSignature, ValueError):
        return None
    return point


def _p256_point(pem: str) -> bytes:
    """The point of a P-256 key in PEM, without loading the machinery for every other kind of key."""
    import binascii

    body = "".join(line for line in pem.splitlines() if not line.startswith("-----"))
    der = binascii.a2b_base64(body.encode("ascii"), strict_mode=True)
    if not der.startswith(_P256_SPKI):
        raise ValueError("not a P-256 key")
    return der[len(_P256_SPKI) :]


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


def _expires(signed: Document) -> datetime:
    return _moment(signed.get("expires"))


def _moment(text: object) -> datetime:
    try:
        return times.parse(text)
    except Fault as fault:
        raise RegistryRejected(f"a role's time cannot be read: {fault.why}", code="REG_FORMAT") from None


def canonical_bytes(value: Any) -> bytes:
    """OLPC canonical JSON (TUF §4.2.1): sorted members, only backslash and quote escaped."""
    pieces: list[str] = []
    _canonical(value, pieces.append)
    return "".join(pieces).encode()


def _canonical(value: Any, write: Callable[[str], None]) -> None:
    kind = type(value)
    if kind is str:
        write('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"')
    elif kind is dict:
        write("{")
        for number, name in enumerate(sorted(value)):
            write("," if number else "")
            _canonical(name, write)
            write(":")
            _canonical(value[name], write)
        write("}")
    elif kind is list:
        write("[")
        for number, element in enumerate(value):
            write("," if number else "")
            _canonical(element, write)
        write("]")
    elif kind is int:
        write(str(value))
    elif kind is bool:
        write("true" if value else "false")
    elif value is None:
        write("null")
    else:
        raise RegistryRejected("a number with a fraction stands in signed metadata", code="REG_FORMAT")
