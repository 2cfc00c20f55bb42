"""The sources of a registry as operators edit them: one directory in, one value out.

registry.json             name, environment, title, days of validity
vocabulary.json           types, purposes, levels, instruments
schemas/NAME.json         schemas of the vocabulary's types
states/XX/list.json       what the state lists and whom it recognises
states/XX/schemas/*.json  schemas the state's operators added
states/XX/deny.json       what the state denies at once (absent: nothing)
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from defa_id import keys
from defa_id.codec import canonical, limits, strict_json, times
from defa_id.errors import ChangeRefused, Fault, WrongUse
from defa_id.issue.signing import SigningKey
from defa_id.operator import storage
from defa_id.values import NamedTuple

Object = dict[str, Any]
IssuerKey = Callable[[str, str], SigningKey]  # the key of that name and kind

FIRST_GRANT: Final = "2026-01-01T00:00:00Z"
PUBLISHER: Final = ("sequence", "issued", "next_update")  # members of a list that publishing sets
_STATE: Final = re.compile(r"[A-Z]{2}")
SCHEMA_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.json")


class State(NamedTuple):
    """One state's sources. `schemas` by file name, as bytes: their digest is their identity."""

    listing: Object
    deny: Object
    schemas: Mapping[str, bytes]


class Tree(NamedTuple):
    """All sources of one registry."""

    registry: Object
    vocabulary: Object
    schemas: Mapping[str, bytes]
    states: Mapping[str, State]

    @property
    def name(self) -> str:
        """The registry's name, which never changes."""
        return str(self.registry["registry"])

    @property
    def environment(self) -> str:
        """`demo`, `sandbox`, `pilot` or `live`."""
        return str(self.registry["environment"])

    def state(self, territory: str) -> State:
        """One state's sources. Raises `ChangeRefused` for a state that is not in this registry."""
        state = self.states.get(territory)
        if state is None:
            known = f"The states here are {', '.join(sorted(self.states))}."
            raise ChangeRefused(
                f"no state {territory!r} in this registry",
                hint=known if self.states else "There is none yet: defa-id registry init-state",
            )
        return state

    def with_state(self, territory: str, state: State) -> Tree:
        """These sources with another state of that name."""
        return self._replace(states={**self.states, territory: state})

    def services(self) -> Iterator[tuple[str, Object, Object]]:
        """Every service of every state, as (state, entity, service)."""
        for territory, state in self.states.items():
            for entity in state.listing["entities"]:
                for service in entity["services"]:
                    yield territory, entity, service

    def known_type(self, type: str) -> Object | None:
        """What the vocabulary says of a credential type, if it knows it."""
        return next((entry for entry in self.vocabulary.get("types", []) if entry["type"] == type), None)

    def schema_bytes(self, target: str) -> bytes | None:
        """The schema at a target path, `schemas/NAME.json` or `XX/schemas/NAME.json`, if it is here."""
        first, _, rest = target.partition("/")
        if first == "schemas":
            return self.schemas.get(rest)
        state = self.states.get(first)
        return state.schemas.get(rest.removeprefix("schemas/")) if state else None


def load(directory: Path, schemas: Path | None = None) -> Tree:
    """The sources in a directory. `schemas`: where the vocabulary's schemas are, if not in `schemas/`.

    Raises `WrongUse` for files that are not there, `ChangeRefused` for content that is not strict
    JSON or has not the shape of a source.
    """
    registry = settings(directory)
    folders = sorted(path for path in (directory / "states").glob("*") if path.is_dir() and _is_written(path))
    states = {folder.name: _load_state(folder) for folder in folders}
    vocabulary = storage.read_object(directory / "vocabulary.json")
    return Tree(registry, vocabulary, _load_schemas(schemas or directory / "schemas"), states)


def settings(directory: Path) -> Object:
    """What a registry is: its `registry.json` alone. Raises as `load`."""
    if not (directory / "registry.json").is_file():
        raise WrongUse(f"{directory} is not a registry", hint="Make one with: defa-id sandbox new DIR")
    registry = storage.read_object(directory / "registry.json")
    for member in ("registry", "environment", "title"):
        if not isinstance(registry.get(member), str) or not registry[member]:
            raise ChangeRefused(f"registry.json: {member} is missing or not a text")
    return registry


