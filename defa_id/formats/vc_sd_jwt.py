"""The SD-JWT envelope of W3C VC-JOSE-COSE §3.2: a VCDM 2.0 document, typ vc+sd-jwt or vp+sd-jwt."""

from __future__ import annotations

from typing import Final

from defa_id.credential import Credential, Presentation, Reading
from defa_id.errors import Fault
from defa_id.formats import sd_jwt

NAME: Final = "vc-sd-jwt"
FIXED: Final = frozenset({"@context", "iss", "nbf", "exp", "cnf"})


def recognises(data: bytes) -> bool:
    """Whether this is an SD-JWT with the typ and the claims of VC-JOSE-COSE."""
    return sd_jwt.looks_disclosable(data) and sd_jwt.belongs_to_vcdm(data)


def read(data: bytes, _: Reading) -> sd_jwt.Read:
    """Strict syntax. Raises `Fault` JOSE_TYP, JOSE_HEADER_FORBIDDEN and what `sd_jwt.read` raises."""
    read = sd_jwt.read(data)
    header = read.token.header
    if header.typ not in ("vc+sd-jwt", "vp+sd-jwt"):
        raise Fault("JOSE_TYP", "typ is neither vc+sd-jwt nor vp+sd-jwt")
    if "vct" in read.claims and "@context" not in read.claims:
        raise Fault("JOSE_TYP", "an SD-JWT VC with the typ of a presentation", typ=header.typ)
    if header.cty is not None and header.cty != header.typ.removesuffix("+sd-jwt"):
        raise Fault("JOSE_HEADER_FORBIDDEN", "cty does not go with typ", parameter="cty")
    return read


def disclose(read: sd_jwt.Read) -> sd_jwt.Disclosed:
    """The document with its disclosures. Raises what `sd_jwt.disclose` raises."""
    return sd_jwt.disclose(read, FIXED)


def model(disclosed: sd_jwt.Disclosed) -> Credential | Presentation:
    """The credential or presentation. Raises what `vc_jwt.credential` and `vc_jwt.presentation` raise."""
    from defa_id.formats import vc_jwt

    token, claims, shown, count = disclosed
    if wrapped := [name for name in ("vc", "vp") if name in claims]:
        raise Fault("JWT_AMBIGUOUS_MODEL", f"a {wrapped[0]} claim stands in a VCDM 2.0 token")
    if token.header.typ == "vp+sd-jwt":
        return vc_jwt.presentation(token, claims, claims, NAME)
    return vc_jwt.credential(token, claims, NAME)._replace(shown=shown, disclosures=count)
