"""One publication in the making: what stands, what is to stand, and the files that get it there.

What has not changed keeps its version and its signatures. Nothing is handed out to be written before
every role was verified by the one above it, and the whole of it opened as a reader does.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from securesystemslib.signer import Key  # type: ignore[attr-defined]
from tuf.api.exceptions import UnsignedMetadataError
from tuf.api.metadata import (  # type: ignore[attr-defined]
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Role,
    Root,
    Signed,
    Snapshot,
    Targets,
    Timestamp,
)

from defa_id import places
from defa_id.codec import canonical, limits, times
from defa_id.errors import ChangeRefused, RegistryRejected
from defa_id.operator import append_only, changeset, compiling, events, roles
from defa_id.operator.compiling import Compiled
from defa_id.operator.keyring import Keyring
from defa_id.operator.published import PASSING, Published, named
from defa_id.operator.roles import Duty
from defa_id.operator.signers import Signers
from defa_id.operator.tree import Object, Tree, content
from defa_id.policy import ENVIRONMENTS
from defa_id.trust import handover
from defa_id.trust.registry import Registry
from defa_id.trust.seen import Seen
from defa_id.trust.signatures import canonical_bytes

_MEMBER: Final = "x-defa-id"


class Work:
    """One publication in the making: what stands, what is to stand, and the files that get it there."""

    def __init__(
        self,
        tree: Tree,
        keyring: Keyring,
        path: Path,
        now: datetime,
        reappointed: Collection[str] = (),
    ) -> None:
        before = Published.read(path)
        self.path = path
        self.tree = tree
        self.before = before
        self.now = now
        self.expires = min(self._until(duty.role) for duty in roles.top(tree.registry))
        self.signers = Signers(keyring, before)
        self.reappointed = reappointed
        self.files: dict[str, bytes] = {}
        self.changed: list[str] = []
        self.version = before.version + 1 if before else 1
        self._roles: dict[str, tuple[Metadata[Targets], bytes]] = {}
        self.late: set[str] = set()
        self._top = {duty.role: self._duty(duty) for duty in roles.top(tree.registry)}
        if before and now < before.issued:
            raise ChangeRefused(
                f"the last publication was at {times.show(before.issued)}, after now",
                hint="Check this machine's clock.",
            )
        if before and before.name != tree.name:
            raise ChangeRefused(
                f"the published registry is {before.name}, not {tree.name}", hint="A registry's name never changes."
            )
        if before and ENVIRONMENTS.index(tree.environment) > ENVIRONMENTS.index(before.environment):
            raise ChangeRefused(
                f"the published registry is for {before.environment}, and a trial never becomes {tree.environment}",
                hint="Make another registry with keys of its own; nobody can know who has seen those of a trial.",
                code="REG_ENVIRONMENT",
            )

    def build(self) -> None:
        """Sign what has to be signed, from the leaves up."""
        self._require_kept()
        for state in self.tree.states:
            own, listing, denial = map(self._duty, roles.of_state(state))
            self._role(listing, self._listing(state), None)
            self._role(denial, self._denials(state), None)
            self._role(own, {}, (listing, denial))
        top = tuple(self._duty(roles.authority(state)) for state in self.tree.states)
        self._role(self._top["targets"], self._shared(), top)
        self.root = self._root()
        self._close()

    def adopt(self, approved: Iterable[Compiled], root: Metadata[Root] | None) -> None:
        """Keep everything as it stands but the roles, and the root, that come signed."""
        signed = tuple(approved)
        for role, metadata in (*((one.role, one.metadata) for one in signed), *([("root", root)] if root else ())):
            if metadata.signed.expires <= self.now:
                raise ChangeRefused(f"what {role} signed has expired", hint="Propose the change again.")
        if root is not None:
            self._adopt_root(root)
        elif self.before is not None:
            self.root = self.before.root
        else:
            raise ChangeRefused("nothing is published yet", hint="The first publication needs every role's keys.")
        self._roles = dict(self.before.roles) if self.before else {}
        for one in signed:
            data = one.metadata.to_bytes()
            self._roles[one.role] = one.metadata, data
            self.files.update(one.files)
            self.files[f"metadata/{one.metadata.signed.version}.{one.role}.json"] = data
            self.changed.append(one.role)
        self._close()

    def _adopt_root(self, root: Metadata[Root]) -> None:
        """A root that came signed; from now on the keys it names are the ones that sign."""
        self.root = root
        data = root.to_bytes()
        self.files[f"metadata/{root.signed.version}.root.json"] = data
        if self.before is None:
            self.files["root.json"] = data
        for role, duty in self._top.items():
            keys = [root.signed.keys[keyid] for keyid in root.signed.roles[role].keyids]
            known = self.before.root.signed.roles[role].keyids if self.before else []
            names = named(keys, duty)
            first = sorted(names, key=lambda keyid: keyid not in known)
            self._top[role] = duty._replace(
                keys=tuple(names[keyid] for keyid in first), threshold=root.signed.roles[role].threshold
            )
        self.changed.append("root")

    def stamp(self) -> None:
        """Keep everything as it stands but the timestamp, and the snapshot where half of its life is over."""
        if self.before is None:
            raise ChangeRefused("nothing is published yet", hint="The first publication needs every role's keys.")
        self.root, self._roles, self.snapshot = self.before.root, dict(self.before.roles), self.before.snapshot
        if self._overdue(self.before.snapshot.signed, "snapshot"):
            self._close()
        else:
            self.version = self.before.version
            self._stamp(self.before.timestamp.signed.snapshot_meta)

    def _close(self) -> None:
        """Sign the snapshot of all roles, and the timestamp that names it."""
        snapshot = Snapshot(self.version, None, self._until("snapshot"), self._meta())
        self.snapshot, data = self._sign(snapshot, self._top["snapshot"])
        self.files[f"metadata/{self.version}.snapshot.json"] = data
        self._stamp(MetaFile.from_data(self.version, data, ["sha256"]))

    def _stamp(self, snapshot: MetaFile) -> None:
        number = self.before.timestamp.signed.version + 1 if self.before else 1
        about = {_MEMBER: {"issued": times.show(self.now)}}
        stamp = Timestamp(number, None, self._until("timestamp"), snapshot, about)
        self.timestamp, data = self._sign(stamp, self._top["timestamp"])
        self.files["metadata/timestamp.json"] = data

    def bridge(self) -> None:
        """Let readers pass from the old root to the new one without a moment in which neither fits what stands.

        Root and timestamp are two files. Where the new root would not take the top roles that stand, it
        comes after the timestamp if the old one takes the new ones; else a root that names the keys of
        both goes before, and it takes both.
        """
        if self.before is None or self._fits_before():
            return
        old, new = self.before.root.signed, self.root.signed
        if not self._fits_after():
            both = copy.deepcopy(new)
            passing: dict[str, list[str]] = {}
            for role in ("timestamp", "snapshot", "targets"):
                keyids = [*old.roles[role].keyids, *new.roles[role].keyids]
                both.roles[role] = Role(list(dict.fromkeys(keyids)), new.roles[role].threshold)
                passing[role] = [keyid for keyid in old.roles[role].keyids if keyid not in new.roles[role].keyids]
                both.keys.update((keyid, old.keys[keyid]) for keyid in old.roles[role].keyids)
            both.unrecognized_fields[_MEMBER][PASSING] = passing  # so that whoever goes on from here knows
            _, data = self._sign(both, self._top["root"], every=True)
            self.files[f"metadata/{both.version}.root.json"] = data
            new.version += 1
            self.root, data = self._sign(new, self._top["root"], every=True)
            self.files[f"metadata/{new.version}.root.json"] = data
        self.late.add(f"metadata/{new.version}.root.json")

    def pass_on(self) -> None:
        """The same for a root that came signed, beside which none can be made here. Raises `ChangeRefused`."""
        if self.before is None or self._fits_before():
            return
        if not self._fits_after():
            raise ChangeRefused(
                "while it is published readers would find neither the old root nor the new one to fit",
                hint="Add the new key first and publish that; then remove the old one in a second change.",
            )
        self.late.add(f"metadata/{self.root.signed.version}.root.json")

    def _fits_before(self) -> bool:
        """Whether the new root takes what stands."""
        before = self.before
        if before is None or self.root is before.root:
            return True
        return _takes(self.root.signed, before.timestamp, before.snapshot, before.roles["targets"][0])

    def _fits_after(self) -> bool:
        """Whether the old root takes what is to stand."""
        if self.before is None:
            return True
        return _takes(self.before.root.signed, self.timestamp, self.snapshot, self._roles["targets"][0])

    def verify(self, *, only: Collection[str] = ()) -> None:
        """Refuse to publish a role that its delegator would not accept: it would lock readers out. `only`: of the
        roles that stand, no others are looked at than these."""
        try:
            self.root.signed.verify_delegate("root", self.root.signed_bytes, self.root.signatures)
            if self.before is not None and self.root is not self.before.root:
                self.before.root.signed.verify_delegate("root", self.root.signed_bytes, self.root.signatures)
            for top in (self.snapshot, self.timestamp):
                self.root.signed.verify_delegate(top.signed.type, top.signed_bytes, top.signatures)
            for name in only or self._roles:
                metadata, _ = self._roles[name]
                self._delegator(name).verify_delegate(name, metadata.signed_bytes, metadata.signatures)
        except (UnsignedMetadataError, ValueError) as error:
            raise ChangeRefused(f"the signatures would not be accepted: {error}", hint="Check the keys.") from None
        self._require_readable({name[:2] for name in only})

    def _require_readable(self, only: Collection[str]) -> None:
        """Open what is to be published as every reader does, who remembers the versions that stand now."""
        standing = places.folder(self.path)

        def get(name: str, limit: int) -> bytes | None:
            return places.within(name, self.files[name], limit) if name in self.files else standing(name, limit)

        seen = Seen(self.before.versions) if self.before else Seen()
        try:
            anchor = get("root.json", limits.REGISTRY_ROOT_BYTES) or b""
            registry = Registry.open(get, anchor, now=self.now, seen=lambda _: seen)
            for state in only or registry.states():
                registry.state_list(state)
                registry.denials(state)
        except RegistryRejected as error:
            raise ChangeRefused(
                f"readers would not accept this: {error.message}", hint="Nothing was published; find out who signed it."
            ) from None

    def _require_kept(self) -> None:
        """Nothing that was published is taken back or altered: an end is an event, beside what stood."""
        if self.before is None:
            return
        standing = changeset.tree_of(self.before)
        append_only.require_types_kept(standing.vocabulary, self.tree.vocabulary)
        for name, state in standing.states.items():
            events.derive(state, self.tree.state(name))

    def _listing(self, state: str) -> dict[str, bytes]:
        source = self.tree.states[state]
        new = content(source.listing)
        old = self.before.document(f"{state}/list.json") if self.before else None
        if old is not None and content(old) == new and not self._due(roles.operations(state)):
            listing = old
        else:
            number = old["sequence"] + 1 if old is not None else 1
            listing = compiling.state_list(source, number, self.now, self._until(roles.operations(state).role))
        return compiling.listing_targets(state, listing, source.schemas)

    def _denials(self, state: str) -> dict[str, bytes]:
        new = content(self.tree.states[state].deny)
        old = self.before.document(f"{state}/deny.json") if self.before else None
        if old is not None and content(old) == new and not self._due(roles.denial(state)):
            return compiling.deny_targets(state, old)
        return compiling.deny_targets(state, compiling.deny_list(self.tree.states[state], self.now))

    def _shared(self) -> dict[str, bytes]:
        schemas = {f"schemas/{name}": data for name, data in self.tree.schemas.items()}
        return {"vocabulary.json": canonical.encode(self.tree.vocabulary), **schemas}

    def _role(self, duty: Duty, targets: Mapping[str, bytes], below: Iterable[Duty] | None) -> None:
        """One targets role: as it stands if nothing about it changed, else signed anew."""
        delegations = self._delegations(below) if below is not None else None
        made = compiling.compiled(duty.role, 1, self._until(duty.role), targets, delegations)
        signed = made.metadata.signed
        self.files.update(made.files)
        standing = self.before.roles.get(duty.role) if self.before else None
        said, handovers = self.before.handovers(duty.role) if self.before and standing else [], self._handovers(duty)
        if standing is not None:
            metadata, data = standing
            same = said == handovers and _same(metadata.signed, signed, but=_MEMBER)
            if same and not self._due(duty) and self._entitled(duty, metadata):
                self._roles[duty.role] = metadata, data
                return
            signed.version = metadata.signed.version + 1
        if handovers:
            signed.unrecognized_fields[_MEMBER] = {"handovers": handovers}
        self._roles[duty.role] = metadata, data = self._sign(signed, duty)
        self.files[f"metadata/{signed.version}.{duty.role}.json"] = data
        self.changed.append(duty.role)

    def _handovers(self, duty: Duty) -> list[Object]:
        """The statements by which a state's keys passed to their successors, with one more where they do so now."""
        standing = self.before.roles.get(duty.role) if self.before else None
        if self.before is None or standing is None:
            return []
        said = self.before.handovers(duty.role)
        old, threshold = self.before.keys_of(duty.role), self.before.threshold_of(duty.role)
        new = self.signers.public(duty)
        if duty.role not in self.tree.states or ({key.keyid for key in old}, threshold) == (
            {key.keyid for key in new},
            duty.threshold,
        ):
            return said
        statement = handover.statement(self.tree.name, duty.role, _held(old, threshold), _held(new, duty.threshold))
        known = {key.keyid for key in old}
        here = [one for one in self.signers.signers(duty, every=True) if one.public_key.keyid in known]
        if len(here) >= threshold:
            payload = canonical_bytes(statement)
            signatures = [one.sign(payload).to_dict() for one in here[:threshold]]
            return [*said, {"signed": statement, "signatures": signatures}]
        if duty.role not in self.reappointed:
            raise ChangeRefused(
                f"the new keys of {duty.role} are handed over to by {len(here)} of its old keys, and {threshold} must",
                hint=f"Replace one key at a time. If they are lost: --reappoint {duty.role}, and tell verifiers.",
            )
        return [*said, {"signed": statement, "signatures": []}]  # on record, for all to see

    def _root(self) -> Metadata[Root]:
        holders = {role: self.signers.public(duty) for role, duty in self._top.items()}
        signed = Root(
            1,
            None,
            self._until("root"),
            {key.keyid: key for held in holders.values() for key in held},
            {role: Role([key.keyid for key in holders[role]], duty.threshold) for role, duty in self._top.items()},
            consistent_snapshot=True,
            unrecognized_fields={
                _MEMBER: {
                    "registry": self.tree.name,
                    "environment": self.tree.environment,
                    "title": self.tree.registry["title"],
                }
            },
        )
        if self.before:
            standing = self.before.root
            if _same(standing.signed, signed) and not self._overdue(standing.signed, "root"):
                return standing
            signed.version = standing.signed.version + 1
        root, data = self._sign(signed, self._top["root"], every=True)
        if self.before:
            try:
                self.before.root.signed.verify_delegate("root", root.signed_bytes, root.signatures)
            except UnsignedMetadataError:
                raise ChangeRefused(
                    "the new root is not signed by enough of the old root's keys",
                    hint="Replace at most one region key in one publication.",
                ) from None
        else:
            self.files["root.json"] = data
        self.files[f"metadata/{signed.version}.root.json"] = data
        self.changed.append("root")
        return root

    def _delegations(self, below: Iterable[Duty]) -> Delegations:
        held: dict[str, Key] = {}
        delegated: dict[str, DelegatedRole] = {}
        for duty in below:
            public = self.signers.public(duty)
            held.update((key.keyid, key) for key in public)
            keyids = [key.keyid for key in public]
            delegated[duty.role] = DelegatedRole(duty.role, keyids, duty.threshold, True, list(duty.paths))
        return Delegations(held, delegated)

    def _delegator(self, role: str) -> Root | Targets:
        if role == "targets":
            return self.root.signed
        above = role.partition("-")[0] if "-" in role else "targets"
        return self._roles[above][0].signed

    def _entitled(self, duty: Duty, metadata: Metadata[Targets]) -> bool:
        """Whether enough of the keys as they are now have signed what stands; `verify` holds the signatures."""
        return sum(key.keyid in metadata.signatures for key in self.signers.public(duty)) >= duty.threshold

    def _due(self, duty: Duty) -> bool:
        """Whether less than half of a role's life is left, so that it is signed anew."""
        standing = self.before.roles.get(duty.role) if self.before else None
        return standing is None or self._overdue(standing[0].signed, duty.role)

    def _overdue(self, signed: Signed, role: str) -> bool:
        return bool(signed.expires - self.now < roles.lifetime(self.tree.registry, role) / 2)

    def _until(self, role: str) -> datetime:
        return self.now + roles.lifetime(self.tree.registry, role)

    def _duty(self, duty: Duty) -> Duty:
        """A role as it stands published; as planned, where it is new."""
        return self.before.duty(duty) if self.before else duty

    def _meta(self) -> dict[str, MetaFile]:
        return {
            f"{name}.json": MetaFile.from_data(metadata.signed.version, data, ["sha256"])
            for name, (metadata, data) in self._roles.items()
        }

    def _sign(self, signed: Any, duty: Duty, *, every: bool = False) -> tuple[Metadata[Any], bytes]:
        metadata: Metadata[Any] = Metadata(signed)
        for signer in self.signers.signers(duty, every=every):
            metadata.sign(signer, append=True)
        return metadata, metadata.to_bytes()


def _takes(root: Root, *top: Metadata[Any]) -> bool:
    """Whether a root takes these top roles as they are signed."""
    try:
        for role in top:
            root.verify_delegate(role.signed.type, role.signed_bytes, role.signatures)
    except UnsignedMetadataError:
        return False
    return True


def _held(keys: Iterable[Key], threshold: int) -> Object:
    return {"keys": {key.keyid: key.to_dict() for key in keys}, "threshold": threshold}


def _same(old: Signed, new: Signed, but: str = "") -> bool:
    """Whether two role contents differ in nothing but version and expiry, and the member `but`."""

    def body(signed: Signed) -> Object:
        return {name: value for name, value in signed.to_dict().items() if name not in ("version", "expires", but)}

    return body(old) == body(new)
