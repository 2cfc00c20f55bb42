"""Whether the authority has taken the signer's certificate back: by the list its registry entry names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from defa_id.answers.listing import Signer, Signers
from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.credential import Credential
from defa_id.trust.records import ListedCertificate, Service
from defa_id.values import NamedTuple
from defa_id.verdict import Found


class Revocation(NamedTuple):
    """Where an authority lists what it has revoked: the list's URL, and the two certificates, DER."""

    url: str
    certificate: bytes
    authority: bytes


def revocation(credential: Credential, signers: Signers | None, covered: tuple[Service, ...]) -> Revocation | None:
    """The list for the first signer's certificate that has one both the certificate and the issuer's registry
    entry name: an address in a certificate alone is the sender's word, and is never followed.

    None for a signer that is listed itself: the registry speaks of that certificate directly.
    """
    named = {url for service in covered for url in service.status_lists}
    if not named or not signers:
        return None
    return next(_pointed(credential, signers, named), None)


def current(found: Revocation, data: bytes, at: datetime) -> Found[None]:
    """status.certificate. Raises `Fault` X509_REVOKED, `Unknowable` X509_CRL."""
    from defa_id.resolvers import crl

    due = crl.check(data, found.certificate, found.authority, at)
    return Found(None, "not revoked", {"list": printable(found.url, 256), "until": times.show(due)})


def _pointed(credential: Credential, signers: Signers, named: set[str]) -> Iterator[Revocation]:
    from defa_id.resolvers import crl

    for proof, signer in zip(credential.proofs, signers, strict=True):
        chain = proof.hint.x5c
        authority = _authority(chain, signer) if chain else None
        if authority is not None:
            yield from (Revocation(url, chain[0], authority) for url in crl.points(chain[0]) if url in named)


def _authority(chain: tuple[bytes, ...], signer: Signer) -> bytes | None:
    """The certificate above the signer's: the next of the chain, or the listed one it leads to."""
    from defa_id.resolvers import x5c

    listed = [one for one in signer.listed if isinstance(one, ListedCertificate)]
    if not listed or any(one.use == "leaf" for one in listed):
        return None
    if len(chain) > 1:
        return chain[1]
    return next((der for one in listed if x5c.leads_to(chain, der := x5c.from_pem(one.pem))), None)