def load_curated(directory: Path, issuer_key: IssuerKey) -> Tree:
    """The curated demo sources, made whole with `complete`. Raises as `load`.

    They name the schemas of the project itself, which lie beside them.
    """
    return complete(load(directory, directory.parent / "schemas" / "credentials"), issuer_key)


def complete(tree: Tree, issuer_key: IssuerKey) -> Tree:
    """Curated sources made whole: demo keys put in, digests of schemas, and what may be left out.

    An identifier `{"kind": "jwk", "demo_key": NAME, "demo_key_type": KIND}` gets the public half of
    `issuer_key(NAME, KIND)`, P-256 where no kind is given; one of kind x509 the certificate of an authority
    of its own with that key. Moments that are not given become `FIRST_GRANT`. Raises `ChangeRefused` for a
    schema that is missing.
    """
    vocabulary = copy.deepcopy(tree.vocabulary)
    for entry in vocabulary.get("types", []):
        if "schema" in entry:
            entry["schema"] = _with_digest(tree, entry["schema"])
    whole = tree._replace(vocabulary=vocabulary)
    states = {
        name: state._replace(listing=_complete_list(whole, state.listing, issuer_key))
        for name, state in tree.states.items()
    }
    return whole._replace(states=states)


def schema_reference(tree: Tree, type: str) -> Object | None:
    """How a service's credential names the vocabulary's schema for its type, if there is one."""
    known = tree.known_type(type)
    return dict(known["schema"]) if known and "schema" in known else None


def sha256(data: bytes) -> str:
    """SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def schema_as_published(data: bytes, name: str) -> bytes:
    """A schema's canonical bytes (RFC 8785), whose SHA-256 names it; its own bytes, where it holds
    fractions or member names that have no canonical form here. Raises `ChangeRefused` unless it is a
    JSON object."""
    try:
        document = strict_json.load_object(data)
    except Fault as fault:
        raise ChangeRefused(f"schema {name}: {fault.why or fault.code}", hint="Give a JSON Schema 2020-12.") from None
    try:
        return canonical.encode(document)
    except ValueError:
        return data


def content(listing: Object) -> Object:
    """A list without the members that publishing sets: what its operators answer for."""
    return {name: value for name, value in listing.items() if name not in PUBLISHER}


def algorithms_of(public: keys.PublicKey, until: str, use: str | None = None) -> list[Object]:
    """The algorithms an entry allows where nothing else is said; RSA only until the moment `until`. Below an
    authority's certificate (`use` is ca) signers have keys of their own, of any usual kind."""
    fitting = [alg for alg in keys.DEFAULT_ALGORITHMS if use == "ca" or public.fits(alg)]
    return [{"alg": alg} for alg in fitting] or [
        {"alg": alg, "not_after": until} for alg in ("PS256", "RS256") if public.fits(alg)
    ]


def _is_written(folder: Path) -> bool:
    """Whether there is anything in a state's folder but what an interrupted command left."""
    return any(path.is_file() and not path.name.startswith(".new-") for path in folder.rglob("*"))


def _load_state(folder: Path) -> State:
    if not _STATE.fullmatch(folder.name):
        raise ChangeRefused(f"states/{folder.name} is not a state", hint="Use ISO 3166-1 alpha-2, e.g. states/SG.")
    listing = storage.read_object(folder / "list.json")
    if listing.get("territory") != folder.name:
        raise ChangeRefused(f"states/{folder.name}/list.json speaks for another territory")
    for member in ("entities", "recognitions", "arrangements"):
        if not isinstance(listing.setdefault(member, []), list):
            raise ChangeRefused(f"states/{folder.name}/list.json: {member} is not a list")
    for entity in listing["entities"]:
        if not isinstance(entity, dict) or not isinstance(entity.get("services"), list):
            raise ChangeRefused(f"states/{folder.name}/list.json: an entity without a list of services")
    deny = folder / "deny.json"
    empty: Object = {"defa_id": "deny/1", "territory": folder.name, "denied": []}
    return State(listing, storage.read_object(deny) if deny.is_file() else empty, _load_schemas(folder / "schemas"))


def _load_schemas(folder: Path) -> dict[str, bytes]:
    schemas = {}
    for path in sorted(folder.glob("*.json")):
        if not SCHEMA_NAME.fullmatch(path.name):
            raise ChangeRefused(f"{path.name!r} is no name for a schema", hint="Use letters, digits, dot, hyphen.")
        schemas[path.name] = schema_as_published(storage.read_bytes(path, limits.DOCUMENT_BYTES), path.name)
    return schemas


