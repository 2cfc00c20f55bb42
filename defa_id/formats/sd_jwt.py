"""Selective disclosure, RFC 9901: disclosures put back where the issuer signed their digests.

Shared by SD-JWT VC and by the SD-JWT envelope of VC-JOSE-COSE. Every disclosure must belong to
exactly one signed digest; whatever else came along makes the whole presentation fail (§7.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from defa_id.codec import base64url, digests, limits, strict_json, times
from defa_id.codec.text import printable
from defa_id.credential import Credential, KeyBinding, Shown
from defa_id.errors import Fault
from defa_id.policy import Expected
from defa_id.suites import jws
from defa_id.values import NamedTuple

HASHES: Final = {"sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}
_SEGMENT: Final = re.compile(r"[A-Za-z0-9_-]+")
_RESERVED: Final = ("_sd", "...")
Claims = dict[str, Any]


class Read(NamedTuple):
    """An SD-JWT taken apart: the issuer's token and its claims as signed, the disclosures as sent,
    and the key binding if one came with it."""

    token: jws.Token
    claims: Claims
    disclosures: tuple[bytes, ...]
    shown: Shown | None


class Disclosed(NamedTuple):
    """The claims with every disclosure in its place and no digest left; `sent` counts them."""

    token: jws.Token
    claims: Claims
    shown: Shown | None
    sent: int


def looks_disclosable(data: bytes) -> bool:
    """Whether this is an SD-JWT of any kind, compact or in JSON."""
    return _in_json(data) is not None or (b"~" in data and jws.looks_compact(data))


def compact(data: bytes) -> bytes:
    """The compact form, also of one that comes in JSON with one signature (RFC 9901 §8). That form is what
    the holder's `sd_hash` covers either way (§8.1). Raises `Fault` SDJWT_SYNTAX, JOSE_HEADER_FORBIDDEN."""
    members = _in_json(data)
    if members is None:
        return data
    if "signatures" in members:
        signatures = members["signatures"]
        if len(signatures) != 1 or set(members) != {"payload", "signatures"}:
            raise Fault("SDJWT_SYNTAX", "it is not one signature over one payload")
        members = {"payload": members["payload"], **signatures[0]}
    if set(members) != {"payload", "protected", "signature", "header"}:
        raise Fault("SDJWT_SYNTAX", "its members are not those of one signature")
    header = members["header"]
    if unsigned := sorted(header.keys() - {"disclosures", "kb_jwt"}):
        raise Fault("JOSE_HEADER_FORBIDDEN", "it stands where nobody signed it", parameter=printable(unsigned[0]))
    token = [_segment(members[name]) for name in ("protected", "payload", "signature")]
    if type(header["disclosures"]) is not list:
        raise Fault("SDJWT_SYNTAX", "disclosures are not a list")
    disclosures = [_segment(disclosure) for disclosure in header["disclosures"]]
    binding = b""
    if "kb_jwt" in header:
        parts = header["kb_jwt"].split(".") if type(header["kb_jwt"]) is str else []
        binding = b".".join(_segment(part) for part in parts)
        if len(parts) != 3:
            raise Fault("SDJWT_SYNTAX", "kb_jwt is not a compact token")
    return b"~".join([b".".join(token), *disclosures, binding])


def _in_json(data: bytes) -> dict[str, Any] | None:
    """The members, if this is a JWS in JSON serialisation that carries disclosures (RFC 9901 §8)."""
    if not data.startswith(b"{") or b'"disclosures"' not in data or b'"payload"' not in data:
        return None
    try:
        members = strict_json.load_object(data)
    except Fault:
        return None
    first: Any = members
    if "signatures" in members:
        signatures = members["signatures"]
        first = signatures[0] if type(signatures) is list and signatures else None
        if type(signatures) is not list or not all(type(one) is dict for one in signatures):
            return None
    header = first.get("header") if type(first) is dict else None
    return members if "payload" in members and type(header) is dict and "disclosures" in header else None


def _segment(value: Any) -> bytes:
    """A part that cannot hold what separates parts. What it means is asked where it is read."""
    if type(value) is not str or not _SEGMENT.fullmatch(value):
        raise Fault("SDJWT_SYNTAX", "a part of it is not base64url")
    return value.encode("ascii")


def peek_typ(data: bytes) -> str | None:
    """The issuer token's typ, if its header can be read at all."""
    try:
        return jws.read_header(data.partition(b".")[0]).typ
    except Fault:
        return None


