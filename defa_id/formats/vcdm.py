"""The W3C Verifiable Credentials Data Model, 2.0 and 1.1, as far as JSON alone can tell.

Shared by every format that carries it. A signature-only verifier passes fewer than half of the
W3C suite; the rest is what stands here. Linked-data processing belongs to Data Integrity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from defa_id.codec import times
from defa_id.codec.text import printable, require_visible
from defa_id.credential import StatusEntry
from defa_id.errors import Fault
from defa_id.values import NamedTuple

V2: Final = "https://www.w3.org/ns/credentials/v2"
V1: Final = "https://www.w3.org/2018/credentials/v1"
Object = Mapping[str, Any]

# VCDM 2.0 §4.4 and §5: members whose objects say what they are.
_TYPED: Final = (
    *("credentialStatus", "termsOfUse", "evidence", "refreshService", "credentialSchema", "renderMethod"),
    "proof",
)
# RFC 3986 §3.1 and §2: a scheme, then only characters a URL may hold.
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_NOT_ABOUT_A_SUBJECT: Final = frozenset({"issuer", "@context"})  # whose texts evidence may hold
# JSON-LD 1.1 §4.5 to §4.9: keywords that say something of other things than the object they stand in.
_SMUGGLING: Final = frozenset({"@graph", "@included", "@nest", "@reverse"})
_CONTEXT_KEYWORDS: Final = frozenset({"@vocab", "@base", "@language", "@version", "@protected", "@direction"})
# VCDM 2.0 Appendix B.1: terms of the base context are protected; redefining one changes its meaning.
_PROTECTED: Final = frozenset(
    {
        "id",
        "type",
        "VerifiableCredential",
        "VerifiablePresentation",
        "EnvelopedVerifiableCredential",
        "EnvelopedVerifiablePresentation",
        "credentialSchema",
        "credentialStatus",
        "credentialSubject",
        "evidence",
        "holder",
        "issuer",
        "proof",
        "refreshService",
        "relatedResource",
        "renderMethod",
        "termsOfUse",
        "validFrom",
        "validUntil",
        "verifiableCredential",
    }
)


def version(document: Object) -> str:
    """`vcdm-2.0` or `vcdm-1.1`, by the first context. Raises `Fault` MODEL_CONTEXT, JWT_AMBIGUOUS_MODEL."""
    context = document.get("@context")
    first = context[0] if isinstance(context, list) and context else context
    rest = context[1:] if isinstance(context, list) else []
    if first == V2 and V1 not in rest:
        return "vcdm-2.0"
    if first == V1 and V2 not in rest:
        return "vcdm-1.1"
    if first in (V1, V2):
        raise Fault("JWT_AMBIGUOUS_MODEL", "@context names both versions of the data model")
    raise Fault("MODEL_CONTEXT", "@context does not begin with the data model's own")


class Facts(NamedTuple):
    """What a credential says in either version: its types besides VerifiableCredential, each of which the issuer's
    scope must hold; its issuer; its subjects, at least one, none of them empty; its status entries, in their order."""

    types: tuple[str, ...]
    issuer: str
    subjects: tuple[Object, ...]
    status: tuple[StatusEntry, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The subjects' identifiers."""
        return tuple([subject["id"] for subject in self.subjects if "id" in subject])


def read_credential(document: Object, model: str) -> Facts:
    """What the document says if it is a credential of `model` (VCDM 2.0 §4, VCDM 1.1 §4); its times are for
    `window_of`.

    Raises `Fault` MODEL_SHAPE, MODEL_CONTEXT, MODEL_DIGEST, LD_UNSAFE.
    """
    _nothing_smuggled(document)
    types = _types(document, "VerifiableCredential")
    _contexts(document, types)
    _optional_url(document, "id")
    if "issuer" not in document:
        raise Fault("MODEL_SHAPE", "issuer is missing")
    issuer = identifier(document["issuer"], "issuer")
    subjects = _subjects(document)
    for name in _TYPED:
        if name in document:
            _typed(document, name, id_required=name == "credentialSchema")
    if "relatedResource" in document:
        _related_resources(document)
    if model == "vcdm-2.0":
        _described(document)
        if isinstance(document["issuer"], dict):
            _described(document["issuer"])
    status = as_list(document.get("credentialStatus"))
    return Facts(
        tuple([name for name in types if name != "VerifiableCredential"]),
        issuer,
        subjects,
        tuple([StatusEntry(as_list(entry["type"])[0], entry) for entry in status]),
    )


