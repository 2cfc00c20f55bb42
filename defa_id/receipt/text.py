"""Receipts for people: whether one holds and what it says, and which of many would now come out otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from defa_id.catalogue import CATALOGUE
from defa_id.languages import ENGLISH, Texts
from defa_id.receipt import again
from defa_id.receipt.again import Change
from defa_id.receipt.checking import Checked
from defa_id.receipt.survey import Notice, Row, Survey
from defa_id.report.layout import Layout, shown
from defa_id.report.style import DECIDED, HUE, MARK, PLAIN, Style
from defa_id.report.text import conditions_said, level
from defa_id.report.width import width
from defa_id.verdict import Decision, Outcome

_WORDS: Final = {
    "accepted": ("passed", "HOLDS", "The receipt holds"),
    "rejected": ("failed", "DOES NOT HOLD", "Do not rely on this receipt"),
    "indeterminate": ("unknown", "NOT DECIDED", "Not all that was asked of the receipt could be found out"),
}
_DEMO: Final = "Demo registry: its issuers, keys and agreements are made up. Never rely on it."
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
    page.pair(page.word("Decision"), page.word(DECIDED[document["decision"]][1]))
    _question(page, document["question"])
    for credential in document["credentials"]:
        issuer, types = credential["issuer"], ", ".join(shown(name, 80) for name in credential["types"])
        kind = page.word(
            "{types}, as {format}", types=types or page.word("no type"), format=shown(credential["format"])
        )
        if issuer is None:
            page.pair(page.word("Credential"), kind, page.word("no issuer named"))
            continue
        page.pair(page.word("Credential"), kind, *filter(None, [shown(credential["issued"] or "")]))
        page.pair(page.word("Issuer"), f"{shown(issuer['entity_id'], 200)} ({shown(issuer['state'])})")
        recognition = credential["recognition"]
        arrangement = recognition["arrangement"]
        page.pair(page.word("Level"), *level(recognition["level"], page.texts))
        page.pair(page.word("Environment"), shown(recognition["environment"]))
        if arrangement:
            page.pair(page.word("Arrangement"), shown(arrangement, 120))
        if recognition["conditions"]:
            page.pair(page.word("Conditions"), *conditions_said(recognition["conditions"], page.texts))
    registry, policy = document["registry"], document["policy"]
    digest = shown(registry["sha256"], 13)
    page.pair(page.word("Registry"), f"{shown(registry['name'], 64)}, {registry['version']}, sha256 {digest}")
    page.pair(page.word("Policy"), f"{shown(policy['id'], 128)}, sha256 {shown(policy['sha256'], 13)}")
    if document["known_at"]:
        when = page.word("at {at}, as known at {known_at}", at=document["at"], known_at=document["known_at"])
    else:
        when = page.word("at {at}, with all the registry holds", at=document["at"])
    page.pair(page.word("Judged"), when, shown(document["library"]))
    page.pair(page.word("Made"), document["made"])
    if registry["environment"] == "demo":
        page.pair(page.word("Note"), page.word(_DEMO), hue="yellow")


def _question(page: Layout, asked: dict[str, Any]) -> None:
    if asked["relying_state"] is None:
        page.pair(page.word("Trust"), page.word("not asked: this says nothing about who the issuer is"))
        return
    state, purpose = shown(asked["relying_state"]), asked["purpose"]
    said = (
        page.word("{state}, for {purpose}", state=state, purpose=shown(page.texts.purpose(purpose), 200))
        if purpose
        else state
    )
    page.pair(page.word("Relying state"), said)
    if asked["min_level"]:
        page.pair(page.word("Least level"), page.word(asked["min_level"]))
    if asked["holder_binding"]:
        page.pair(page.word("Asked"), page.word("that its holder presents it"))


def survey_text(found: Survey, style: Style = PLAIN, texts: Texts = ENGLISH, *, every: bool = False) -> str:
    """Many receipts: how many would now come out otherwise, and those by whom a notice concerns, receipts with one
    turn together. `every` lists those that stand, too."""
    page = Layout(style, texts)
    counts = found.counts
    outcome = "failed" if counts[again.OTHERWISE] else "unknown" if counts[again.OPEN] or found.stale else "passed"
    word = {"failed": "OTHERWISE", "unknown": "NOT DECIDED", "passed": "ALL STAND"}[outcome]
    told = page.word(
        "{count} of {total} filed decisions would now be otherwise.",
        count=counts[again.OTHERWISE],
        total=sum(counts.values()),
    )
    left = page.word("Of {count} it cannot be told.", count=counts[again.OPEN]) if counts[again.OPEN] else ""
    page.banner(f"{MARK[outcome]} {page.word(word)}", f"on {HUE[outcome]}", beside=f"{told} {left}".strip())
    for notice in found.notices:
        _notice(page, notice)
    unnamed = [row for row in found.rows if row.standing == again.OTHERWISE and not row.turned]
    for rows, heading in (
        (unnamed, "Of no issuer"),
        ([row for row in found.rows if row.standing == again.OPEN], "Cannot be told from the receipt"),
        ([row for row in found.rows if row.standing == again.STANDS and every], "Still stand"),
    ):
        if rows:
            page.heading(f"{page.word(heading)}: {len(rows)}")
            _turns(page, rows)
    _steps(page, found)
    _footing(page, found)
    page.draft()
    return page.text


def _notice(page: Layout, notice: Notice) -> None:
    party = notice.party
    page.heading(f"{shown(party.entity_id, 200)} ({shown(party.home_state)}): {len(notice.rows)}")
    page.pair(page.word("Relying state"), shown(party.relying_state))
    if party.arrangement:
        page.pair(page.word("Arrangement"), shown(party.arrangement, 120))
    if notice.duty:
        page.pair(page.word("Duty of notice"), shown(notice.duty))
    contacts = dict.fromkeys((*notice.contacts, *filter(None, [notice.issuer_contact])))
    if contacts:
        page.pair(page.word("To be told"), *(shown(contact, 200) for contact in contacts))
    _turns(page, notice.rows)


def _turns(page: Layout, rows: Iterable[Row]) -> None:
    """Receipts that turned in the same way, together: how, the lines behind it, and their files."""
    turned: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        turned.setdefault((row.standing, row.filed, row.now, row.why, row.changes), []).append(row)
    gravest_first = sorted(turned.items(), key=lambda turn: turn[0][2] != Decision.REJECTED)
    for (standing, filed, now, why, changes), held in gravest_first:
        outcome, names = _STANDING[standing], {name: page.word(word) for name, (_, word) in DECIDED.items()}
        turn = names.get(filed or "", page.word("no receipt that can be read"))
        if standing == again.OTHERWISE:
            turn += f" → {names.get(now or '', page.word('not accepted'))}"
        page.entry(MARK[outcome], f"{turn}: {len(held)}", hue=HUE[outcome])
        if why:
            page.paragraph(page.word(why) if why in again.WHYS else shown(why), deep=4)
        for change in changes:
            _change(page, change)
        for row in held:
            judged = f", {row.at}" if row.at else ""
            page.paragraph(f"{shown(row.name, 200)}{judged}", deep=4, hang=2, hue="dim")


def _change(page: Layout, change: Change) -> None:
    before, now = (page.word(outcome) + (f" [{code}]" if code else "") for outcome, code in (change.before, change.now))
    page.paragraph(f"{change.id}: {before} → {now}", deep=4, hang=2)
    reason = CATALOGUE.reasons.get(change.now[1] or "")
    if reason and change.now[0] in (Outcome.FAILED, Outcome.UNKNOWN):
        page.paragraph(page.texts.of(reason.code, reason.message), deep=6)


def _steps(page: Layout, found: Survey) -> None:
    """What to do about what turned: tell those concerned, then what the reasons advise."""
    codes = dict.fromkeys(code for notice in found.notices for code in notice.codes)
    if not codes:
        return
    page.heading(page.word("What to do next"))
    page.entry("→", page.word("Tell those named above, and look again at what was done on these decisions."))
    for step in dict.fromkeys(CATALOGUE.reasons[code].next_step for code in codes if code in CATALOGUE.reasons):
        page.entry("→", page.texts.step(step))


def _footing(page: Layout, found: Survey) -> None:
    page.heading(page.word("What this rests on"))
    registry = found.registry
    version = page.word("version {version}, {freshness}", version=registry["version"], freshness=registry["freshness"])
    page.pair(page.word("Registry"), f"{shown(registry['name'], 64)}, {version}")
    if found.stale:
        page.pair("", page.word("it has expired: what stands by it may not stand"), hue="yellow")
    at = found.at or page.word("the moment each was judged")
    if found.known_at:
        page.pair(page.word("Judged"), page.word("at {at}, as known at {known_at}", at=at, known_at=found.known_at))
    else:
        page.pair(page.word("Judged"), page.word("at {at}, with all the registry holds", at=at))
    looked = "verified" if found.verified else "not looked at: give the key with --key"
    page.pair(page.word("Signatures"), page.word(looked))
    kept = "what only the credential could answer: its dates, its own status, its content, its holder"
    page.pair(page.word("Not asked"), page.word(kept))
    if registry["environment"] == "demo":
        page.blank()
        page.paragraph(page.word(_DEMO), hue="yellow")
