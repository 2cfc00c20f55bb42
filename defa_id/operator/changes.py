"""Changes to a registry: pure functions from the sources as they stand to one state's new sources.

Every refusal is a `ChangeRefused` with one sentence and a way out, and changes nothing. What a change
records carries two times: `effective`, from when it holds, and `recorded`, which is always now.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from defa_id.codec import strict_json, times
from defa_id.codec.text import printable, require_visible
from defa_id.errors import ChangeRefused, Fault
from defa_id.operator import admission, ownership, timeline
from defa_id.operator.admission import Admitted
from defa_id.operator.tree import Object, State, Tree, algorithms_of, schema_as_published, schema_reference, sha256
from defa_id.policy import ENVIRONMENTS, LEVELS
from defa_id.values import NamedTuple

SYNTHETIC: Final = "none: synthetic demonstration"
_TRIAL: Final = ("demo", "sandbox")
RSA_LIFE: Final = timedelta(days=365)  # RSA only with an end [registry design, Data]
_FORMATS_OF: Final = {
    "vc": ("vc-jwt", "vc-sd-jwt", "data-integrity", "vc-cose"),
    **{format: (format,) for format in ("sd-jwt-vc", "mdoc", "cwt", "philsys")},
}


class Change(NamedTuple):
    """What a change makes of one state: its new sources, one sentence about it, and what to mind."""

    state: str
    after: State
    summary: str
    warnings: tuple[str, ...] = ()


class Application(NamedTuple):
    """An issuer that asks to be listed. `key`, `schema` and `proof` are the bytes of files; `begins`
    is now where it is None, and `ends` is open."""

    state: str
    id: str
    name: str
    key: bytes
    type: str
    format: str
    level: str
    begins: datetime | None = None
    ends: datetime | None = None
    schema: bytes | None = None
    proof: bytes | None = None
    kind: str = "other"


class Statement(NamedTuple):
    """A recognition as the state `by` makes it of the state `of`."""

    by: str
    of: str
    type: str
    min_level: str
    environment: str
    purposes: tuple[str, ...] = ()
    begins: datetime | None = None
    ends: datetime | None = None
    legal_basis: str | None = None


def add_issuer(tree: Tree, application: Application, now: datetime) -> Change:
    """List an issuer for one type in one format; an issuer listed already gets a further service.

    Raises `ChangeRefused`: unknown state, level or format; an identifier, type or key that may not be
    listed; a key or identifier that belongs to another issuer; an end before the beginning; a grant
    that overlaps one it has; a date in the past or a missing proof of possession in pilot and live.
    """
    asked, source = application, tree.state(application.state)
    warnings: list[str] = []
    kind = admission.identifier_kind(asked.id)
    admission.require_type(asked.type)
    _one_of(asked.format, admission.FORMATS, "format")
    _one_of(asked.level, LEVELS[1:], "level")
    name, sort = _visible(asked.name, "the name"), _visible(asked.kind, "its kind")
    begins = begins_at(tree, source, asked.begins, now)
    admitted = admission.read_key(asked.key)
    admission.require_certificate(asked.format, asked.state, admitted)
    ends = _window(begins, asked.ends, admitted)
    begins = max(begins, admitted.not_before) if admitted.not_before else begins
    entity = ownership.entity_of(tree, asked.state, asked.id)
    ownership.require_not_struck(source, asked.id, admitted.public.thumbprint)
    ownership.require_self_named(asked.id, admitted)
    ownership.require_own_key(tree, asked.state, entity["entity_id"] if entity else None, admitted)
    _require_no_overlap(asked, entity, begins, ends)
    require_possession(tree, source, asked.id, asked.proof, admitted, now, warnings)
    reference, schemas = _schema(tree, asked, warnings)
    number = _next_service(source)
    service = _service(tree, asked, number, kind, admitted, reference, begins, ends, now)
    listing = copy.deepcopy(source.listing)
    if entity is None:
        names = [{"lang": "en", "value": name}]
        added = {"entity_id": asked.id, "names": names, "kind": sort, "recorded": times.show(now)}
        listing["entities"].append({**added, "services": [service]})
    else:
        own = next(one for one in listing["entities"] if one["entity_id"] == entity["entity_id"])
        own["services"].append(service)
        if name not in [entry["value"] for entry in own["names"]]:
            warnings.append(f"the issuer keeps the name it is listed under: {printable(own['names'][0]['value'])}")
    summary = (
        f"{number}: {asked.id} may issue {asked.type} as {asked.format}, level {asked.level}, from {times.show(begins)}"
    )
    return Change(asked.state, source._replace(listing=listing, schemas=schemas), summary, tuple(warnings))


def recognise(tree: Tree, statement: Statement, now: datetime) -> Change:
    """Record that one state recognises another's credentials of a type; it binds that state alone.

    Raises `ChangeRefused`: unknown states, a state and itself, an unknown level, environment or purpose, an
    end before the beginning, and in pilot and live a date in the past or no legal basis.
    """
    said, source = statement, tree.state(statement.by)
    tree.state(said.of)
    if said.by == said.of:
        raise ChangeRefused(f"{said.by} cannot recognise itself", hint="A state relies on its own credentials anyway.")
    admission.require_type(said.type)
    _one_of(said.min_level, LEVELS[1:], "level")
    _one_of(said.environment, ENVIRONMENTS, "environment")
    begins = begins_at(tree, source, said.begins, now)
    _window(begins, said.ends, None)
    trial = said.environment in _TRIAL and environment_of(tree, source) in _TRIAL
    if said.legal_basis is None and not trial:
        raise ChangeRefused(
            "a recognition outside demo and sandbox needs a legal basis", hint="Give --legal-basis TEXT."
        )
    basis = SYNTHETIC if said.legal_basis is None else _visible(said.legal_basis, "the legal basis")
    known = [entry["id"] for entry in tree.vocabulary["purposes"]]
    for purpose in said.purposes:
        if purpose not in known:
            raise ChangeRefused(
                f"purpose {printable(purpose)!r} is not in the vocabulary",
                hint=f"Use one of {', '.join(known)}, or have it added to vocabulary.json.",
            )
    warnings: list[str] = []
    if tree.known_type(said.type) is None:
        warnings.append(f"type {said.type} is not in the vocabulary")
    number = next_number(source.listing["recognitions"], "id", said.by, 101)
    record: Object = {
        "id": number,
        "of": said.of,
        "types": [said.type],
        "purposes": list(dict.fromkeys(said.purposes)),
        "min_level": said.min_level,
        "environment": said.environment,
        "from": times.show(begins),
        **({"until": times.show(said.ends)} if said.ends else {}),
        "recorded": times.show(now),
        "conditions": [],
        "legal_basis": basis,
        "events": [],
    }
    listing = {**source.listing, "recognitions": [*source.listing["recognitions"], record]}
    summary = f"{number}: {said.by} recognises {said.type} of {said.of} from level {said.min_level}, {said.environment}"
    return Change(said.by, source._replace(listing=listing), f"{summary}, from {times.show(begins)}", tuple(warnings))


def environment_of(tree: Tree, source: State) -> str:
    """The stricter of what the registry and the state's list say they are."""
    return max(tree.environment, str(source.listing["environment"]), key=ENVIRONMENTS.index)


