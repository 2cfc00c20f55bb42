"""What an appointment makes of a registry's roles: their metadata, and who must sign what for it to hold.

A role is appointed by the one above it: the root names the keys of root, top targets, snapshot and
timestamp; top targets those of each state; a state those of its operations and its break-glass role.
Whoever gets a new key signs with it, so that nothing is ever delegated to a key that nobody holds.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from securesystemslib.signer import Key, SSlibKey  # type: ignore[attr-defined]
from tuf.api.metadata import (  # type: ignore[attr-defined]
    DelegatedRole,
    Delegations,
    Metadata,
    Role,
    Root,
    Targets,
)

from defa_id.codec import canonical
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused
from defa_id.operator import compiling, demands, roles
from defa_id.operator.compiling import Compiled
from defa_id.operator.demands import Demand
from defa_id.operator.published import MEMBER, Published, named
from defa_id.operator.roles import Duty
from defa_id.operator.tree import Object, State
from defa_id.trust import handover
from defa_id.trust.signatures import canonical_bytes
from defa_id.values import NamedTuple

REGION: Final = "region"  # root and top targets, which the same keys hold
HANDOVER: Final = "handover"


class Appointment(NamedTuple):
    """Whose a role is from now on: its keys in their order, by name, as PEM (SubjectPublicKeyInfo), and
    how many of them must sign. `role` is XX, XX-ops, XX-deny, snapshot, timestamp or region."""

    role: str
    keys: tuple[tuple[str, str], ...]
    threshold: int

    def to_dict(self) -> Object:
        """The JSON form."""
        keys = [{"name": name, "public": public} for name, public in self.keys]
        return {"role": self.role, "keys": keys, "threshold": self.threshold}


class Terms(NamedTuple):
    """What is to be done: `appointments`; `renewed`: roles signed anew as they stand; `expires`: how long each
    role that is signed stays valid; `created`: when. `handed_over`: the old holders of a state sign its keys
    over. `sources`: what a new state (or a new registry) begins with, and `about` which registry it is."""

    registry: str
    created: datetime
    expires: Mapping[str, datetime]
    appointments: tuple[Appointment, ...]
    renewed: tuple[str, ...] = ()
    handed_over: bool = True
    sources: State | None = None
    about: Object | None = None
    shared: Mapping[str, bytes] = {}


class Appointed(NamedTuple):
    """The roles that are to be signed, the root if it is one of them, the statement by which a state's keys
    pass on (its role XX carries it beside its signatures), and who must sign what."""

    roles: tuple[Compiled, ...]
    root: Metadata[Root] | None
    statement: Object | None
    demands: tuple[Demand, ...]

    @property
    def payloads(self) -> dict[str, bytes]:
        """What each of them is to sign, by role."""
        return {demand.role: demand.payload for demand in self.demands}


def affected(appointments: Iterable[Appointment], renewed: Iterable[str]) -> tuple[str, ...]:
    """The roles that have to be signed, from the root down: those appointed or renewed, and those above that say so."""
    found = set()
    for role in (*(one.role for one in appointments), *renewed):
        if role in (REGION, "root", *(duty.role for duty in roles.ONLINE)):
            found.add("root")
        if role in (REGION, "targets"):
            found.add("targets")
        if role.partition("-")[0] != role or len(role) == 2:
            found.add(role)
    for one in appointments:
        if "-" in one.role:
            found.add(one.role.partition("-")[0])
        elif len(one.role) == 2:
            found.add("targets")
    order = {"root": 0, "targets": 1}
    return tuple(sorted(found, key=lambda role: (order.get(role, 2), "-" in role, role)))


def appoint(terms: Terms, published: Published | None) -> Appointed:
    """The roles as these terms have them, built on what stands published (None: nothing does).

    Raises `ChangeRefused` for a role that is not there, and for keys or thresholds that will not do.
    """
    return _Work(terms, published).made()


def holders(role: str, published: Published | None) -> tuple[tuple[str, str], ...]:
    """Whose a role is as published: names and PEM; nothing for one that is new."""
    role = "root" if role == REGION else role
    keys = published.keys_of(role) if published else []
    names = named(keys, planned(role)) if keys else {}
    return tuple((names[key.keyid], str(key.keyval["public"])) for key in keys)


def threshold(role: str, published: Published | None) -> int:
    """How many must sign a role as published; 0 for one that is new."""
    return published.threshold_of("root" if role == REGION else role) if published else 0


def key_of(public: str, name: str) -> Key:
    """A P-256 public key in PEM as role metadata holds it, saying its name. Raises `ChangeRefused`."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        native = load_pem_public_key(public.encode())
    except (ValueError, UnsupportedAlgorithm):
        native = None
    if not isinstance(native, ec.EllipticCurvePublicKey) or not isinstance(native.curve, ec.SECP256R1):
        raise ChangeRefused(f"the key {printable(name)} is not a P-256 key", hint="Roles sign with ECDSA P-256.")
    key = SSlibKey.from_crypto(native)
    if key.keyval["public"] != public:
        raise ChangeRefused(f"the key {printable(name)} is not spelled as it is published", hint="Export it anew.")
    key.unrecognized_fields[MEMBER] = {"name": name}
    return key


