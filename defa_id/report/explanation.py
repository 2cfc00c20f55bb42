"""What a check asks and what a reason code means, for people who met one in a verdict."""

from __future__ import annotations

from typing import Any

from defa_id.catalogue import CATALOGUE
from defa_id.languages import ENGLISH, Texts
from defa_id.languages.words import CONDITIONS
from defa_id.report.causes import EVERYWHERE, causes, checks_of, is_finding
from defa_id.report.layout import Layout
from defa_id.report.style import PLAIN, Style
from defa_id.report.width import width


def find(name: str) -> str | None:
    """The id or code meant by `name`, whatever its case; None if there is none."""
    if name.lower() in CATALOGUE.checks:
        return name.lower()
    return name.upper() if name.upper() in CATALOGUE.reasons else None


def document(name: str, texts: Texts = ENGLISH) -> dict[str, Any]:
    """The JSON form of one explanation. `name` is an id or code of the catalogue, as `find` returns it.

    In another language than English it says which, and whether that is a draft.
    """
    said = {"language": _language(texts)} if texts.translated else {}
    if name in CATALOGUE.checks:
        check = CATALOGUE.checks[name]
        return {
            "check": check.id,
            "question": texts.of(check.id, check.question),
            "clause": check.clause,
            "failing": texts.of(check.id, check.failing),
            "required": sorted(check.when),
            "reasons": [_told(code, texts) for code in causes(name)],
            **said,
        }
    return {**_told(name, texts), "checks": checks_of(name), **said}


def _told(code: str, texts: Texts) -> dict[str, str]:
    reason = CATALOGUE.reasons[code]
    return {"code": code, "message": texts.of(code, reason.message), "next_step": texts.step(reason.next_step)}


def _language(texts: Texts) -> dict[str, Any]:
    return {"code": texts.code, "name": texts.name, "draft": texts.draft}


def listing(texts: Texts = ENGLISH) -> dict[str, Any]:
    """The JSON form of everything that can be explained."""
    checks, reasons = CATALOGUE.checks.values(), CATALOGUE.reasons.values()
    return {
        "checks": [{"check": check.id, "question": texts.of(check.id, check.question)} for check in checks],
        "reasons": [{"code": reason.code, "message": texts.of(reason.code, reason.message)} for reason in reasons],
        **({"language": _language(texts)} if texts.translated else {}),
    }


def text(name: str, style: Style = PLAIN, texts: Texts = ENGLISH) -> str:
    """The explanation of one id or code as text."""
    page = Layout(style, texts)
    if name in CATALOGUE.checks:
        _check(page, name)
    else:
        _reason(page, name)
    page.draft()
    return page.text


def listing_text(style: Style = PLAIN, texts: Texts = ENGLISH) -> str:
    """Everything that can be explained as text: the checks in the order they are asked, then the reasons."""
    page = Layout(style, texts)
    page.heading(page.word("Checks, in the order they are asked"))
    room = max(map(width, CATALOGUE.checks)) + 2
    for check in CATALOGUE.checks.values():
        page.entry("•", texts.of(check.id, check.question), term=check.id, room=room)
    page.heading(page.word("Reasons"))
    room = max(map(width, CATALOGUE.reasons)) + 2
    for reason in CATALOGUE.reasons.values():
        page.entry("•", texts.of(reason.code, reason.message), term=reason.code, room=room)
    page.draft()
    return page.text


def _check(page: Layout, name: str) -> None:
    check, texts = CATALOGUE.checks[name], page.texts
    page.heading(f"{check.id}: {texts.of(name, check.question)}")
    page.blank()
    page.pair(page.word("If it fails"), texts.of(name, check.failing))
    asked = [texts.condition(told) for condition, told in CONDITIONS.items() if condition in check.when]
    page.pair(page.word("Asked"), "; ".join(asked) or page.word("when the presentation calls for it"))
    page.pair(page.word("Clause"), *check.clause.split("; "))
    page.heading(page.word("Usual causes, and what to do"))
    for code in causes(name):
        reason = CATALOGUE.reasons[code]
        page.entry("•", f"{code}: {texts.of(code, reason.message)}")
        page.entry("→", texts.step(reason.next_step), deep=4)


def _reason(page: Layout, name: str) -> None:
    reason, texts = CATALOGUE.reasons[name], page.texts
    page.heading(f"{reason.code}: {texts.of(name, reason.message)}")
    page.blank()
    page.pair(page.word("Next step"), texts.step(reason.next_step))
    checks = checks_of(name)
    if name in EVERYWHERE:
        page.pair(page.word("Check"), page.word("any check that was skipped"))
    elif is_finding(name):
        told = "none: a finding on a name, date or number, for whoever decides"
        page.pair(page.word("Check"), page.word(told))
    elif name.startswith("RECEIPT_"):
        told = "a check of `defa-id receipt check`, about a receipt and not about a credential"
        page.pair(page.word("Check"), page.word(told))
    elif not checks:
        page.pair(page.word("Check"), page.word("none: nothing is judged, and the run ends with exit code 4"))
    for check in checks:
        entry = CATALOGUE.checks[check]
        page.blank()
        page.pair(page.word("Check"), f"{check}: {texts.of(check, entry.question)}")
        page.pair(page.word("If it fails"), texts.of(check, entry.failing))
        page.pair(page.word("Clause"), *entry.clause.split("; "))