def require_not_back_dated(tree: Tree, source: State, begins: datetime, now: datetime) -> None:
    """Return if a grant from `begins` may be recorded now. Raises `ChangeRefused` for a past one in pilot and live."""
    environment = environment_of(tree, source)
    if begins < now and environment not in _TRIAL:
        raise ChangeRefused(f"in {environment} nothing is granted back into the past", hint="Begin now or later.")


def begins_at(tree: Tree, source: State, begins: datetime | None, now: datetime) -> datetime:
    """From when a grant holds: as asked, or now. Raises `ChangeRefused` as `require_not_back_dated`."""
    if begins is None:
        return now
    require_not_back_dated(tree, source, begins, now)
    return begins


def _window(begins: datetime, ends: datetime | None, admitted: Admitted | None) -> datetime | None:
    if ends is not None and ends <= begins:
        raise ChangeRefused("it would end before it begins", hint="Give an --until after --from.")
    last = admitted.not_after if admitted else None
    if last is not None and last <= begins:
        raise ChangeRefused(f"the certificate expired at {times.show(last)}", hint="Ask the issuer for a current one.")
    return ends


def _one_of(value: str, known: tuple[str, ...], what: str) -> None:
    if value not in known:
        raise ChangeRefused(f"unknown {what} {printable(value)!r}", hint=f"Use one of {', '.join(known)}.")


def _visible(text: str, what: str) -> str:
    try:
        require_visible(text, what)
    except Fault as fault:
        raise ChangeRefused(fault.why, hint="Type it anew instead of pasting it.") from None
    if not text.strip():
        raise ChangeRefused(f"{what} is empty", hint="Say it in words people know.")
    return text


def _require_no_overlap(asked: Application, entity: Object | None, begins: datetime, ends: datetime | None) -> None:
    for service in entity["services"] if entity else ():
        types = {entry["type"] for entry in service["credentials"]}
        values = {identifier.get("value") for identifier in service["identifiers"]}
        if asked.type not in types or asked.format not in service["formats"] or asked.id not in values:
            continue
        events = timeline.in_order(service["status_events"])
        if not events:
            continue
        first, last = times.parse(events[0]["effective"]), events[-1]
        over = times.parse(last["effective"]) if last["status"] in timeline.ENDED else None
        if (over is None or begins < over) and (ends is None or first < ends):
            raise ChangeRefused(
                f"{service['service_id']} grants {asked.type} as {asked.format} to this issuer already",
                hint="End that grant first, or let this one begin when it has ended.",
            )


