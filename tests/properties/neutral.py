"""Where formats may differ on the same facts, as data: the one table that the neutrality test allows for.

`docs/neutrality.md` holds it for readers; a test keeps the page and this table the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from tests.properties.facts import EVERY, INTEGRITY, Facts
from tests.support.world import Json

_CERTIFICATE_DAYS: Final = 200  # before and after today, of the tests' document signer
_HOLDER: Final = "holder"
_ISSUER: Final = "issuer"


class Asked(NamedTuple):
    """One case: the facts, and what is asked. `days`: from NOW; `presented`: whether a presentation is expected."""

    said: Facts
    policy: Json
    days: int = 0
    presented: bool = False


class Otherwise(NamedTuple):
    """Reasons that stand for one: on whose lines, by which name they are compared, and why they are several."""

    codes: tuple[str, ...]
    whose: str
    compared: str
    why: str


class Unsaid(NamedTuple):
    """Something a format has no words for. `when`: the cases in which it is not compared for want of them; None
    where the facts are said without it."""

    formats: tuple[str, ...]
    what: str
    instead: str
    when: Callable[[Asked], bool] | None


OTHERWISE: Final = (
    Otherwise(
        ("JOSE_SIGNATURE", "COSE_SIGNATURE", "DI_SIGNATURE"),
        _ISSUER,
        "the issuer's signature does not hold",
        "each suite names its own signature: JOSE (RFC 7515), COSE (RFC 9052), W3C Data Integrity",
    ),
    Otherwise(
        ("KB_SIGNATURE", "JOSE_SIGNATURE", "DI_SIGNATURE"),
        _HOLDER,
        "the holder's signature does not hold",
        "beside an SD-JWT and in an mdoc it is one of its own kind; a presentation around a credential is itself a "
        "token or a document with a proof, and is told by that name",
    ),
)
# Only where an mdoc is one of the two.
OF_A_SESSION: Final = Otherwise(
    ("KB_NONCE",),
    _HOLDER,
    "the holder's signature does not hold",
    "an mdoc's device signs over nonce and address together, so a wrong one is a signature that does not hold "
    "(ISO/IEC 18013-5 §9.1.3)",
)

UNSAID: Final = (
    Unsaid(
        ("cwt",),
        "a holder",
        "it is a bearer's: whoever shows a picture of it; achieved level `none`, and it says so",
        lambda asked: asked.said.presentation is not None,
    ),
    Unsaid(
        ("cwt", "vc-jwt", "vc-cose", *INTEGRITY),
        "a part of what was signed, withheld",
        "all of it is shown or none; what is not to be shown is not issued (but for ecdsa-sd-2023)",
        None,
    ),
    Unsaid(
        ("vc-jwt", "vc-cose", *INTEGRITY),
        "a holder's signature without a presentation around it",
        "a bare one is a bearer's",
        None,
    ),
    Unsaid(
        ("sd-jwt-vc", "vc-sd-jwt"),
        "a holder's signature, bound to no holder",
        "a key binding to no key contradicts its own credential, and nothing more is asked of it; a presentation "
        "around the same credential is a bearer's, whose other faults come to light",
        lambda asked: asked.said.presentation is not None and not asked.said.bound,
    ),
    Unsaid(
        ("mdoc",),
        "a validity without an end",
        "validUntil is always there (ISO/IEC 18013-5 §9.1.2.4)",
        lambda asked: asked.said.ends is None,
    ),
    Unsaid(
        ("mdoc",),
        "a beginning before it was signed",
        "validFrom is not earlier than signed (ISO/IEC 18013-5 §9.1.2.4)",
        lambda asked: asked.said.begins < asked.said.issued,
    ),
    Unsaid(
        ("mdoc",),
        "a moment at which its signer's certificate is not valid",
        "that has to be when it signed and when it is judged, and lasts 457 days at most (ISO/IEC 18013-5 §B.1.4); "
        "the mdoc of another time has another certificate",
        lambda asked: min(asked.said.issued, asked.days) < -_CERTIFICATE_DAYS,
    ),
    Unsaid(
        ("mdoc",),
        "an identifier of its issuer",
        "its certificate stands for it; the registry's entry has the name",
        None,
    ),
    Unsaid(
        ("mdoc",),
        "when its device signed",
        "a session is of now by itself",
        lambda asked: asked.said.presentation == "too old" or (asked.said.presentation is not None and asked.days != 0),
    ),
    Unsaid(
        ("mdoc",),
        "a device's signature to whoever does not know its session",
        "it covers the session; without that it is not known to hold",
        lambda asked: asked.said.presentation is not None and not asked.presented,
    ),
    Unsaid(
        ("mdoc",),
        "a holder it is not bound to",
        "the device's key is always there (ISO/IEC 18013-5 §9.1.2.4)",
        lambda asked: not asked.said.bound,
    ),
    Unsaid(
        EVERY,
        "a validity that ends before it begins",
        "it is refused for that in every format, where the window is first read: with the document or after its proof",
        lambda asked: asked.said.ends is not None and asked.said.ends <= asked.said.begins,
    ),
    Unsaid(
        EVERY,
        "which of a holder's checks may be left out",
        "formats divide a holder's proof differently among the checks, so that waiving a single one waives different "
        "things; a policy asks for all of it or for none",
        lambda asked: any(id.startswith("holder.") for id in asked.policy.get("waive", {})),
    ),
)


def says(format: str, asked: Asked) -> bool:
    """Whether a format has words for all that is asked about in this case."""
    return not any(format in row.formats and row.when is not None and row.when(asked) for row in UNSAID)


def compared(lines: set[tuple[str, str]], *, session: bool = False) -> set[str]:
    """Reasons by the names they are compared under, given as (check, code). `session`: an mdoc is one of the two."""
    names = {(row.whose, code): row.compared for row in OTHERWISE for code in row.codes}
    if session:
        names |= {(OF_A_SESSION.whose, code): OF_A_SESSION.compared for code in OF_A_SESSION.codes}
    return {names.get((_HOLDER if id.startswith("holder.") else _ISSUER, code), code) for id, code in lines}


def page() -> str:
    """The page for readers."""
    reasons = (*OTHERWISE, OF_A_SESSION)
    lines = [
        "# Neutrality: the same facts, the same answer",
        "",
        "One set of facts about an issuer, two states, a person and a holder, in any format, gives one decision, one",
        "level, the same claims and the same reasons. One test mints the facts in VC-JWT, SD-JWT VC, the SD-JWT and",
        "COSE envelopes, Data Integrity (eddsa-jcs-2022, eddsa-rdfc-2022, ecdsa-jcs-2019, ecdsa-rdfc-2019), mdoc and",
        "CWT, and compares the verdicts over many generated combinations of relying state, purpose, date, policy and",
        "registry, and over every single fault (`tests/properties/test_neutrality.py`). What is listed here, and",
        "nothing else, is allowed to differ.",
        "",
        "## Reasons with several names",
        "",
        "| reasons | on the lines of | what they say | why there are several |",
        "|---|---|---|---|",
        *(f"| {_codes(row)} | the {row.whose} | {row.compared} | {row.why} |" for row in reasons),
        "",
        "## What a format has no words for",
        "",
        "| format | it cannot say | so |",
        "|---|---|---|",
        *(f"| {_formats(row)} | {row.what} | {row.instead} |" for row in UNSAID),
        "",
        "Neutral does not mean equally good. A format in which nobody proves to hold the credential reaches a lower",
        "level, and the verdict says why; which formats a relying party takes is its policy's word (`formats`), never",
        "this library's.",
        "",
    ]
    return "\n".join(lines)


def _codes(row: Otherwise) -> str:
    return ", ".join(f"`{code}`" for code in row.codes)


def _formats(row: Unsaid) -> str:
    names = ["data-integrity" if one in INTEGRITY else one for one in row.formats]
    return "any" if row.formats == EVERY else ", ".join(dict.fromkeys(names))
