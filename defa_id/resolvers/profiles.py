"""What a chain of certificates must be like for each purpose, as values: one row a profile."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from defa_id.values import NamedTuple

MDOC_SIGNER: Final = "1.0.18013.5.1.2"  # ISO/IEC 18013-5 Annex B.1.1, id-mdl-kp-mdlDS
_DOCUMENT_SIGNING: Final = "1.3.6.1.5.5.7.3.36"  # RFC 9336 §3.1
_ANY: Final = "2.5.29.37.0"  # RFC 5280 §4.2.1.12


class Profile(NamedTuple):
    """One purpose.

    `usages`: extended key usages of which a signer must have one; empty asks nothing. `usage_stated`:
    a signer must state one, and may not leave the extension out. `key_usage_stated`: every certificate
    must have the key usage extension. `country`: the subject's country, once in each certificate, is the
    registry's state. `authorities`: most certificates above the signer. `signer_days`, `authority_days`:
    longest validity. `judged`: valid when it is judged too, and not only when it signed (the shell
    model of RFC 5280 §6.1.3). `dedicated`: an authority of this profile certifies signers of its own
    issuer only, so that the chain says who the issuer is. `listed_country`: a signer that is listed itself
    need not state its country, because its listing does. `kinds`: types by the extended key usages that
    restrict a signer to them; one that states none of these signs every type.
    """

    name: str
    usages: frozenset[str]
    usage_stated: bool
    key_usage_stated: bool
    country: bool
    authorities: int
    signer_days: int | None
    authority_days: int | None
    judged: bool
    dedicated: bool
    listed_country: bool = False
    kinds: tuple[tuple[str, str], ...] = ()


# A certificate of no special profile that signs JOSE: what RFC 5280 says, and the subject's alternative
# name must be the issuer's (formats design). A key usage for TLS alone is none for credentials.
JOSE: Final = Profile(
    name="JOSE signer",
    usages=frozenset({_DOCUMENT_SIGNING, _ANY, MDOC_SIGNER}),
    usage_stated=False,
    key_usage_stated=False,
    country=False,
    authorities=3,
    signer_days=None,
    authority_days=None,
    judged=False,
    dedicated=False,
)

# ISO/IEC 18013-5:2021 Annex B.1.2 (IACA root, at most 20 years) and B.1.4 (document signer, at most 457
# days, directly below the root); §9.3.3 (path validation when it is judged).
MDOC: Final = Profile(
    name="ISO 18013-5 document signer",
    usages=frozenset({MDOC_SIGNER}),
    usage_stated=True,
    key_usage_stated=True,
    country=True,
    authorities=1,
    signer_days=457,
    authority_days=20 * 366,
    judged=True,
    dedicated=True,
)

# EU Digital COVID Certificate, "Public key certificate governance" (2021) §3: a signer directly below its
# national authority; usage identifiers restrict the kind of certificate: test, vaccination, recovery. They
# stand in the wild with and without the 0 that a registration error put into the first ones.
HCERT: Final = Profile(
    name="HCERT document signer",
    usages=frozenset(),
    usage_stated=False,
    key_usage_stated=True,
    country=True,
    authorities=1,
    signer_days=None,
    authority_days=None,
    judged=True,
    dedicated=True,
    listed_country=True,
    kinds=tuple(
        (f"{arc}.1847.2021.1.{number}", kind)
        for arc in ("1.3.6.1.4.1", "1.3.6.1.4.1.0")
        for number, kind in ((1, "hcert-t"), (2, "hcert-v"), (3, "hcert-r"))
    ),
)

_BY_NAME: Final[Mapping[str, Profile]] = MappingProxyType({"mdoc": MDOC, "hcert": HCERT})


def of(*names: str) -> Profile:
    """The profile of the certificates that sign credentials of this format, or of this data model."""
    return next((_BY_NAME[name] for name in names if name in _BY_NAME), JOSE)
