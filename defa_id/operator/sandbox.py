"""A registry of one's own in one go: the demo sources with keys nobody else has, signed and published."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path

from defa_id import files
from defa_id.issue.signing import SigningKey
from defa_id.operator import changeset, publishing, roles, storage
from defa_id.operator.keyring import FileKeyring
from defa_id.operator.published import Published
from defa_id.operator.publishing import Publication
from defa_id.operator.tree import Object, State, Tree, load, load_curated

KEYS = "keys"
PUBLISHED = "published"


def new(directory: Path, now: datetime, sources: Path | None = None) -> Publication:
    """Make a complete writable demo registry in `directory` and publish it, valid for one year.

    The states, issuers and recognitions are those of the packaged demo (`sources`); every key is
    random. It is there as a whole or not at all. Raises `WrongUse` if the directory is there and not empty.
    """
    with storage.begun(directory) as place:
        keyring = FileKeyring(place / KEYS)
        made: dict[str, SigningKey] = {}

        def issuer_key(name: str, kind: str) -> SigningKey:
            if name not in made:
                made[name] = keyring.make(name, kind)
            return made[name]

        curated = load_curated(sources or files.sources_path(), issuer_key)
        registry = {
            "registry": str(uuid.uuid4()),
            "environment": "demo",
            "title": "Sandbox registry (synthetic)",
            "valid_days": roles.DEFAULT_DAYS,
        }
        write(place, curated._replace(registry=registry))
        for name in roles.key_names(registry, curated.states):
            keyring.make(name)
        publication = publishing.publish(load(place), keyring, place / PUBLISHED, now)
    return publication._replace(path=directory / PUBLISHED)


def publish(directory: Path, now: datetime, *, reappointed: Collection[str] = ()) -> Publication:
    """Sign and publish the sources in `directory` with the keys in it.

    A state that was never published gets its role keys now. `reappointed`: as in `publishing.publish`, and so is
    what is raised; `WrongUse` too, if the directory is no registry.
    """
    with storage.locked(directory):
        storage.sweep(directory)
        tree = load(directory)
        keyring = FileKeyring(directory / KEYS)
        published = Published.read(directory / PUBLISHED)
        if published is not None:
            edited, tree = tree, changeset.completed(tree, changeset.tree_of(published), now)
            for state in tree.states:
                if tree.states[state] != edited.states[state]:
                    save_state(directory, state, tree.states[state])
        for state in tree.states:
            if published is None or state not in published.roles:
                for duty in roles.of_state(state):
                    for name in duty.keys:
                        if keyring.get(name) is None:
                            keyring.make(name)
        return publishing.publish(tree, keyring, directory / PUBLISHED, now, reappointed=reappointed)


def save_state(directory: Path, territory: str, state: State) -> None:
    """Write one state's sources back, schemas first, so that the list never names one that is missing."""
    folder = directory / "states" / territory
    for name, data in state.schemas.items():
        if not (folder / "schemas" / name).is_file():
            storage.write(folder / "schemas" / name, data)
    storage.write(folder / "list.json", storage.pretty(state.listing))
    if state.deny["denied"]:
        storage.write(folder / "deny.json", storage.pretty(state.deny))


def save_denials(directory: Path, territory: str, entries: Iterable[Object]) -> None:
    """Put deny entries into a state's sources, whatever state the rest of them is in. Raises as `load`."""
    path = directory / "states" / territory / "deny.json"
    empty: Object = {"defa_id": "deny/1", "territory": territory, "denied": []}
    deny = storage.read_object(path) if path.is_file() else empty
    denied = deny.get("denied")
    listed = denied if isinstance(denied, list) else []
    new = [entry for entry in entries if entry not in listed]
    storage.write(path, storage.pretty({**deny, "denied": [*listed, *new]}))


def write(directory: Path, tree: Tree) -> None:
    """Write all sources of a registry, the file that makes it one last."""
    for name, data in tree.schemas.items():
        storage.write(directory / "schemas" / name, data)
    storage.write(directory / "vocabulary.json", storage.pretty(tree.vocabulary))
    for territory, state in tree.states.items():
        save_state(directory, territory, state)
    storage.write(directory / "registry.json", storage.pretty(tree.registry))
