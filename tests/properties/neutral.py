"""Where formats may differ on the same facts, as data: the one table that the neutrality tests allow for.

`docs/neutrality.md` holds it for readers; a test keeps the page and this table the same.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Otherwise(NamedTuple):
    """One thing that formats say in other words: the reasons, by which name they are compared, and why."""

    codes: tuple[str, ...]
    compared: str
    why: str


class Unsaid(NamedTuple):
    """Something a format has no words for, so that no comparison is made."""

    formats: str
    what: str
    instead: str


OTHERWISE: Final = (
    Otherwise(
        ("JOSE_SIGNATURE", "COSE_SIGNATURE", "DI_SIGNATURE"),
        "the issuer's signature does not hold",
        "each suite names its own signature: JOSE (RFC 7515), COSE (RFC 9052), W3C Data Integrity",
    ),
    Otherwise(
        ("KB_SIGNATURE",),
        "the holder's signature does not hold",
        "in an SD-JWT and an mdoc it travels beside the credential; a presentation around it is itself a JWT or a "
        "document with a proof, and is told by that name",
    ),
    Otherwise(
        ("KB_NONCE",),
        "it does not answer this request",
        "an mdoc's device signs over nonce and address together, so a wrong one is a signature that does not hold "
        "(ISO/IEC 18013-5 §9.1.3)",
    ),
)

UNSAID: Final = (
    Unsaid("cwt", "a holder", "it is a bearer's: whoever shows a picture of it; achieved level `none`, and it says so"),
    Unsaid("cwt", "a status list", "HCERT, claim 169 and the families of this project name none"),
    Unsaid(
        "cwt, vc-jwt, data-integrity",
        "a part of what was signed, withheld",
        "all of it is shown or none; what is not to be shown is not issued (but for ecdsa-sd-2023)",
    ),
    Unsaid(
        "vc-jwt, data-integrity", "a holder's signature without a presentation around it", "a bare one is a bearer's"
    ),
    Unsaid("mdoc", "a validity without an end", "validUntil is always there (ISO/IEC 18013-5 §9.1.2.4)"),
    Unsaid("mdoc", "an identifier of its issuer", "its certificate stands for it; the registry's entry has the name"),
    Unsaid("mdoc", "when its device signed", "a session is of now by itself"),
    Unsaid("mdoc", "a holder it is not bound to", "the device's key is always there (ISO/IEC 18013-5 §9.1.2.4)"),
)

_COMPARED: Final = {code: line.compared for line in OTHERWISE for code in line.codes}


def compared(codes: set[str | None], *, holder: bool = False) -> set[str]:
    """Reasons by the names they are compared under. `holder`: the holder's signature is not told apart from
    the issuer's, nor a wrong nonce from it."""
    names = {_COMPARED.get(code or "", code or "") for code in codes}
    if holder:
        theirs = {line.compared for line in OTHERWISE}
        return {"a signature does not hold, or answers something else" if name in theirs else name for name in names}
    return names


def page() -> str:
    """The page for readers."""
    lines = [
        "# Neutrality: the same facts, the same answer",
        "",
        "One set of facts about an issuer, two states, a person and a holder, in any format, gives one decision, one",
        "level and the same reasons. The tests mint the facts in VC-JWT, SD-JWT VC, the SD-JWT envelope, Data",
        "Integrity (eddsa-jcs-2022, eddsa-rdfc-2022, ecdsa-rdfc-2019), mdoc and CWT, and compare the verdicts over",
        "many generated combinations of relying state, purpose, date, policy and registry (`tests/properties`). What",
        "is listed here, and nothing else, is allowed to differ.",
        "",
        "## Reasons with several names",
        "",
        "| reasons | what they say | why there are several |",
        "|---|---|---|",
        *(f"| {', '.join(f'`{code}`' for code in line.codes)} | {line.compared} | {line.why} |" for line in OTHERWISE),
        "",
        "## What a format has no words for",
        "",
        "| format | it cannot say | so |",
        "|---|---|---|",
        *(f"| {line.formats} | {line.what} | {line.instead} |" for line in UNSAID),
        "",
        "Neutral does not mean equally good. A format in which nobody proves to hold the credential reaches a lower",
        "level, and the verdict says why; which formats a relying party takes is its policy's word (`formats`), never",
        "this library's.",
        "",
    ]
    return "\n".join(lines)
