"""Rules of identifiers and keys: readable, strong, shown to be held, and valid for a time that makes sense."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

from defa_id.codec import canonical, limits, times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, Fault
from defa_id.keys import PublicKey
from defa_id.operator import admission
from defa_id.operator.admission import Admitted
from defa_id.operator.rules import Finding, Spot, finding
from defa_id.operator.tree import Object, Tree

NAMED: Final = ("did", "issuer_url")
_SELF_NAMED: Final = ("did:key:", "did:jwk:")
_RULE_OF: Final = {"KEY_PRIVATE": "key.private", "KEY_WEAK": "key.weak"}


def listed(identifier: Object) -> Admitted | None:
    """The key of a listed identifier; None if it lists none. Raises `Fault`, `ChangeRefused` as `admission.listed_key`.

    A key that was read once is not read again: a registry is checked as a whole with each change to it.
    """
    if identifier["kind"] in NAMED:
        return None
    members = ("kind", "jwk", "thumbprint", "pem", "sha256", "use")
    return _listed(canonical.encode({name: identifier[name] for name in members if name in identifier}))


@lru_cache(maxsize=16384)
def _listed(data: bytes) -> Admitted | None:
    import json

    return admission.listed_key(json.loads(data))


def public_keys(identifiers: list[Object]) -> Iterator[tuple[int, PublicKey]]:
    """The keys that can be read, each with its place; the others have a finding of their own. A did:key
    or did:jwk is a key too."""
    for index, identifier in enumerate(identifiers):
        try:
            admitted = listed(identifier)
            public = admitted.public if admitted else self_named(identifier["value"])
        except (Fault, ChangeRefused):
            continue
        if public is not None:
            yield index, public


def self_named(value: str) -> PublicKey | None:
    """The key an identifier is made of (did:key, did:jwk), if it is made of one. Raises `Fault`."""
    from defa_id.resolvers import did_jwk, did_key

    if value.startswith(f"did:{did_key.METHOD}:"):
        return did_key.resolve(value)
    return did_jwk.resolve(value) if value.startswith(f"did:{did_jwk.METHOD}:") else None


def identifiers(tree: Tree, spot: Spot, record: Object, *, strict: bool) -> Iterator[Finding]:
    """Every identifier of a service, a relying party or a wallet provider, whose place is `spot`."""
    for index, identifier in enumerate(record["identifiers"]):
        place = spot.at("identifiers", index)
        yield from window(place, f"a {identifier['kind']}", identifier["valid_from"], identifier.get("valid_until"))
        if identifier["kind"] in NAMED:
            yield from _name(place, identifier, record["identifiers"])
        else:
            yield from _key(tree, place, record, identifier, strict=strict)
    yield from _overlapping(spot, record["identifiers"])


def window(spot: Spot, what: str, begins: Any, ends: Any) -> Iterator[Finding]:
    """A window that ends before it begins."""
    if ends is not None and times.parse(ends) <= times.parse(begins):
        yield finding("time.window", spot, f"{what} ends before it begins")


def overlap(one: Object, other: Object, begins: str, ends: str) -> bool:
    """Whether two windows [begins, ends) share a moment."""

    def before(first: Object, second: Object) -> bool:
        return ends in first and times.parse(first[ends]) <= times.parse(second[begins])

    return not before(one, other) and not before(other, one)


def _name(spot: Spot, identifier: Object, beside: list[Object]) -> Iterator[Finding]:
    try:
        kind = admission.identifier_kind(identifier["value"])
        public = self_named(identifier["value"]) if identifier["value"].startswith(_SELF_NAMED) else None
    except ChangeRefused as error:
        yield finding("id.form", spot.at("value"), error.message)
        return
    except Fault as fault:
        yield _refused(spot.at("value"), fault)
        return
    if kind != identifier["kind"]:
        yield finding("id.form", spot.at("kind"), f"{printable(identifier['value'])} is not a {identifier['kind']}")
    others = [key for index, key in public_keys(beside) if beside[index]["kind"] not in NAMED]
    if public is not None and others and public.thumbprint not in {key.thumbprint for key in others}:
        yield finding("key.other", spot.at("value"), f"{printable(identifier['value'])} is another key")


def _key(tree: Tree, spot: Spot, record: Object, identifier: Object, *, strict: bool) -> Iterator[Finding]:
    try:
        admitted = listed(identifier)
    except ChangeRefused as error:
        yield finding("key.unreadable", spot, error.message)
        return
    except Fault as fault:
        yield _refused(spot, fault)
        return
    if admitted is None:
        return
    yield from _life(tree, spot, identifier, admitted)
    yield from _possession(tree, spot, record, identifier, admitted, strict=strict)


def _refused(spot: Spot, fault: Fault) -> Finding:
    rule = _RULE_OF.get(fault.code, "key.unreadable")
    why = fault.why or ""
    if "not on its curve" in why:
        rule = "key.weak"
    elif why.startswith("its ") and " is not " in why and fault.code == "KEY_INVALID":
        rule = "key.digest"
    return finding(rule, spot, admission.refused_key(fault).message)


def _life(tree: Tree, spot: Spot, identifier: Object, admitted: Admitted) -> Iterator[Finding]:
    begins = times.parse(identifier["valid_from"])
    ends = times.parse(identifier["valid_until"]) if "valid_until" in identifier else None
    last = admitted.not_after
    if last is not None and begins >= last:
        yield finding("key.window", spot.at("valid_from"), f"its certificate expired at {times.show(last)}")
    elif last is not None and ends is not None and ends > last:
        yield finding("key.window", spot.at("valid_until"), f"its certificate expires at {times.show(last)}")
    days = tree.vocabulary.get("longest_validity_days")
    if isinstance(days, int) and (ends or last or begins + timedelta(days + 1)) - begins > timedelta(days):
        yield finding("key.longest", spot, f"it would be valid for more than {days} days")


def _possession(
    tree: Tree, spot: Spot, record: Object, identifier: Object, admitted: Admitted, *, strict: bool
) -> Iterator[Finding]:
    proof = identifier.get("possession")
    if proof is None:
        if strict and identifier.get("use") != "ca":  # what an authority has signed shows that it holds its key
            yield finding("key.possession", spot, "nobody has shown that they hold this key")
        return
    names = [one["value"] for one in record["identifiers"] if one["kind"] in NAMED] + [record.get("entity_id", "")]
    recorded = times.parse(identifier["recorded"]) + timedelta(seconds=limits.LEEWAY_SECONDS)
    refused: ChangeRefused | None = None
    for name in filter(None, names):
        try:
            admission.require_possession(proof.encode(), admitted.public, name, tree.name, recorded)
        except ChangeRefused as error:
            refused = refused or error
        else:
            return
    if refused is not None:
        yield finding("key.possession", spot.at("possession"), refused.message)


def _overlapping(spot: Spot, found: list[Object]) -> Iterator[Finding]:
    """The same identifier twice, for times that overlap."""
    seen: dict[tuple[str, str], list[Object]] = {}
    for index, identifier in enumerate(found):
        what = identifier.get("value") or identifier.get("thumbprint") or identifier.get("sha256") or ""
        earlier = seen.setdefault((identifier["kind"], what), [])
        if any(overlap(one, identifier, "valid_from", "valid_until") for one in earlier):
            message = f"{printable(what)} is listed twice for the same time"
            yield finding("time.overlap", spot.at("identifiers", index), message)
        earlier.append(identifier)
