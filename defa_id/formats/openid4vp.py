"""OpenID for Verifiable Presentations 1.0: the answer to a request, as a wallet sends it.

As JSON with a `vp_token` (§8.1), as the body of a form (§8.2, `direct_post`), or as the object of the
Digital Credentials API (Appendix A). Each presentation in it is judged by its own format's rules.
"""

from __future__ import annotations

import re
from typing import Any, Final

from defa_id.codec import limits, strict_json
from defa_id.codec.text import printable
from defa_id.credential import Reading, Response
from defa_id.errors import Fault

NAME: Final = "openid4vp"
_QUERY: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")  # §6.1: the id of a Credential Query
_PROTOCOL: Final = "openid4vp-v1-"  # Appendix A.1: unsigned, signed, multisigned
_ANSWERING: Final = frozenset({b"vp_token", b"response"})
_ENCRYPTED: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){4}")  # RFC 7516 §7.1
_FIELDS: Final = 16  # of a form
_ESCAPE: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_BROKEN: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
Object = dict[str, Any]


def recognises(data: bytes) -> bool:
    """Whether this is an answer: a JSON object with a vp_token or of the Digital Credentials API, or a form."""
    if data[:1] != b"{":
        if b"=" not in data:
            return False
        fields = data.split(b"&", _FIELDS)
        return (
            data[:1] < b"\x80"
            and all(b"=" in field for field in fields)
            and len(fields) <= _FIELDS
            and not _ANSWERING.isdisjoint(field.partition(b"=")[0] for field in fields)
        )
    if b'"vp_token"' not in data and b'"response"' not in data:
        return False
    try:
        members = strict_json.load_object(data)
    except Fault:
        return b'"@context"' not in data  # of no other format either; what is wrong with it is for `read` to say
    return "@context" not in members and ("vp_token" in members or _of_api(members) or _is_encrypted(members))


def read(data: bytes, _: Reading) -> Response:
    """Every presentation of the answer, in the order of its queries.

    Raises `Fault`: OID4VP_SHAPE, OID4VP_ENCRYPTED, OID4VP_NO_PRESENTATION, LIMIT_CREDENTIALS, and what
    `strict_json` raises.
    """
    members = strict_json.load_object(data) if data[:1] == b"{" else _form(data)
    if _of_api(members):
        members = members["data"]
    if "response" in members:
        if "vp_token" in members:
            raise Fault("OID4VP_SHAPE", "both a vp_token and an encrypted response")
        raise Fault("OID4VP_ENCRYPTED")
    if "error" in members:
        raise Fault("OID4VP_SHAPE", "it reports an error beside its presentations")
    token = members.get("vp_token")
    if not isinstance(token, dict):
        raise Fault("OID4VP_SHAPE", "vp_token is not an object of queries")
    held: list[tuple[None, bytes]] = []
    for query, presentations in token.items():
        if not _QUERY.fullmatch(query):
            raise Fault("OID4VP_SHAPE", f"{printable(query)} is not the id of a query")
        if not isinstance(presentations, list) or not presentations:
            raise Fault("OID4VP_SHAPE", "a query is not answered with a list of presentations", query=query)
        held += [(None, _bytes(one)) for one in presentations]
        if len(held) > limits.PRESENTED_CREDENTIALS:
            raise Fault("LIMIT_CREDENTIALS", f"more than {limits.PRESENTED_CREDENTIALS}")
    if not held:
        raise Fault("OID4VP_NO_PRESENTATION")
    return Response(NAME, tuple(held))


def _of_api(members: Object) -> bool:
    """Whether this is a DigitalCredential: its protocol and its data."""
    protocol = members.get("protocol")
    return isinstance(protocol, str) and protocol.startswith(_PROTOCOL) and isinstance(members.get("data"), dict)


def _is_encrypted(members: Object) -> bool:
    response = members.get("response")
    return isinstance(response, str) and _ENCRYPTED.fullmatch(response) is not None


def _bytes(presentation: Any) -> bytes:
    """A presentation as its format reads it: text as it is, an object as some JSON of it."""
    if isinstance(presentation, str) and presentation:
        return presentation.encode()
    if isinstance(presentation, dict) and presentation:
        import json

        return json.dumps(presentation).encode()
    raise Fault("OID4VP_SHAPE", "a presentation is neither a text nor an object")


def _form(data: bytes) -> Object:
    """The body of a form (`application/x-www-form-urlencoded`) with its vp_token read."""
    members: Object = {}
    for field in data.split(b"&"):
        name, _, value = (_plain(part) for part in field.partition(b"="))
        if name in members:
            raise Fault("OID4VP_SHAPE", "a field of the form stands twice")
        members[name] = value
    if "vp_token" in members:
        members["vp_token"] = strict_json.load_object(members["vp_token"].encode())
    return members


def _plain(part: bytes) -> str:
    """A name or value of a form, with its escapes undone (WHATWG URL §5.1)."""
    if _BROKEN.search(part):
        raise Fault("OID4VP_SHAPE", "an escape in the form is cut off")
    plain = _ESCAPE.sub(lambda escape: bytes((int(escape[1], 16),)), part.replace(b"+", b" "))
    try:
        return plain.decode()
    except UnicodeDecodeError:
        raise Fault("OID4VP_SHAPE", "the form is not UTF-8") from None
