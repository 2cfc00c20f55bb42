"""Minting what a QR code carries: HCERT, claim 169, the PhilSys layouts, and the families of this project in a CWT.

For sandboxes and tests, with keys of their own. The text is what the QR code holds: base45 of the compressed token.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from defa_id.codec import base45, cbor
from defa_id.codec.cbor import Tagged
from defa_id.credential import Reading
from defa_id.errors import Fault, WrongUse
from defa_id.formats import claim_169, cwt, cwt_tables, hcert, philsys
from defa_id.issue.cose_signing import Headers, require_key_of, sign1
from defa_id.issue.signing import SigningKey
from defa_id.suites import cose

_EU_DCC: Final = 1
_EPHILID: Final = "PH1:"  # of this project's own: four characters stand there, and nobody published which
_NUMBERS: Final = {type: (claim, table) for claim, (type, table) in cwt_tables.FAMILIES.items()}


def mint(
    key: SigningKey,
    *,
    issuer: str,
    type: str,
    claims: Mapping[str, Any],
    issued: datetime,
    expires: datetime,
    holder: Mapping[str, Any] | None = None,
    subject_id: str | None = None,
    alg: str | None = None,
    x5c: Sequence[str] = (),
    state: str | None = None,
) -> str:
    """The QR code's text.

    `claims`: of an HCERT the certificate (ver, nam, dob and one of v, t, r); of claim 169 its members by
    number; of `philsys-id` d, i and sb; of a family its members by name or by their CWT number. `state`: the
    issuing state, which is what an HCERT and an ePhilID name as their issuer. Raises `WrongUse` for a holder's
    key, which nobody could prove here, and for claims or a key that do not go with the type.
    """
    if holder is not None:
        raise WrongUse("nobody can prove to hold a QR code", hint="Leave out the holder's key, or take another format.")
    certificates = [base64.b64decode(certificate) for certificate in x5c]
    label, content = _content(type, claims)
    by_state = label == cwt.HCERT or type == philsys.TYPE
    if by_state and state is None:
        raise WrongUse(f"{type} names its issuing state", hint="Give the state.")
    token = {
        cwt.ISS: state if by_state else issuer,
        cwt.EXP: int(expires.timestamp()),
        cwt.IAT: int(issued.timestamp()),
        label: content,
        **({cwt.SUB: subject_id} if subject_id is not None else {}),
    }
    raw = sign(key, token, certificates, alg, digest=label == cwt.HCERT)
    prefix = "HC1:" if label == cwt.HCERT else _EPHILID if type == philsys.TYPE else ""
    return prefix + base45.encode(zlib.compress(raw, 9))


def sign(
    key: SigningKey,
    token: Mapping[int, Any],
    certificates: Sequence[bytes] = (),
    alg: str | None = None,
    *,
    digest: bool = False,
    travels: bool = True,
) -> bytes:
    """A token of these claims (RFC 8392 §7.1), tagged as COSE_Sign1.

    `certificates`: the signer's first, DER; they travel along unless told otherwise. `digest`: the key is
    named by its certificate's digest, as an HCERT does; else by its `kid` where there is no certificate.
    Raises `WrongUse` for a certificate of another key, or none where one is due.
    """
    if digest and not certificates:
        raise WrongUse("an HCERT is signed with a certificate", hint="Give the document signer's certificate.")
    if certificates:
        require_key_of(certificates[0], key)
    unprotected: Headers = {}
    if certificates and travels:
        unprotected = {cose.X5CHAIN: certificates[0] if len(certificates) == 1 else list(certificates)}
    named = hashlib.sha256(certificates[0]).digest()[:8] if digest else key.kid.encode()
    protected: Headers = {cose.KID: named} if digest or not certificates else {}
    return cbor.encode(Tagged(cose.SIGN1, sign1(key, cbor.encode(dict(token)), protected, unprotected, alg)))


def philid(key: SigningKey, claims: Mapping[str, Any]) -> str:
    """A PhilSys version 1 document: JSON with an Ed25519 signature over its one printing.

    `claims`: DateIssued, Issuer and subject with its nine members. Raises `WrongUse` for other claims, or
    another kind of key.
    """
    import json

    if key.public.crv != "Ed25519":
        raise WrongUse("a PhilSys document is signed with Ed25519", hint="Give an Ed25519 key.")
    unsigned = {**claims, "alg": "EDDSA", "signature": base64.b64encode(b"\0").decode("ascii")}
    try:
        message = philsys.printing(philsys.read(json.dumps(unsigned).encode(), Reading()).document)
    except Fault as fault:
        raise WrongUse(f"the claims do not make a PhilSys document: {fault.why or fault.code}") from None
    signature = base64.b64encode(key.native.sign(message)).decode("ascii")  # type: ignore[call-arg]
    return json.dumps({**unsigned, "signature": signature}, ensure_ascii=False, indent=2)


def _content(type: str, claims: Mapping[str, Any]) -> tuple[int, Any]:
    """The claim's number and what it holds."""
    if type in hcert.TYPES.values():
        kind = next(kind for kind, name in hcert.TYPES.items() if name == type)
        if [held for held in hcert.TYPES if held in claims] != [kind]:
            raise WrongUse(f"{type} holds {kind} and no other kind", hint="Give ver, nam, dob and one entry.")
        return cwt.HCERT, {_EU_DCC: dict(claims)}
    if type == claim_169.TYPE:
        if not all(name.isascii() and name.isdigit() for name in claims):
            raise WrongUse("members of claim 169 are numbered", hint='Write {"4": "…", "8": "19900203"}.')
        return cwt.IDENTITY, {int(name): value for name, value in claims.items()}
    if type == philsys.TYPE:
        return cwt.IDENTITY, dict(claims)
    if type not in _NUMBERS:
        raise WrongUse(
            f"no {type} is known in a CWT", hint=f"There are {', '.join([*_NUMBERS, *hcert.TYPES.values()])}."
        )
    claim, table = _NUMBERS[type]
    return claim, _packed(claims, table)


def _packed(claims: Mapping[Any, Any], table: Mapping[int, Any]) -> dict[int, Any]:
    """Members by their numbers, at every depth; those that are numbered already stay."""
    named = {entry if isinstance(entry, str) else entry[0]: number for number, entry in table.items()}
    found: dict[int, Any] = {}
    for name, value in claims.items():
        number = name if isinstance(name, int) else _number(name, named)
        entry = table.get(number)
        found[number] = _each(value, entry[1]) if isinstance(entry, tuple) else value
    return found


def _each(value: Any, table: Mapping[int, Any]) -> Any:
    return [_packed(one, table) for one in value] if isinstance(value, list) else _packed(value, table)


def _number(name: str, named: Mapping[str, int]) -> int:
    if name in named:
        return named[name]
    row = named.get(f"{name[:-2]}NN")
    if row is None or not name[-2:].isdigit():
        raise WrongUse("a claim has no number in this type", hint="See schemas/cwt.")
    return row + int(name[-2:])