def _nothing_smuggled(value: Any) -> None:
    """Whoever reads the credential as linked data must find no subject in it that others do not see. Raises
    `Fault` LD_UNSAFE."""
    if type(value) is dict:
        if found := _SMUGGLING.intersection(value):
            raise Fault("LD_UNSAFE", f"{min(found)} in the document")
        value = [member for name, member in value.items() if name != "@context"]
    for member in value:
        if type(member) in (dict, list):
            _nothing_smuggled(member)


def check_presentation(document: Object) -> None:
    """Return if the document is a presentation (VCDM 2.0 §4.13). Raises as `read_credential`, and TIME_*."""
    types = _types(document, "VerifiablePresentation")
    version(document)
    _contexts(document, types)
    _optional_url(document, "id")
    if "holder" in document:
        identifier(document["holder"], "holder")
    for credential in as_list(document.get("verifiableCredential", [])):
        if isinstance(credential, dict):
            _presented(credential)
        elif version(document) == "vcdm-2.0" or not isinstance(credential, str):
            raise Fault("MODEL_SHAPE", "verifiableCredential holds something other than an object")


def window_of(document: Object, model: str) -> tuple[datetime | None, datetime | None]:
    """From when until when, as the document itself says. Raises `Fault` TIME_FORMAT, TIME_WINDOW_INVERTED."""
    names = ("validFrom", "validUntil") if model == "vcdm-2.0" else ("issuanceDate", "expirationDate")
    begins, ends = [times.parse(document[name], name) if name in document else None for name in names]
    if begins and ends and ends < begins:
        raise Fault("TIME_WINDOW_INVERTED")
    return begins, ends


def identifier(value: Any, what: str) -> str:
    """One URL, alone or as the id of an object. Raises `Fault` MODEL_SHAPE, SHAPE_CONTROL_CHAR."""
    text = value.get("id") if isinstance(value, dict) else value
    if not isinstance(text, str):
        raise Fault("MODEL_SHAPE", f"{what} is not one URL")
    return _url(text, what)


