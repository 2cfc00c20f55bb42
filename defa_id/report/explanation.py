"""What a check asks and what a reason code means, for people who met one in a verdict."""

from __future__ import annotations

from typing import Any

from defa_id import catalogue
from defa_id.catalogue import CATALOGUE
from defa_id.report.causes import EVERYWHERE, causes, checks_of, is_finding
from defa_id.report.layout import Layout
from defa_id.report.style import PLAIN, Style
from defa_id.report.width import width

_WHEN = {
    catalogue.ALWAYS: "of every credential",
    catalogue.DISCLOSED: "of formats that disclose selectively",
    catalogue.HOLDER: "when holder binding is asked for",
    catalogue.ENVELOPE: "of a credential inside a presentation",
    catalogue.STATUS: "when the credential names a status, or one is demanded",
    catalogue.CERTIFIED: "when the registry names the list on which the signer's authority revokes certificates",
    catalogue.SCHEMA: "when the registry names a schema",
    catalogue.KEY_BOUND: "when the holder's proof is an SD-JWT key binding",
    catalogue.SEVERAL: "when several credentials are shown together and holder binding is asked for",
    catalogue.CAPPED: "when the arrangement relied on has a cap",
    catalogue.LINKS: "when the purpose names what has to stand in two credentials",
    catalogue.LISTED: "when trust comes from the registry",
    catalogue.UNLISTED: "when trust in the issuer is not asked for",
}


def find(name: str) -> str | None:
    """The id or code meant by `name`, whatever its case; None if there is none."""
    if name.lower() in CATALOGUE.checks:
        return name.lower()
    return name.upper() if name.upper() in CATALOGUE.reasons else None


def document(name: str) -> dict[str, Any]:
    """The JSON form of one explanation. `name` is an id or code of the catalogue, as `find` returns it."""
    if name in CATALOGUE.checks:
        check = CATALOGUE.checks[name]
        return {
            "check": check.id,
            "question": check.question,
            "clause": check.clause,
            "failing": check.failing,
            "required": sorted(check.when),
            "reasons": [CATALOGUE.reasons[code]._asdict() for code in causes(name)],
        }
    return {**CATALOGUE.reasons[name]._asdict(), "checks": checks_of(name)}


def listing() -> dict[str, Any]:
    """The JSON form of everything that can be explained."""
    return {
        "checks": [{"check": check.id, "question": check.question} for check in CATALOGUE.checks.values()],
        "reasons": [{"code": reason.code, "message": reason.message} for reason in CATALOGUE.reasons.values()],
    }


def text(name: str, style: Style = PLAIN) -> str:
    """The explanation of one id or code as text."""
    page = Layout(style)
    if name in CATALOGUE.checks:
        _check(page, name)
    else:
        _reason(page, name)
    return page.text


def listing_text(style: Style = PLAIN) -> str:
    """Everything that can be explained as text: the checks in the order they are asked, then the reasons."""
    page = Layout(style)
    page.heading("Checks, in the order they are asked")
    room = max(map(width, CATALOGUE.checks)) + 2
    for check in CATALOGUE.checks.values():
        page.entry("•", check.question, term=check.id, room=room)
    page.heading("Reasons")
    room = max(map(width, CATALOGUE.reasons)) + 2
    for reason in CATALOGUE.reasons.values():
        page.entry("•", reason.message, term=reason.code, room=room)
    return page.text


def _check(page: Layout, name: str) -> None:
    check = CATALOGUE.checks[name]
    page.heading(f"{check.id}: {check.question}")
    page.blank()
    page.pair("If it fails", check.failing)
    asked = [_WHEN[condition] for condition in _WHEN if condition in check.when]
    page.pair("Asked", "; ".join(asked) or "when the presentation calls for it")
    page.pair("Clause", *check.clause.split("; "))
    page.heading("Usual causes, and what to do")
    for code in causes(name):
        reason = CATALOGUE.reasons[code]
        page.entry("•", f"{code}: {reason.message}")
        page.entry("→", reason.next_step, deep=4)


def _reason(page: Layout, name: str) -> None:
    reason = CATALOGUE.reasons[name]
    page.heading(f"{reason.code}: {reason.message}")
    page.blank()
    page.pair("Next step", reason.next_step)
    checks = checks_of(name)
    if name in EVERYWHERE:
        page.pair("Check", "any check that was skipped")
    elif is_finding(name):
        page.pair("Check", "none: a finding on a name, date or number, for whoever decides")
    elif name.startswith("RECEIPT_"):
        page.pair("Check", "a check of `defa-id receipt check`, about a receipt and not about a credential")
    elif not checks:
        page.pair("Check", "none: nothing is judged, and the run ends with exit code 4")
    for check in checks:
        entry = CATALOGUE.checks[check]
        page.blank()
        page.pair("Check", f"{check}: {entry.question}")
        page.pair("If it fails", entry.failing)
        page.pair("Clause", *entry.clause.split("; "))
