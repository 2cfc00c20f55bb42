"""Minting a VCDM 2.0 credential in the SD-JWT envelope of W3C VC-JOSE-COSE §3.2 (typ vc+sd-jwt)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from defa_id.issue import selective, vc_jwt
from defa_id.issue.signing import SigningKey, sign_compact


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
    disclosable: Iterable[selective.Path] | None = None,
    salts: selective.Salts = selective.random_salt,
) -> str:
    """The credential with all its disclosures and no key binding, ending in a tilde.

    Arguments as for `vc_jwt.mint`. Every member of the subject besides its id is disclosable unless
    `disclosable` lists paths from the top of the document.
    """
    credential = vc_jwt.document(issuer, type, claims, issued, expires, subject_id)
    whole = vc_jwt.payload(credential, issued, holder)
    subject = credential["credentialSubject"]
    if disclosable is None:
        names = subject if isinstance(subject, dict) else ()
        disclosable = [("credentialSubject", name) for name in names if name != "id"]
    concealed, disclosures = selective.conceal(whole, disclosable, salts)
    token = sign_compact(key, vc_jwt.header(key, "vc+sd-jwt", "vc", x5c), concealed, alg)
    return selective.combine(token, disclosures)
