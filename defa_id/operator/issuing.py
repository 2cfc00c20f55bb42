"""Issuing from a registry's sources: which service issues a type, with which key, as what."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from defa_id import issue
from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.errors import Fault, WrongUse
from defa_id.issue import certificates, data_integrity, selective, signing, vc_jwt
from defa_id.issue.signing import SigningKey
from defa_id.operator import admission, timeline
from defa_id.operator.tree import Object, Tree
from defa_id.resolvers import x5c
from defa_id.types import cwt, json_ld, mdoc, shipped
from defa_id.types.definition import Definition
from defa_id.values import NamedTuple

_W3C: Final = frozenset({"vc-jwt", "vc-sd-jwt", "data-integrity", "vc-cose"})

Keys = Mapping[str, SigningKey]  # private keys by their RFC 7638 thumbprint


class Issuer(NamedTuple):
    """Who issues: a listed service with a private key at hand. `notes` say what a verifier will object to.

    `authority`: the key is a listed authority's, whose certificate this is (DER); it certifies a signer
    for what is issued and does not sign that itself.
    """

    state: str
    service: Object
    identifier: str
    key: SigningKey
    alg: str
    x5c: tuple[str, ...]
    notes: tuple[str, ...]
    authority: bytes | None = None


def services_for(tree: Tree, state: str, type: str, format: str, issuer_id: str | None = None) -> list[Object]:
    """The services of a state that are listed for a type and format, and for one issuer if it is named.

    Raises `ChangeRefused` for an unknown state, `WrongUse` saying what is listed instead.
    """
    tree.state(state)
    own = [(entity, service) for territory, entity, service in tree.services() if territory == state]
    typed = [(e, s) for e, s in own if any(entry["type"] == type for entry in s["credentials"])]
    if not typed:
        known = sorted({entry["type"] for _, service in own for entry in service["credentials"]})
        raise WrongUse(
            f"no issuer of {state} is listed for {printable(type)}",
            hint=f"Types listed there: {', '.join(known) or 'none'}.",
        )
    formatted = [(e, s) for e, s in typed if format in s["formats"]]
    if not formatted:
        known = sorted({name for _, service in typed for name in service["formats"]})
        raise WrongUse(f"{state} does not issue {type} as {printable(format)}", hint=f"Formats: {', '.join(known)}.")
    found = [s for e, s in formatted if issuer_id is None or issuer_id in (e["entity_id"], identifier_of(s))]
    if not found:
        known = [identifier_of(service) for _, service in formatted]
        raise WrongUse(
            f"{printable(issuer_id)} is not listed for {type} as {format}", hint=f"Use {' or '.join(known)}."
        )
    return found


def choose(
    state: str,
    services: Iterable[Object],
    keys: Keys,
    issued: datetime,
    *,
    format: str = "",
    chain: tuple[bytes, ...] = (),
    cryptosuite: str | None = None,
) -> list[Issuer]:
    """The services that can issue with these keys, those without objections first.

    `chain`: certificates of the key at hand (DER, its own first), below an authority that is listed.
    `cryptosuite`: the one a Data Integrity proof is to be of. Raises `WrongUse` if no key belongs to any of the
    services, or goes with the suite.
    """
    listed = list(services)
    found = [issuer for service in listed for issuer in _able(state, service, keys, issued, format, chain)]
    if cryptosuite is not None:
        if format != "data-integrity":
            raise WrongUse("only Data Integrity has cryptosuites", hint="Leave it out, or take data-integrity.")
        fitting = [issuer for issuer in found if data_integrity.goes_with(cryptosuite, issuer.key)]
        if found and not fitting:
            kinds = ", ".join(sorted({issuer.key.public.crv or issuer.key.public.kty for issuer in found}))
            raise WrongUse(
                f"{cryptosuite} does not go with the listed key ({kinds})",
                hint="An Ed25519 key makes the eddsa suites, P-256 and P-384 the ecdsa ones.",
            )
        found = fitting
    if not found:
        ids = ", ".join(service["service_id"] for service in listed)
        raise WrongUse(
            f"the private key of {ids} is not here", hint="Give it with --key FILE; it must be one that is listed."
        )
    return sorted(found, key=lambda issuer: len(issuer.notes))


def mint(
    tree: Tree,
    issuer: Issuer,
    *,
    type: str,
    format: str,
    claims: Mapping[str, Any],
    issued: datetime,
    expires: datetime,
    holder: Mapping[str, Any] | None = None,
    salts: selective.Salts = selective.random_salt,
    cryptosuite: str | None = None,
    signer_key: Callable[[str], SigningKey] = signing.generate,
) -> str:
    """A credential as `issue.issue` mints it, its claims held against the schema the service names.

    A W3C document of a type that travels with this library says what its words mean, by that type's
    context. `signer_key` makes the key, of a kind, of a signer that an authority certifies for this. Raises
    `WrongUse` for claims that do not fit, naming the place and never the value.
    """
    claims = _with_context(type, format, claims)
    require_fitting(tree, issuer, type, format, claims, issued, expires)
    if issuer.authority is not None:
        issuer = _with_signer(issuer, issuer.authority, issued, signer_key(issuer.key.public.crv or "P-256"))
    return issue.issue(
        format,
        issuer.key,
        issuer=issuer.identifier,
        type=type,
        claims=_wire(type, format, claims),
        issued=issued,
        expires=expires,
        holder=holder,
        alg=issuer.alg,
        x5c=issuer.x5c,
        salts=salts,
        cryptosuite=cryptosuite,
        state=issuer.state,
    )


def require_fitting(
    tree: Tree,
    issuer: Issuer,
    type: str,
    format: str,
    claims: Mapping[str, Any],
    issued: datetime,
    expires: datetime,
) -> None:
    """Return if the credential would fit its schema, or none is named. Raises `WrongUse`."""
    from defa_id import schema

    entry = next(entry for entry in issuer.service["credentials"] if entry["type"] == type)
    reference = entry.get("schema")
    data = tree.schema_bytes(reference["target"]) if reference and "target" in reference else None
    if reference is None or data is None:
        return
    document: Object
    if format == "cwt":
        document = _named(type, claims)
    elif format == "philsys":
        document = dict(claims)
    elif format == "mdoc":
        document = _shown(type, claims)
    elif format == "sd-jwt-vc":
        seconds = {"iat": int(issued.timestamp()), "exp": int(expires.timestamp())}
        document = {"vct": type, "iss": issuer.identifier, **seconds, **claims}
    else:
        document = vc_jwt.document(issuer.identifier, type, claims, issued, expires)
    try:
        schema.validate(document, data, reference["sha256"])
    except Fault as fault:
        raise WrongUse(
            f"the claims do not fit the schema of {type}: {fault.why or fault.code}",
            hint=f"The schema is {reference['target']}.",
        ) from None


def another_state(issuer: Issuer, claims: Mapping[str, Any]) -> str | None:
    """The state these claims name as the one that issues, if it is not the issuer's own: a verifier refuses them."""
    subject = claims.get("credentialSubject", claims)
    stated = subject.get("issuing_country", issuer.state) if isinstance(subject, Mapping) else issuer.state
    return None if stated == issuer.state else printable(stated)