def as_list(value: Any) -> list[Any]:
    """JSON-LD's rule that one value and a list of one are the same."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _subjects(document: Object) -> tuple[Object, ...]:
    subjects = as_list(document.get("credentialSubject"))
    if not subjects:
        raise Fault("MODEL_SHAPE", "credentialSubject is missing or empty")
    for subject in subjects:
        if not isinstance(subject, dict) or not subject:
            raise Fault("MODEL_SHAPE", "credentialSubject is missing or empty")
    for subject in subjects:
        _optional_url(subject, "id", "credentialSubject.id")
    return tuple(subjects)


def _url(text: str, what: str) -> str:
    if _URL.fullmatch(text):
        return text
    shown = what in _NOT_ABOUT_A_SUBJECT
    require_visible(text, what, shown=shown)
    raise Fault("MODEL_SHAPE", f"{what} is not a URL", **({"value": printable(text)} if shown else {}))


def _optional_url(document: Object, name: str, what: str | None = None) -> None:
    if name in document:
        if not isinstance(document[name], str):
            raise Fault("MODEL_SHAPE", f"{what or name} is not one URL")
        _url(document[name], what or name)


def _types(document: Object, required: str) -> list[str]:
    names = as_list(document.get("type"))
    if not names:
        raise Fault("MODEL_SHAPE", "type is missing or not a text")
    for name in names:
        if not isinstance(name, str) or not name:
            raise Fault("MODEL_SHAPE", "type is missing or not a text")
    for name in names:
        require_visible(name, "type")
    if required not in names:
        raise Fault("MODEL_SHAPE", f"type does not hold {required}")
    if len(set(names)) != len(names):
        raise Fault("MODEL_SHAPE", "a type stands twice")
    return names


def _contexts(document: Object, types: Iterable[str]) -> None:
    """VCDM 2.0 §4.3: URLs or objects; an object may neither touch the model's own terms, nor give a
    protected term another meaning (JSON-LD 1.1 §4.1.11), nor leave a type without one."""
    vocabulary = True
    defined: dict[str, Any] = {}
    protected: set[str] = set()
    for context in as_list(document["@context"]):
        if isinstance(context, str):
            _url(context, "@context")
            continue
        if not isinstance(context, dict):
            raise Fault("MODEL_CONTEXT", "@context holds something other than URLs and objects")
        for term, meaning in context.items():
            if term == "@vocab":
                vocabulary = meaning is not None
            elif term.startswith("@"):
                if term not in _CONTEXT_KEYWORDS:
                    raise Fault("MODEL_CONTEXT", f"{printable(term)} is not taken in an inline @context")
            else:
                if (term in protected or term in _PROTECTED) and (term not in defined or defined[term] != meaning):
                    raise Fault("MODEL_CONTEXT", f"an inline @context redefines {printable(term)}")
                _term(term, meaning)
                defined[term] = meaning
                own = meaning.get("@protected") if isinstance(meaning, dict) else None
                if own or (own is None and context.get("@protected")):
                    protected.add(term)
    if not vocabulary:
        for name in types:
            if name not in _PROTECTED and name not in defined and not _URL.fullmatch(name):
                raise Fault("MODEL_CONTEXT", f"type {printable(name)} has no meaning in @context")


def _term(term: str, meaning: Any) -> None:
    iri = meaning.get("@id") if isinstance(meaning, dict) else meaning
    if isinstance(iri, str) and not iri.startswith("@") and not _URL.fullmatch(iri):
        raise Fault("MODEL_CONTEXT", f"term {printable(term)} does not map to a URL")


def _typed(document: Object, name: str, *, id_required: bool) -> None:
    """VCDM 2.0 §4.4 and §5: these objects say what they are."""
    for entry in as_list(document.get(name, [])):
        if not isinstance(entry, dict):
            raise Fault("MODEL_SHAPE", f"{name} holds something other than an object")
        kinds = as_list(entry.get("type"))
        if not kinds or not all(isinstance(kind, str) and kind for kind in kinds):
            raise Fault("MODEL_SHAPE", f"{name} has no type")
        if name == "credentialStatus" and len(kinds) != 1:
            raise Fault("MODEL_SHAPE", "credentialStatus has several types")
        if id_required and "id" not in entry:
            raise Fault("MODEL_SHAPE", f"{name} has no id")
        _optional_url(entry, "id", f"{name}.id")


def _described(thing: Object) -> None:
    """VCDM 2.0 §11.1: name and description are texts or language value objects."""
    for name in ("name", "description"):
        for value in as_list(thing.get(name)) if name in thing else ():
            if isinstance(value, str):
                continue
            if (
                not isinstance(value, dict)
                or not isinstance(value.get("@value"), str)
                or set(value) - {"@value", "@language", "@direction"}
                or not all(isinstance(part, str) for part in value.values())
            ):
                raise Fault("MODEL_SHAPE", f"{name} is neither a text nor a language value")


def _related_resources(document: Object) -> None:
    """VCDM 2.0 §5.3: each related resource once, with a digest."""
    seen: set[str] = set()
    for resource in as_list(document.get("relatedResource", [])):
        if not isinstance(resource, dict) or not isinstance(resource.get("id"), str):
            raise Fault("MODEL_SHAPE", "relatedResource has no id")
        if resource["id"] in seen:
            raise Fault("MODEL_SHAPE", "a relatedResource stands twice")
        seen.add(resource["id"])
        if not any(isinstance(resource.get(name), str) for name in ("digestSRI", "digestMultibase")):
            raise Fault("MODEL_DIGEST", "relatedResource has no digest")


def _presented(credential: Object) -> None:
    """VCDM 2.0 §4.13 and §4.13.1: a credential itself, or one in an envelope: the base context and a
    `data:` URL (RFC 2397)."""
    kinds = as_list(credential.get("type"))
    if "EnvelopedVerifiableCredential" not in kinds:
        model = version(credential)
        read_credential(credential, model)
        if model == "vcdm-2.0":
            window_of(credential, model)
        return
    if V2 not in as_list(credential.get("@context")):
        raise Fault("MODEL_CONTEXT", "an enveloped credential lacks the data model's own @context")
    address = credential.get("id")
    if not isinstance(address, str) or not address.startswith("data:") or "," not in address:
        raise Fault("MODEL_SHAPE", "an enveloped credential is not a data: URL")