def require_possession(
    tree: Tree, source: State, id: str, proof: bytes | None, admitted: Admitted, now: datetime, warnings: list[str]
) -> None:
    """Return if it was shown that the issuer `id` holds the key; in demo and sandbox a warning suffices.
    Raises `ChangeRefused`."""
    if proof is not None:
        admission.require_possession(proof, admitted.public, id, tree.name, now)
    elif environment_of(tree, source) in _TRIAL:
        warnings.append("nobody has shown that they hold this key; in pilot and live --proof is required")
    else:
        raise ChangeRefused(
            "the proof that the issuer holds the key is missing",
            hint=f"Give --proof FILE: a JWS of iss={printable(id)}, aud={tree.name}, iat=now.",
        )


def _schema(tree: Tree, asked: Application, warnings: list[str]) -> tuple[Object | None, dict[str, bytes]]:
    """The schema an entry names: the one given, else the vocabulary's for that type, else none."""
    schemas = dict(tree.states[asked.state].schemas)
    known = tree.known_type(asked.type)
    if known is None:
        warnings.append(f"type {asked.type} is not in the vocabulary")
    fitting = known is not None and format_fits(known, [asked.format])
    if known is not None and not fitting:
        warnings.append(f"the vocabulary knows {asked.type} as {known['format']}, so its schema is not taken")
    if asked.schema is None:
        return (schema_reference(tree, asked.type) if fitting else None), schemas
    _require_schema(asked.schema)
    data = schema_as_published(asked.schema, "given")
    digest = sha256(data)
    name = f"{digest[:16]}.schema.json"
    schemas[name] = data
    uri = strict_json.load_object(data).get("$id")
    named = uri if isinstance(uri, str) and uri else f"urn:sha256:{digest}"
    return {"uri": named, "sha256": digest, "target": f"{asked.state}/schemas/{name}"}, schemas


def _require_schema(data: bytes) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        document = strict_json.load_object(data)
        if document.get("$schema", _DIALECT) != _DIALECT:
            raise ChangeRefused("the schema is of another dialect", hint=f"Use {_DIALECT}.")
        Draft202012Validator.check_schema(document)
    except Fault as fault:
        raise ChangeRefused(f"the schema cannot be read: {fault.why or fault.code}") from None
    except SchemaError as error:
        raise ChangeRefused(f"this is no JSON Schema: {printable(error.message, 160)}") from None


_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def _service(
    tree: Tree,
    asked: Application,
    number: str,
    kind: str,
    admitted: Admitted,
    reference: Object | None,
    begins: datetime,
    ends: datetime | None,
    now: datetime,
) -> Object:
    recorded, start = times.show(now), times.show(begins)
    last = min((moment for moment in (ends, admitted.not_after) if moment), default=None)
    window = {"valid_from": start, **({"valid_until": times.show(last)} if last else {}), "recorded": recorded}
    possession = {"possession": asked.proof.decode("ascii").strip()} if asked.proof is not None else {}
    events: list[Object] = [{"status": timeline.GRANTED, "effective": start, "recorded": recorded}]
    if ends is not None:
        events.append({"status": "ceased", "effective": times.show(ends), "recorded": recorded, "reason": "ceased"})
    return {
        "service_id": number,
        "type": "issuance",
        "interface": "offline",
        "recorded": recorded,
        "identifiers": [
            {"kind": kind, "value": asked.id, "valid_from": start, "recorded": recorded},
            {**admitted.identifier, **possession, **window},
        ],
        "formats": [asked.format],
        "credentials": [{"type": asked.type, **({"schema": reference} if reference else {})}],
        "algorithms": algorithms_of(admitted.public, times.show(now + RSA_LIFE), admitted.identifier.get("use")),
        "status_lists": [],
        "status_required": False,
        "assurance": [
            {
                "framework": "defa-id-reference",
                "framework_version": "1",
                "level": asked.level,
                "basis": "self-declared",
                "status": "proposed" if environment_of(tree, tree.states[asked.state]) in _TRIAL else "declared",
                "effective": start,
                "recorded": recorded,
            }
        ],
        "scope": {"subjects": subjects_of(tree, [asked.type]), "purposes": [], "sectors": []},
        "status_events": events,
    }


def subjects_of(tree: Tree, types: Iterable[str]) -> list[str]:
    """Whom credentials of these types are about, as the vocabulary knows them; anybody, where it does not."""
    kinds = {(tree.known_type(type) or {}).get("subject") for type in types}
    return [kind for kind in ("natural", "legal") if kind in kinds or not kinds or None in kinds]


def format_fits(known: Object, formats: Collection[str]) -> bool:
    """Whether the vocabulary's schema of a type is for one of these formats."""
    return bool(set(formats) & set(_FORMATS_OF.get(known["format"], admission.FORMATS)))


def _next_service(source: State) -> str:
    services = [service for entity in source.listing["entities"] for service in entity["services"]]
    return next_number(services, "service_id", str(source.listing["territory"]), 1)


def next_number(records: list[Object], member: str, state: str, first: int) -> str:
    """The number after the highest one used; no number is ever used twice."""
    tails = [str(record[member]).removeprefix(f"{state}-") for record in records]
    return f"{state}-{max([first - 1, *(int(tail) for tail in tails if tail.isdecimal())]) + 1:04}"