def belongs_to_vcdm(data: bytes) -> bool:
    """Whether typ and claims are those of VC-JOSE-COSE §3.2. In its older drafts SD-JWT VC bore the typ
    vc+sd-jwt too: such a token has a vct and no @context."""
    try:
        data = compact(data)
    except Fault:
        return False
    typ = peek_typ(data)
    if typ != "vc+sd-jwt":
        return typ == "vp+sd-jwt"
    try:
        claims = strict_json.load_object(base64url.decode(data.partition(b"~")[0].split(b".")[1]))
    except (Fault, IndexError):
        return True
    return "vct" not in claims or "@context" in claims


def read(data: bytes) -> Read:
    """The parts (RFC 9901 §4). Raises `Fault` SDJWT_SYNTAX, LIMIT_DISCLOSURES, SDJWT_ALG and JWS ones."""
    data = compact(data)
    first, *disclosures, last = data.split(b"~")
    if last and b"." not in last:
        raise Fault("SDJWT_SYNTAX", "the last disclosure is not followed by a tilde")
    if not all(disclosures):
        raise Fault("SDJWT_SYNTAX", "a disclosure is empty")
    if len(disclosures) > limits.DISCLOSURES:
        raise Fault("LIMIT_DISCLOSURES", f"more than {limits.DISCLOSURES} disclosures")
    if any(len(disclosure) > limits.DISCLOSURE_CHARS for disclosure in disclosures):
        raise Fault("LIMIT_DISCLOSURES", f"a disclosure is longer than {limits.DISCLOSURE_CHARS} characters")
    token = jws.read(first)
    claims = strict_json.load_object(token.payload)
    algorithm = claims.get("_sd_alg", "sha-256")
    if not isinstance(algorithm, str) or algorithm not in HASHES:
        raise Fault("SDJWT_ALG", f"_sd_alg is {printable(algorithm)}")
    shown = Shown(last, data[: len(data) - len(last)], algorithm) if last else None
    return Read(token, claims, tuple(disclosures), shown)


def disclose(read: Read, fixed: frozenset[str]) -> Disclosed:
    """Put every disclosure in its place (RFC 9901 §7.1 step 3). `fixed`: top-level claims that are
    never disclosed selectively.

    Raises `Fault` SDJWT_SHAPE, SDJWT_ALG, SDJWT_DISCLOSURE, SDJWT_UNREFERENCED,
    SDJWT_DUPLICATE_DIGEST, SDJWT_RESERVED_NAME, SDJWT_CLAIM_COLLISION, SDJWT_NOT_DISCLOSABLE,
    LIMIT_DISCLOSURES, LIMIT_DEPTH, JSON_*.
    """
    algorithm = read.claims.get("_sd_alg", "sha-256")
    claims = _Processing(HASHES[algorithm], read.disclosures, fixed).run(read.claims)
    return Disclosed(read.token, claims, read.shown, len(read.disclosures))