def identifier_of(service: Object) -> str:
    """What a service calls itself in its credentials."""
    return next(
        str(identifier["value"]) for identifier in service["identifiers"] if identifier["kind"] in ("did", "issuer_url")
    )


def _able(
    state: str, service: Object, keys: Keys, issued: datetime, format: str, chain: tuple[bytes, ...]
) -> Iterator[Issuer]:
    for identifier in service["identifiers"]:
        try:
            admitted = admission.listed_key(identifier)
        except Fault:
            continue
        if admitted is None or (format == "mdoc" and identifier["kind"] != "x509"):
            continue
        held = _held(identifier, admitted, keys, chain)
        if held is None:
            continue
        key, chained = held
        allowed = [entry for entry in service["algorithms"] if key.public.fits(entry["alg"])]
        notes = [] if timeline.holds(identifier, issued) else [f"its key is not listed for {times.show(issued)}"]
        status = timeline.status_at(service["status_events"], issued)
        if status != timeline.GRANTED:
            notes.append(f"{service['service_id']} is {status or 'not yet granted'} at {times.show(issued)}")
        current = [e for e in allowed if "not_after" not in e or issued < times.parse(e["not_after"])]
        if not current:
            notes.append("none of the algorithms allowed goes with its key")
        alg = (current or allowed or [{"alg": key.algorithm}])[0]["alg"]
        own = identifier.get("use") == "ca" and not chain and format in ("mdoc", "cwt")
        authority = chained[0] if own else None
        texts = tuple(base64.b64encode(one).decode("ascii") for one in chained)
        yield Issuer(state, service, identifier_of(service), key, alg, texts, tuple(notes), authority)


