"""The holders of role keys in a sandbox: who makes a new key, proposes a role change and signs it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from securesystemslib.signer import Signer  # type: ignore[attr-defined]

from defa_id.operator import appointing, changeset, keyfiles, pending, rolechange, signing
from defa_id.operator.appointing import Appointment
from defa_id.operator.demands import Count
from defa_id.operator.keyring import FileKeyring
from defa_id.operator.pending import Standing
from defa_id.operator.published import Published
from defa_id.operator.rolechange import RoleChange, Wanted
from defa_id.operator.tree import load

OLD = "-old"


class Holders:
    """Everybody at one table. A key that was replaced is still held, as NAME-old."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ring = FileKeyring(directory / "keys")
        self.folder = directory / changeset.FOLDER

    @property
    def published(self) -> Published:
        found = Published.read(self.directory / "published")
        assert found is not None
        return found

    def signer(self, name: str) -> Signer:
        return signing.from_file(self.ring.path(name))

    def public(self, name: str) -> str:
        key = self.ring.get(name)
        assert key is not None
        return keyfiles.pem_of(key.public, name)

    def renew_key(self, name: str) -> None:
        """Make a new key of this name; the old one stays at hand."""
        self.ring.path(f"{name}{OLD}").unlink(missing_ok=True)
        self.ring.path(name).rename(self.ring.path(f"{name}{OLD}"))
        self.ring.make(name)

    def replaced(self, role: str, *names: str) -> Appointment:
        """The role with new keys under these names."""
        held = dict(appointing.holders(role, self.published))
        for name in names:
            self.renew_key(name)
            held[name] = self.public(name)
        return Appointment(role, tuple(held.items()), appointing.threshold(role, self.published))

    def propose(self, now: datetime, author: str, *appointments: Appointment, **members: object) -> RoleChange:
        wanted = Wanted(appointments)._replace(**members)  # type: ignore[arg-type]
        change = rolechange.propose(load(self.directory), self.published, wanted, self.signer(author), now, self.folder)
        rolechange.write(self.folder, change)
        return change

    def sign(self, change: RoleChange, now: datetime, names: Iterable[str]) -> dict[str, Count]:
        """Let each of these sign; how far it is then, by whose signatures they are."""
        counts: list[Count] = []
        for name in names:
            derived = rolechange.rederive(change, self.published, now)
            counts = signing.sign_roles(change, derived, self.published, self.signer(name), self.folder)
        return {count.role: count for count in counts}

    def publish(self, now: datetime, *only: str) -> dict[str, Standing]:
        tree, place = load(self.directory), self.directory / "published"
        _, found = pending.publish(self.ring, tree, self.folder, place, now, only)
        return {one.id: one for one in found}

    def standings(self, now: datetime) -> dict[str, Standing]:
        return {one.id: one for one in pending.standings(self.folder, self.published, now)}

    def rotate(self, now: datetime, role: str, names: Iterable[str], author: str, signers: Iterable[str]) -> None:
        """All of it in one go."""
        change = self.propose(now, author, self.replaced(role, *names))
        self.sign(change, now, signers)
        assert self.publish(now)[change.id].status == pending.PUBLISHED