class _Work:
    """One set of appointments being worked out."""

    def __init__(self, terms: Terms, published: Published | None) -> None:
        self.terms = terms
        self.published = published
        self.appointed = {one.role: one for one in terms.appointments}
        self.signed = affected(terms.appointments, terms.renewed)
        self.new: set[str] = set()

    def made(self) -> Appointed:
        """Everything that is to be signed."""
        root = self._root() if "root" in self.signed else None
        roles_made = [self._targets(role) for role in self.signed if role != "root"]
        statement = self._statement()
        asked = [*self._both("root", root.signed_bytes)] if root else []
        for role in roles_made:
            asked += self._both(role.role, role.payload)
        if statement is not None:
            state, keys = str(statement["state"]), self._standing(str(statement["state"]))
            held, needed = demands.of_keys(keys, named(keys, planned(state))), int(statement["from"]["threshold"])
            title = f"{state}, handing over"
            asked.append(Demand(f"{state}-{HANDOVER}", canonical_bytes(statement), held, needed, title=title))
        return Appointed(tuple(roles_made), root, statement, tuple(asked))

    def _keys(self, role: str) -> tuple[list[Key], int]:
        """Whose a role is: those appointed, else those who hold it."""
        one = self.appointed.get(REGION if role in ("root", "targets") else role)
        if one is None:
            keys, threshold = self._standing(role), self.published.threshold_of(role) if self.published else 0
            if not keys:
                raise ChangeRefused(f"role {printable(role)} is not published yet", hint="Appoint its keys first.")
            return keys, threshold
        known = {key.keyid for key in self._standing(role)}
        keys = [key_of(public, name) for name, public in one.keys]
        self.new |= {key.keyid for key in keys} - known
        return keys, one.threshold

    def _holders(self, role: str) -> tuple[dict[str, tuple[str, Key]], int, frozenset[str]]:
        """Who signs a role from now on, how many must, and which of them each must, having a new key."""
        keys, threshold = self._keys(role)
        held = demands.of_keys(keys, named(keys, planned(role)))
        return held, threshold, frozenset(key.keyid for key in keys if key.keyid in self.new)

    def _standing(self, role: str) -> list[Key]:
        return self.published.keys_of(role) if self.published else []

    def _root(self) -> Metadata[Root]:
        before = self.published.root.signed if self.published else None
        held: dict[str, Key] = {}
        named_roles: dict[str, Role] = {}
        for role in ("root", "targets", "snapshot", "timestamp"):
            keys, threshold = self._keys(role)
            held.update((key.keyid, key) for key in keys)
            named_roles[role] = Role([key.keyid for key in keys], threshold)
        about = before.unrecognized_fields[MEMBER] if before else self.terms.about
        return Metadata(
            Root(
                before.version + 1 if before else 1,
                None,
                self.terms.expires["root"],
                held,
                named_roles,
                consistent_snapshot=True,
                unrecognized_fields={MEMBER: copy.deepcopy(about)},
            )
        )

    def _both(self, role: str, payload: bytes) -> Iterable[Demand]:
        """Who signs a role from now on; root and top targets that change hands also by those until now, so
        that whoever holds the old root follows it (TUF 1.0 §5.3.4) and whatever stands meanwhile fits."""
        passing = role in ("root", "targets") and REGION in self.appointed and self.published is not None
        if self.published is not None and passing:
            old, new = self._standing(role), {key.keyid for key in self._keys(role)[0]}
            names = named(old, planned(role))
            gone = {keyid: f"{name}-until-now" for keyid, name in names.items() if keyid not in new}
            held, needed = demands.of_keys(old, {**names, **gone}), self.published.threshold_of(role)
            yield Demand(role, payload, held, needed, title=f"{role}, keys until now")
        yield Demand(role, payload, *self._holders(role), title=f"{role}, keys from now" if passing else "")

    def _targets(self, role: str) -> Compiled:
        """A targets role: what stands in it, with those it appoints from now on."""
        standing = self.published.roles.get(role) if self.published else None
        before = standing[0].signed if standing else None
        if before is None and self.terms.sources is None and self.terms.about is None:
            raise ChangeRefused(f"role {printable(role)} is not published yet", hint="A new state comes by init-state.")
        version = before.version + 1 if before else 1
        below = [one for one in self.appointed if _above(one) == role]
        delegations = self._delegations(before, below) if below or (before and before.delegations) else None
        if role == "targets" and delegations is None:
            delegations = Delegations({}, {})
        made = compiling.compiled(role, version, self.terms.expires[role], self._content(role, before), delegations)
        if self.published is not None and len(role) == 2 and before is not None:
            said = self.published.handovers(role)
            if role in self.appointed and not self.terms.handed_over:
                said = [*said, {"signed": self._passing(role, self.published), "signatures": []}]  # on record, for all
            if said:
                made.metadata.signed.unrecognized_fields[MEMBER] = {"handovers": said}
        return made

    def _content(self, role: str, before: Targets | None) -> Mapping[str, bytes]:
        state, terms = role.partition("-")[0], self.terms
        if role == "targets" and before is None:
            return terms.shared
        if before is None and terms.sources is not None:
            if role == roles.operations(state).role:
                listing = compiling.state_list(terms.sources, 1, terms.created, terms.expires[role])
                return compiling.listing_targets(state, listing, terms.sources.schemas)
            if role == roles.denial(state).role:
                return compiling.deny_targets(state, compiling.deny_list(terms.sources, terms.created))
            return {}
        standing = {
            path: self.published.target(path) or b"" for path in (before.targets if before else ()) if self.published
        }
        return {**standing, **self._restamped(role, state)} if role in terms.renewed else standing

    def _restamped(self, role: str, state: str) -> Mapping[str, bytes]:
        """A state's list or deny list as it stands, published anew."""
        path = f"{state}/{'list' if role.endswith('-ops') else 'deny'}.json"
        document = self.published.document(path) if self.published else None
        if "-" not in role or document is None:
            return {}
        if role.endswith("-deny"):
            return {path: canonical.encode(compiling.deny_list(State({}, document, {}), self.terms.created))}
        stamped = State(document, {}, {})
        number = document["sequence"] + 1
        return {
            path: canonical.encode(compiling.state_list(stamped, number, self.terms.created, self.terms.expires[role]))
        }

    def _delegations(self, before: Targets | None, below: list[str]) -> Delegations:
        """The delegations of a role with these appointed anew, in their places; new ones at the end."""
        standing = before.delegations if before is not None else None
        delegated: dict[str, DelegatedRole] = dict(standing.roles or {}) if standing else {}
        held: dict[str, Key] = dict(standing.keys) if standing else {}
        for role in below:
            keys, threshold = self._keys(role)
            held.update((key.keyid, key) for key in keys)
            paths = list(planned(role).paths)
            delegated[role] = DelegatedRole(role, [key.keyid for key in keys], threshold, True, paths)
        used = {keyid for role in delegated.values() for keyid in role.keyids}
        return Delegations({keyid: key for keyid, key in held.items() if keyid in used}, delegated)

    def _statement(self) -> Object | None:
        """What the old holders of a state's own role sign, so that the new ones follow them."""
        state = next((role for role in self.appointed if len(role) == 2), None)
        if state is None or self.published is None or not self.terms.handed_over or not self._standing(state):
            return None
        return self._passing(state, self.published)

    def _passing(self, state: str, published: Published) -> Object:
        before = _held(self._standing(state), published.threshold_of(state))
        return handover.statement(self.terms.registry, state, before, _held(*self._keys(state)))


def _held(keys: Iterable[Key], threshold: int) -> Object:
    return {"keys": {key.keyid: key.to_dict() for key in keys}, "threshold": threshold}


def _above(role: str) -> str | None:
    """The role that appoints another; None where the root does."""
    if "-" in role:
        return role.partition("-")[0]
    return "targets" if len(role) == 2 else None


def planned(role: str) -> Duty:
    """A role as it is planned: its paths, and the names its keys have where they say none themselves."""
    if role in ("root", "targets", "snapshot", "timestamp"):
        return {duty.role: duty for duty in roles.top({})}[role]
    state = role.partition("-")[0]
    return {duty.role: duty for duty in roles.of_state(state)}[role]


def with_statement(role: Compiled, statement: Object, signatures: Iterable[Any]) -> Compiled:
    """A state's own role with the statement by which its keys passed on, beside its signatures."""
    said = {"signed": statement, "signatures": [one.to_dict() for one in signatures]}
    metadata = role.metadata
    metadata.unrecognized_fields[MEMBER] = {"handovers": [said]}
    return role._replace(metadata=metadata)