def _held(
    identifier: Object, admitted: admission.Admitted, keys: Keys, chain: tuple[bytes, ...]
) -> tuple[SigningKey, tuple[bytes, ...]] | None:
    """The private key that can sign under this listing, and its certificates."""
    if chain and identifier.get("use") == "ca":
        key = keys.get(x5c.signer(chain).thumbprint)
        return (key, chain) if key and x5c.leads_to(chain, x5c.from_pem(identifier["pem"])) else None
    key = keys.get(admitted.public.thumbprint)
    if key is None:
        return None
    listed = (x5c.from_pem(identifier["pem"]),) if identifier["kind"] == "x509" else ()
    return SigningKey(key.native, admitted.public), listed


def _with_signer(issuer: Issuer, authority: bytes, issued: datetime, key: SigningKey) -> Issuer:
    """The same with a document signer of this key, certified for this by the authority."""
    below = certificates.signer(key, authority, issuer.key, f"Document signer of {issuer.identifier}", issued)
    return issuer._replace(key=key, x5c=(base64.b64encode(below).decode("ascii"),), authority=None)


def _with_context(type: str, format: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """The claims as a document whose contexts define its terms (VCDM 2.0 §4.3), unless it names its own."""
    family = next((one for one in shipped.families().values() if one.vc == type), None)
    if family is None or format not in _W3C or "@context" in claims:
        return claims
    given = claims if "credentialSubject" in claims else {"credentialSubject": dict(claims)}
    return {"@context": [vc_jwt.CONTEXT, json_ld.url(family)], **given}


def _shown(type: str, claims: Mapping[str, Any]) -> Object:
    """The claims as those of an mdoc: of a type that travels with this library, in its namespaces."""
    family = _family(type)
    if set(claims) == {"namespaces"}:
        return {"docType": type, **claims}
    return {"docType": type, "namespaces": {type: claims}} if family is None else mdoc.to_namespaces(family, claims)


def _wire(type: str, format: str, claims: Mapping[str, Any]) -> Mapping[Any, Any]:
    """The claims as their format writes them: elements of an mdoc, numbers of a CWT."""
    if format == "mdoc":
        return _elements(type, claims)
    family = _in_a_token(type)
    return cwt.to_map(family.shape, claims) if family is not None and format == "cwt" else claims


def _elements(type: str, claims: Mapping[str, Any]) -> Object:
    """The same as CBOR holds them."""
    family, document = _family(type), _shown(type, claims)
    return {"namespaces": document["namespaces"] if family is None else mdoc.to_cbor(family, document)}


def _named(type: str, claims: Mapping[str, Any]) -> Object:
    """The claims as a verifier of the token names them."""
    family = _in_a_token(type)
    return dict(claims) if family is None else cwt.to_shown(family.shape, claims)


def _in_a_token(type: str) -> Definition | None:
    return next((one for one in shipped.families().values() if one.cwt.kind == type), None)


def _family(type: str) -> Definition | None:
    return next((one for one in shipped.families().values() if one.doctype == type), None)
