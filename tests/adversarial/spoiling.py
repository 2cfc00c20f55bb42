"""Ways to spoil a published registry, each one thing; what is not spoilt is signed again by those entitled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from defa_id.codec import limits
from tests.adversarial.machine import Files
from tests.trust.repository import Repository, key_entry, signature

Spoil = Callable[[Repository], object]
Root = dict[str, Any]


def signed_by(role: str, *names: str) -> Spoil:
    """A role signed by these keys."""
    return lambda repository: repository.signers.update({role: list(names)})


def lowered(role: str) -> Spoil:
    """A role's version back at the first."""
    return lambda repository: repository.roles[role].update(version=1)


def one_key_twice(repository: Repository) -> None:
    """One key under two ids, in a root whose own signatures hold; both ids sign the targets."""
    keyid, key = key_entry(repository.world, "region-a")

    def list_twice(root: Root) -> None:
        root["keys"]["ee" * 32] = key
        root["roles"]["targets"]["keyids"].append("ee" * 32)

    repository.add_root(["region-a", "region-b"], list_twice)
    part = repository.roles["targets"]
    repository.signatures["targets"] = [signature(repository.world, "region-a", part, id) for id in (keyid, "ee" * 32)]


def role_gone(repository: Repository) -> None:
    """SG's deny role is named no more."""
    del repository.roles["SG-deny"], repository.roles["snapshot"]["meta"]["SG-deny.json"]


def next_root(*signers: str, edit: Callable[[Root], object] | None = None) -> Spoil:
    """A second root, edited and signed by these."""
    return lambda repository: repository.add_root(signers, edit)


def handed_over(*signers: str) -> Spoil:
    """A second root with other root keys, signed by these."""

    def spoil(repository: Repository) -> None:
        def renew(root: Root) -> None:
            new = dict(key_entry(repository.world, f"next-{letter}") for letter in "abc")
            root["keys"].update(new)
            root["roles"]["root"]["keyids"] = list(new)

        repository.add_root(signers, renew)

    return spoil


def online_keys_replaced(repository: Repository) -> None:
    """A second root with other keys for timestamp and snapshot, which sign from now on."""

    def renew(root: Root) -> None:
        for role in ("timestamp", "snapshot"):
            new = dict([key_entry(repository.world, f"new-{role}")])
            root["keys"].update(new)
            root["roles"][role]["keyids"] = list(new)
            repository.signers[role] = [f"new-{role}"]

    repository.add_root(["region-a", "region-b"], renew)


def more_roots(number: int) -> Spoil:
    def spoil(repository: Repository) -> None:
        for _ in range(number):
            repository.add_root(["region-a", "region-b"])

    return spoil


def root_skipped(repository: Repository) -> None:
    """The third root stands where the second belongs."""
    more_roots(2)(repository)

    def skip(files: Files) -> None:
        files["metadata/2.root.json"] = files["metadata/3.root.json"]

    repository.after.append(skip)


def replaced(name: str, data: bytes) -> Spoil:
    return lambda repository: repository.after.append(lambda files: files.update({name: data}))


def edited(name: str, old: bytes, new: bytes) -> Spoil:
    def edit(files: Files) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return lambda repository: repository.after.append(edit)


def gone(name: str) -> Spoil:
    def remove(files: Files) -> None:
        del files[name]

    return lambda repository: repository.after.append(remove)


def target_named(path: str) -> Spoil:
    entry = {"length": 1, "hashes": {"sha256": "0" * 64}}
    return lambda repository: repository.roles["SG-ops"]["targets"].update({path: entry})


def role_named(name: str) -> Spoil:
    entry = {"version": 1, "length": 1, "hashes": {"sha256": "0" * 64}}
    return lambda repository: repository.roles["snapshot"]["meta"].update({f"{name}.json": entry})


def delegations_in_a_circle(repository: Repository) -> None:
    for role in repository.roles["SG"]["delegations"]["roles"]:
        role["name"] = "SG"


def delegations_crowded(repository: Repository) -> None:
    roles = repository.roles["SG"]["delegations"]["roles"]
    roles[:0] = [{**roles[0], "name": "XX", "paths": ["XX/*"]}] * limits.REGISTRY_DELEGATIONS


def delegation_renamed(repository: Repository) -> None:
    repository.roles["SG"]["delegations"]["roles"][0]["name"] = "SG-new"


def deny_list_not_delegated(repository: Repository) -> None:
    del repository.roles["SG"]["delegations"]["roles"][1]


def list_edited(old: bytes, new: bytes) -> Spoil:
    """SG's list with one text in place of another, and signed as it then is."""

    def spoil(repository: Repository) -> None:
        data = repository.list_of("SG")[1]
        assert old in data
        repository.place("SG-ops", "SG/list.json", data.replace(old, new, 1))

    return spoil


def expired(role: str, at: str) -> Spoil:
    def spoil(repository: Repository) -> None:
        part = repository.root if role == "root" else repository.roles[role]
        part["expires"] = at

    return spoil
