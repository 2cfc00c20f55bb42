"""How a registry begins, and how a state joins one: sources to start from, and the first appointment of every role.

Nobody's keys are made for them: a region and a state come with the public halves of keys that their
holders made, and the first publication is signed by all of them like any other role change.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Final

from defa_id import files
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, WrongUse
from defa_id.operator import admission, keyfiles, roles, sandbox
from defa_id.operator.appointing import REGION, Appointment
from defa_id.operator.keyring import DemoKeyring
from defa_id.operator.rolechange import Beginning, Wanted
from defa_id.operator.tree import Object, State, Tree, content, load_curated
from defa_id.values import NamedTuple

LIFETIMES: Final = {"timestamp": 1, "snapshot": 7, "states": 90, "root": 365}  # days [registry design, Signing]
_STATE: Final = re.compile(r"[A-Z]{2}")
_SUFFIXES: Final = (".jwk.json", ".jwk", ".pem")


class Founding(NamedTuple):
    """A registry that is to begin. Keys by name, as PEM: `region` holds root and top targets, of which
    `threshold` must sign; `snapshot` and `timestamp` are those of the machines that publish."""

    name: str
    title: str
    environment: str
    region: tuple[tuple[str, str], ...]
    threshold: int
    snapshot: tuple[tuple[str, str], ...]
    timestamp: tuple[tuple[str, str], ...]


def found(directory: Path, asked: Founding) -> Wanted:
    """Write the sources of a new registry without states into `directory`; the role change that begins it.

    The vocabulary and its schemas are those of this package.
    """
    curated = load_curated(files.sources_path(), DemoKeyring().issuer)
    about = {"registry": asked.name, "environment": asked.environment, "title": asked.title}
    region = {"keys": [name for name, _ in asked.region], "threshold": asked.threshold}
    registry = {**about, "valid_days": LIFETIMES["states"], "lifetimes": dict(LIFETIMES), "region": region}
    (directory / sandbox.KEYS).mkdir(mode=0o700, parents=True, exist_ok=True)
    sandbox.write(directory, Tree(registry, curated.vocabulary, curated.schemas, {}))
    appointments = (
        Appointment(REGION, asked.region, asked.threshold),
        Appointment(roles.SNAPSHOT.role, asked.snapshot, 1),
        Appointment(roles.TIMESTAMP.role, asked.timestamp, 1),
    )
    schemas = {name: data.decode() for name, data in curated.schemas.items()}
    return Wanted(appointments, beginning=Beginning(about=about, vocabulary=curated.vocabulary, schemas=schemas))


class Newcomer(NamedTuple):
    """A state that is to join: its code, its name in a language, the DID of its authority, and the scheme it
    has today with who runs it."""

    state: str
    name: str
    lang: str
    authority_id: str
    scheme: str
    scheme_authority: str


def new_state(tree: Tree, asked: Newcomer, now: datetime) -> State:
    """The sources a state begins with: who it is, and nothing listed yet. Raises `ChangeRefused`."""
    if not _STATE.fullmatch(asked.state):
        raise ChangeRefused(f"{printable(asked.state)!r} is no state", hint="Use ISO 3166-1 alpha-2, e.g. SG.")
    if asked.state in tree.states:
        raise ChangeRefused(f"{asked.state} has sources already", hint=f"They are in states/{asked.state}.")
    if admission.identifier_kind(asked.authority_id) != "did":
        raise ChangeRefused("the authority's identifier is no DID", hint="Give did:web: and its domain, for example.")
    scheme: Object = {
        "name": asked.scheme,
        "authority": asked.scheme_authority,
        "interface": "none",
        "contested": False,
        "source": "the state itself",
        "confidence": "V",
        "as_of": f"{now:%Y-%m}",
    }
    state: Object = {
        "authority_id": asked.authority_id,
        "names": [{"lang": asked.lang, "value": asked.name}],
        "languages": [asked.lang.partition("-")[0]],
        "scripts": [],
        "provenance": {"kind": "state-signed"},
        "schemes": [scheme],
    }
    listing: Object = {
        "defa_id": "state-list/1",
        "territory": asked.state,
        "environment": tree.environment,
        "state": state,
        "entities": [],
        "recognitions": [],
        "arrangements": [],
    }
    return State(listing, {"defa_id": "deny/1", "territory": asked.state, "denied": []}, {})


def join(tree: Tree, state: str, keys: Path) -> Wanted:
    """The role change by which a state joins with its working sources and the public keys in a folder.

    The keys of XX are called XX-a, XX-b …, those of XX-ops and XX-deny alike; two of XX, two of XX-ops
    and one of XX-deny must sign from then on. Raises `ChangeRefused`, `WrongUse` for keys that are missing
    or will not do.
    """
    source = tree.state(state)
    appointments = tuple(
        Appointment(duty.role, _public_keys(keys, duty.role), duty.threshold) for duty in roles.of_state(state)
    )
    schemas = {name: data.decode() for name, data in source.schemas.items()}
    begin = Beginning(list=content(source.listing), deny=content(source.deny), schemas=schemas)
    return Wanted(appointments, beginning=begin)


def _public_keys(folder: Path, role: str) -> tuple[tuple[str, str], ...]:
    """The keys of a role in a folder, by the names of their files."""
    if not folder.is_dir():
        raise WrongUse(f"there is no folder {folder}", hint="Give the one with the public keys.")
    found = []
    for path in sorted(folder.iterdir()):
        suffix = next((suffix for suffix in _SUFFIXES if path.name.endswith(suffix)), None)
        name = path.name.removesuffix(suffix or "")
        if (
            suffix is not None
            and re.fullmatch(f"{re.escape(role)}-[a-z0-9]{{1,16}}", name)
            and "-ops" != name[2:] != "-deny"
        ):
            found.append((name, keyfiles.public_pem(path)))
    if not found:
        raise ChangeRefused(
            f"no public key of {role} is in {folder}", hint=f"They are files called {role}-a.jwk.json and so on."
        )
    return tuple(found)
