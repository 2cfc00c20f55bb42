"""Receipts for people: whether one holds and what it says, and which of many would now come out otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from defa_id.languages import ENGLISH, Texts
from defa_id.receipt import again
from defa_id.receipt.checking import Checked
from defa_id.receipt.survey import Row, Survey
from defa_id.report.layout import Layout, shown
from defa_id.report.style import HUE, MARK, PLAIN, Style
from defa_id.report.width import width
from defa_id.verdict import Outcome

_WORDS: Final = {
    "accepted": ("passed", "HOLDS", "The receipt holds"),
    "rejected": ("failed", "DOES NOT HOLD", "Do not rely on this receipt"),
    "indeterminate": ("unknown", "NOT DECIDED", "Not all that was asked of the receipt could be found out"),
}
_STANDING: Final = {again.STANDS: "passed", again.OTHERWISE: "failed", again.OPEN: "unknown"}


def checked_text(found: Checked, style: Style = PLAIN, texts: Texts = ENGLISH) -> str:
    """One receipt: whether it holds, what it says, each question and what to do next.

    In another language what the receipt itself says stays as it is written there.
    """
    page = Layout(style, texts)
    outcome, word, sentence = _WORDS[found.decision]
    page.banner(f"{MARK[outcome]} {page.word(word)}", f"on {HUE[outcome]}", beside=page.word(sentence))
    page.blank()
    if found.receipt is not None:
        _says(page, found.receipt.document)
    page.heading(page.word("Checks of the receipt"))
    room = max(width(line.id) for line in found.checks) + 2
    for line in found.checks:
        why = shown(line.why) + (f" [{line.code}]" if line.code and line.outcome is not Outcome.PASSED else "")
        page.entry(MARK[line.outcome], why, term=line.id, room=room, hue=HUE[line.outcome])
        if texts.translated and line.code and line.outcome is not Outcome.PASSED:
            page.paragraph(texts.of(line.code, found.catalogue.reasons[line.code].message), deep=4)
    steps = [
        found.catalogue.reasons[line.code].next_step
        for line in found.checks
        if line.code and line.outcome in (Outcome.FAILED, Outcome.UNKNOWN)
    ]
    if steps:
        page.heading(page.word("What to do next"))
    for step in dict.fromkeys(steps):
        page.entry("→", texts.step(step))
    page.draft()
    return page.text


def _says(page: Layout, document: dict[str, Any]) -> None:
    """What the receipt says, whether or not it is to be believed."""
    page.pair(page.word("Decision"), shown(document["decision"]))
    asked = document["question"]
    page.pair("Question", _question(asked))
    for credential in document["credentials"]:
        issuer, types = credential["issuer"], ", ".join(shown(name, 80) for name in credential["types"])
        if issuer is None:
            page.pair(page.word("Credential"), f"{shown(credential['format'])}, by no proven issuer")
            continue
        page.pair(
            page.word("Credential"),
            f"{types}, as {shown(credential['format'])}, of {shown(credential['issued'] or 'no day')}",
        )
        page.pair(page.word("Issuer"), f"{shown(issuer['entity_id'], 200)} ({shown(issuer['state'])})")
        recognition = credential["recognition"]
        level, arrangement = recognition["level"], recognition["arrangement"]
        page.pair(page.word("Level"), f"{shown(level['label'])}, granted {shown(level['granted'])}")
        page.pair(page.word("Environment"), shown(recognition["environment"]))
        if arrangement:
            page.pair(page.word("Arrangement"), shown(arrangement, 120))
        if recognition["conditions"]:
            page.pair(
                page.word("Conditions"), *(f"{n}. {shown(text)}" for n, text in enumerate(recognition["conditions"], 1))
            )
    registry, policy = document["registry"], document["policy"]
    digest = shown(registry["sha256"], 13)
    page.pair(page.word("Registry"), f"{shown(registry['name'], 64)} version {registry['version']}, sha256 {digest}")
    page.pair(page.word("Policy"), f"{shown(policy['id'], 128)}, sha256 {shown(policy['sha256'], 13)}")
    known = f"as known at {document['known_at']}" if document["known_at"] else "with all the registry held"
    page.pair(page.word("Judged"), f"at {document['at']}, {known}", f"by {shown(document['library'])}")
    page.pair("Made", document["made"])
    if registry["environment"] == "demo":
        page.pair(page.word("Note"), "a demo registry: nothing of it is to be relied on", hue="yellow")


def _question(asked: dict[str, Any]) -> str:
    if asked["relying_state"] is None:
        return "whether the proof holds; no state was asked about"
    purpose = f" for {shown(asked['purpose'], 120)}" if asked["purpose"] else ""
    least = f", at least {asked['min_level']}" if asked["min_level"] else ""
    bound = ", presented by its holder" if asked["holder_binding"] else ""
    return f"may {asked['relying_state']} rely on it{purpose}{least}{bound}?"


def survey_text(found: Survey, style: Style = PLAIN, *, every: bool = False) -> str:
    """Many receipts: how many would now come out otherwise, and those by issuer. `every` lists the rest too."""
    page = Layout(style)
    counts = found.counts
    outcome = "failed" if counts[again.OTHERWISE] else "unknown" if counts[again.OPEN] or found.stale else "passed"
    word = {"failed": "OTHERWISE", "unknown": "NOT DECIDED", "passed": "ALL STAND"}[outcome]
    told = f"{counts[again.OTHERWISE]} of {sum(counts.values())} filed decisions would now be otherwise"
    left = f"; {counts[again.OPEN]} cannot be told" if counts[again.OPEN] else ""
    page.banner(f"{MARK[outcome]} {word}", f"on {HUE[outcome]}", beside=told + left)
    for issuer, rows in _by_issuer(row for row in found.rows if row.standing == again.OTHERWISE):
        page.heading(f"{shown(issuer, 200)}: {len(rows)}")
        _rows(page, rows)
    for standing, heading in ((again.OPEN, "Cannot be told from the receipt"), (again.STANDS, "Stand")):
        rows = [row for row in found.rows if row.standing == standing]
        if rows and (every or standing == again.OPEN):
            page.heading(f"{heading}: {len(rows)}")
            _rows(page, rows)
    page.heading("What this rests on")
    registry = found.registry
    page.pair("Registry", f"{shown(registry['name'], 64)} version {registry['version']}, {registry['freshness']}")
    if found.stale:
        page.pair("", "it has expired: what stands by it may not stand", hue="yellow")
    page.pair("Asked", f"as of {found.at or 'the moment each was judged'}, {_known(found.known_at)}")
    page.pair("Signatures", "verified" if found.verified else "not looked at: give the key with --key")
    page.pair("Not asked", "what only the credential could answer: its dates, its own status, its content, its holder")
    return page.text


def _known(known_at: str | None) -> str:
    return f"as known at {known_at}" if known_at else "with all the registry holds"


def _by_issuer(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        names = ", ".join(f"{one['entity_id']} ({one['state']})" for one in row.turned)
        found.setdefault(names, []).append(row)
    return sorted(found.items())


def _rows(page: Layout, rows: Sequence[Row]) -> None:
    for row in rows:
        outcome = _STANDING[row.standing]
        turn = (
            f"{row.filed} → {row.now or 'not accepted'}" if row.standing == again.OTHERWISE else row.filed or "unread"
        )
        judged = f", judged {row.at}" if row.at else ""
        page.entry(MARK[outcome], f"{shown(row.name, 200)}{judged}: {turn}", hue=HUE[outcome])
        if row.why:
            page.paragraph(shown(row.why), deep=4)
        for change in row.changes:
            before, now = (outcome + (f" {code}" if code else "") for outcome, code in (change.before, change.now))
            page.paragraph(f"{change.id}: {before} → {now}", deep=4, hang=2, hue="dim")