def _with_digest(tree: Tree, reference: Object) -> Object:
    if "sha256" in reference or "target" not in reference:
        return reference
    data = tree.schema_bytes(reference["target"])
    if data is None:
        raise ChangeRefused(f"schema {reference['target']} is not here", hint="Put the file where its target says.")
    return {**reference, "sha256": sha256(data)}


def _complete_list(tree: Tree, source: Object, issuer_key: IssuerKey) -> Object:
    listing = copy.deepcopy(source)
    listing.setdefault("defa_id", "state-list/1")
    listing.setdefault("environment", tree.environment)
    for entity in listing["entities"]:
        entity.setdefault("recorded", FIRST_GRANT)
        for service in entity["services"]:
            _complete_service(tree, listing["territory"], service, issuer_key)
    for recognition in listing["recognitions"]:
        _default(recognition, purposes=[], conditions=[], events=[], **{"from": FIRST_GRANT})
        recognition.setdefault("recorded", recognition["from"])
        _complete_events(recognition["events"])
    for member in ("relying_parties", "wallet_providers"):
        for record in listing.get(member, []):
            _complete_identifiers(listing["territory"], record, issuer_key)
            _default(record, recorded=FIRST_GRANT, status_events=[{"status": "granted"}])
            _complete_events(record["status_events"])
    for arrangement in listing["arrangements"]:
        _default(arrangement, purposes=[], conditions=[], recorded=FIRST_GRANT)
    return listing


def _complete_service(tree: Tree, territory: str, service: Object, issuer_key: IssuerKey) -> None:
    _default(service, type="issuance", interface="offline", recorded=FIRST_GRANT)
    public = _complete_identifiers(territory, service, issuer_key)
    for credential in service.setdefault("credentials", []):
        reference = credential.get("schema") or schema_reference(tree, credential["type"])
        if reference is not None:
            credential["schema"] = _with_digest(tree, reference)
    if public is not None:
        service.setdefault("algorithms", algorithms_of(public, FIRST_GRANT))
    _default(service, formats=[], algorithms=[], status_lists=[], status_required=False, assurance=[])
    service.setdefault("scope", {"subjects": ["natural", "legal"], "purposes": [], "sectors": []})
    for record in service["assurance"]:
        _default(record, framework="defa-id-reference", framework_version="1", effective=FIRST_GRANT)
        record.setdefault("recorded", record["effective"])
    _complete_events(service.setdefault("status_events", [{"status": "granted"}]))


def _complete_identifiers(territory: str, record: Object, issuer_key: IssuerKey) -> keys.PublicKey | None:
    """The identifiers of a service or a party made whole; the last key among them."""
    public: keys.PublicKey | None = None
    for identifier in record.setdefault("identifiers", []):
        if "demo_key" in identifier:
            name = identifier.pop("demo_key")
            key = issuer_key(name, identifier.pop("demo_key_type", "P-256"))
            public = key.public
            if identifier["kind"] == "x509":
                identifier.update(_authority(key, territory, name.removeprefix("issuer-")))
            else:
                identifier.update(jwk=dict(public.jwk), thumbprint=public.thumbprint)
        elif "jwk" in identifier:
            try:
                public = keys.from_jwk(identifier["jwk"])
            except Fault:
                continue  # lint names the key and says what is wrong with it
            identifier.setdefault("thumbprint", public.thumbprint)
        _default(identifier, valid_from=FIRST_GRANT)
        identifier.setdefault("recorded", identifier["valid_from"])
    return public


def _authority(key: SigningKey, territory: str, service: str) -> Object:
    """How an issuing authority of its own with this key is listed."""
    from defa_id.issue import certificates
    from defa_id.operator import admission

    der = certificates.authority(key, territory, f"Demo authority of {service}", times.parse(FIRST_GRANT))
    return admission.from_certificate(certificates.to_pem(der)).identifier


def _complete_events(events: list[Object]) -> None:
    for event in events:
        event.setdefault("effective", FIRST_GRANT)
        event.setdefault("recorded", event["effective"])


def _default(record: Object, **members: Any) -> None:
    for name, value in members.items():
        record.setdefault(name, copy.deepcopy(value))