class _Processing:
    """One pass over the claims. It knows which digests were seen and which disclosures are left."""

    def __init__(self, algorithm: str, disclosures: tuple[bytes, ...], fixed: frozenset[str]) -> None:
        hashed = digests.hasher(algorithm)
        self._waiting: dict[str, bytes] = {}
        for disclosure in disclosures:
            digest = base64url.encode(hashed(disclosure))
            if digest in self._waiting:
                raise Fault("SDJWT_DUPLICATE_DIGEST", "a disclosure was sent twice")
            self._waiting[digest] = disclosure
        self._seen: set[str] = set()
        self._fixed = fixed
        self._level = 1

    def run(self, claims: Claims) -> Claims:
        result = self._object({name: value for name, value in claims.items() if name != "_sd_alg"}, 0, self._fixed)
        if self._waiting:
            raise Fault("SDJWT_UNREFERENCED", disclosures=len(self._waiting))
        return result

    def _value(self, value: Any, depth: int) -> Any:
        """The value with its disclosures: put together, the claims keep the bound of every JSON text."""
        if type(value) not in (dict, list):
            return value
        if self._level == limits.JSON_DEPTH:
            raise Fault("LIMIT_DEPTH", f"with its disclosures nested deeper than {limits.JSON_DEPTH}")
        self._level += 1
        result = self._object(value, depth, frozenset()) if type(value) is dict else self._array(value, depth)
        self._level -= 1
        return result

    def _object(self, members: Claims, depth: int, fixed: frozenset[str]) -> Claims:
        if "_sd_alg" in members:
            raise Fault("SDJWT_ALG", "_sd_alg stands below the top level")
        if "..." in members:
            raise Fault("SDJWT_SHAPE", "a digest of an array element stands in an object")
        result = {name: self._value(value, depth) for name, value in members.items() if name != "_sd"}
        digests = members.get("_sd", [])
        if not isinstance(digests, list):
            raise Fault("SDJWT_SHAPE", "_sd is not a list")
        for digest in digests:
            disclosure = self._take(digest, 3, depth)
            if disclosure is None:
                continue
            name, value = disclosure[1], disclosure[2]
            if not isinstance(name, str):
                raise Fault("SDJWT_DISCLOSURE", "a disclosed name is not a text")
            if name in _RESERVED:
                raise Fault("SDJWT_RESERVED_NAME")
            if name in result:
                raise Fault("SDJWT_CLAIM_COLLISION", f"{printable(name)} stands there already")
            if name in fixed:
                raise Fault("SDJWT_NOT_DISCLOSABLE", f"{printable(name)} is never disclosed selectively")
            result[name] = self._value(value, depth + 1)
        return result

    def _array(self, elements: list[Any], depth: int) -> list[Any]:
        result = []
        for element in elements:
            if type(element) is not dict or "..." not in element:
                result.append(self._value(element, depth))
                continue
            if len(element) != 1:
                raise Fault("SDJWT_SHAPE", "a digest of an array element has company")
            disclosure = self._take(element["..."], 2, depth)
            if disclosure is not None:
                result.append(self._value(disclosure[1], depth + 1))
        return result

    def _take(self, digest: Any, size: int, depth: int) -> list[Any] | None:
        """The disclosure behind a digest, or None for a withheld claim or a decoy."""
        if not isinstance(digest, str):
            raise Fault("SDJWT_SHAPE", "a digest is not a text")
        if digest in self._seen:
            raise Fault("SDJWT_DUPLICATE_DIGEST", "a digest stands twice")
        self._seen.add(digest)
        if len(self._seen) > limits.SD_DIGESTS:
            raise Fault("LIMIT_DISCLOSURES", f"more than {limits.SD_DIGESTS} digests")
        text = self._waiting.pop(digest, None)
        if text is None:
            return None
        if depth >= limits.DISCLOSURE_DEPTH:
            raise Fault("LIMIT_DEPTH", f"disclosures within disclosures, deeper than {limits.DISCLOSURE_DEPTH}")
        disclosure = strict_json.loads(base64url.decode(text, "SDJWT_DISCLOSURE", "a disclosure"))
        if not isinstance(disclosure, list) or len(disclosure) != size or not isinstance(disclosure[0], str):
            raise Fault("SDJWT_DISCLOSURE", f"a disclosure here is a salt and {size - 1} more")
        return disclosure


def key_binding(credential: Credential, _: Expected) -> KeyBinding:
    """The key binding that came with a credential (RFC 9901 §4.3), read and not yet verified. It is a JWT in all
    other respects (§7.3), so that its exp and nbf count where they are there (RFC 7519 §4.1.4, §4.1.5).

    Raises `Fault` KB_MISSING, JOSE_TYP, JOSE_HEADER_FORBIDDEN, KB_CLAIM, JWT_CLAIM_TYPE and what
    `suites.jws.read` raises.
    """
    shown: Shown | None = credential.shown
    if shown is None:
        raise Fault("KB_MISSING")
    token = jws.read(shown.token)
    if token.header.typ != "kb+jwt":
        raise Fault("JOSE_TYP", f"typ {printable(token.header.typ)} is not kb+jwt", typ=printable(token.header.typ))
    if token.header.cty is not None:
        raise Fault("JOSE_HEADER_FORBIDDEN", "cty must not be there", parameter="cty")
    claims: Mapping[str, Any] = strict_json.load_object(token.payload)
    for name in ("iat", "aud", "nonce", "sd_hash"):
        if name not in claims:
            raise Fault("KB_CLAIM", f"{name} is missing", claim=name)
    begins, ends = [times.from_numeric_date(claims[name], name) if name in claims else None for name in ("nbf", "exp")]
    expected = base64url.encode(digests.hasher(HASHES[shown.sd_alg])(shown.covers))
    return KeyBinding(
        proof=token.proof,
        nonce=claims["nonce"],
        audience=claims["aud"],
        issued=claims["iat"],
        begins=begins,
        ends=ends,
        sd_hash=claims["sd_hash"],
        expected_sd_hash=expected,
    )
