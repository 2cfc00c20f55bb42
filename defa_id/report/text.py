"""A verdict for people: the answer first, then who and what, every question, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from defa_id.report.layout import Layout, shown
from defa_id.report.style import DECIDED, HUE, MARK, PLAIN, Style
from defa_id.report.width import width
from defa_id.verdict import NO_ENVIRONMENT, Check, Decision, Outcome, Verdict

_ANCHORS = {
    "pinned": "pinned by you",
    "packaged": "the one inside this package",
    "beside the registry": "came with the registry: pin it with --root",
}
_CAPS = {
    "bearer": "nobody proved to hold it (bearer)",
    "status": "its status is not known to be current (status)",
}
_AXES = "P proofing, A holder authentication, F presentation, G governance: 0 to 3 each"
_ENVIRONMENTS = {
    "demo": "",
    "sandbox": "a trial with made-up people",
    "pilot": "a limited trial with real people",
    "live": "",
}


def report(verdict: Verdict, style: Style = PLAIN, *, explain: bool = False) -> str:
    """The verdict as text, for a screen of `style`; with `explain` every check in full."""
    page = Layout(style)
    answer(page, verdict)
    page.blank()
    _subject(page, verdict, explain)
    if explain:
        _explained(page, verdict)
    else:
        _checks(page, verdict)
    _next(page, verdict)
    _footing(page, verdict)
    return page.text


def answer(page: Layout, verdict: Verdict) -> None:
    """The first line: the decision in a word, and the summary without it."""
    outcome, word = DECIDED[verdict.decision]
    page.banner(f"{MARK[outcome]} {word}", f"on {HUE[outcome]}", beside=sentence(verdict))


def sentence(verdict: Verdict) -> str:
    """The summary without the word that opens it."""
    rest = shown(verdict.summary).partition(": ")[2]
    return rest[:1].upper() + rest[1:]


def _subject(page: Layout, verdict: Verdict, explain: bool) -> None:
    if not verdict.credentials:
        _asked(page, verdict.asked)
    listing = any(check.id == "issuer.listed" and check.code != "POLICY_WAIVED" for check in verdict.checks)
    measured = any(
        check.id == "assurance.achieved" and check.outcome is not Outcome.SKIPPED for check in verdict.checks
    )
    for number, (credential, recognition) in enumerate(
        zip(verdict.credentials, verdict.recognitions, strict=True), start=1
    ):
        if len(verdict.credentials) > 1:
            page.heading(f"Credential {number} of {len(verdict.credentials)}")
        _credential(page, credential, listing)
        if recognition is None or not (measured or recognition["environment"] == NO_ENVIRONMENT):
            _asked(page, verdict.asked)
        else:
            _recognition(page, recognition, explain)


def _credential(page: Layout, credential: Mapping[str, Any], listing: bool) -> None:
    types = ", ".join(shown(name, 80) for name in credential.get("types") or ())
    page.pair("Credential", f"{types or 'no type'}, as {shown(credential.get('format'))}")
    issuer = credential.get("issuer") or {}
    identifier = shown(issuer["id"], 200) if issuer.get("id") else "no issuer named"
    if issuer.get("state"):
        page.pair("Issuer", f"{shown(issuer.get('name') or issuer['id'], 120)} ({shown(issuer['state'])})", identifier)
    else:
        page.pair("Issuer", identifier, "listed by no member state" if listing else "who that is was not asked")


def _asked(page: Layout, asked: Mapping[str, Any]) -> None:
    if asked.get("relying_state"):
        page.pair("Relying state", _state_and_purpose(asked))


def _state_and_purpose(asked: Mapping[str, Any]) -> str:
    purpose = f", for {shown(asked['purpose'])}" if asked.get("purpose") else ""
    return shown(asked["relying_state"]) + purpose


def _recognition(page: Layout, recognition: Mapping[str, Any], explain: bool) -> None:
    environment = shown(recognition.get("environment"))
    if environment == NO_ENVIRONMENT:
        page.pair("Trust", "not asked: this says nothing about who the issuer is", hue="yellow")
        return
    page.pair("Relying state", _state_and_purpose(recognition))
    page.pair("Level", *level(recognition.get("level") or {}), *([_AXES] if explain else []))
    meaning = _ENVIRONMENTS.get(environment, "")
    page.pair("Environment", f"{environment}: {meaning}" if meaning else environment)
    if recognition.get("arrangement"):
        page.pair("Arrangement", shown(recognition["arrangement"], 120))
    if conditions := recognition.get("conditions"):
        page.pair("Conditions", *(f"{n}. {shown(text)}" for n, text in enumerate(conditions, 1)))


def level(level: Mapping[str, Any]) -> Iterable[str]:
    """The level reached, and beneath it what was granted and what of this presentation capped it."""
    vector = level.get("vector") or {}
    axes = " ".join(f"{shown(axis, 2)}{shown(value, 2)}" for axis, value in vector.items())
    yield shown(level.get("label")) + (f"  ({axes})" if axes else "")
    granted, caps = level.get("granted"), [_CAPS.get(cap, shown(cap, 80)) for cap in level.get("capped_by") or ()]
    if caps:
        reached = f"granted {shown(granted)}; " if granted else ""
        yield f"{reached}capped because {' and '.join(caps)}"


def _term(check: Check) -> str:
    return f"{check.id} [{check.item}]" if check.item else check.id


def _checks(page: Layout, verdict: Verdict) -> None:
    page.heading("Checks")
    waiting = [check for check in verdict.checks if check.outcome is Outcome.SKIPPED and check.code == "CHECK_NEEDS"]
    lines = [check for check in verdict.checks if check not in waiting]
    room = max((width(_term(check)) for check in lines), default=0) + 2
    for check in lines:
        found = _why(check) or verdict.catalogue.checks[check.id].question
        page.entry(MARK[check.outcome], found, term=_term(check), room=room, hue=HUE[check.outcome])
    if waiting:
        names = ", ".join(map(_term, waiting))
        blocked = "could not be asked after that" if verdict.problems else "not asked"
        page.entry(MARK[Outcome.SKIPPED], f"{len(waiting)} {blocked}: {names}", hue="dim")


def _why(check: Check) -> str:
    why = shown(check.why)
    if check.code == "POLICY_WAIVED":
        return f"waived by the policy: {why}"
    if check.outcome in (Outcome.FAILED, Outcome.UNKNOWN):
        return f"{why} [{check.code}]"
    return why


def _explained(page: Layout, verdict: Verdict) -> None:
    page.heading("Checks, in full")
    for check in verdict.checks:
        entry = verdict.catalogue.checks[check.id]
        reason = verdict.catalogue.reasons.get(check.code or "")
        page.blank()
        page.entry(MARK[check.outcome], f"{_term(check)}: {check.outcome}", hue=HUE[check.outcome])
        page.paragraph(entry.question, deep=4)
        page.pair("Found", _why(check) or "as it must be", deep=4)
        page.pair("Clause", entry.clause, deep=4)
        if check.outcome is not Outcome.PASSED:
            page.pair("If it fails", entry.failing, deep=4)
        for name, value in sorted(check.evidence.items()):
            page.pair(shown(name, 40), *_values(value), deep=4)
        if reason and check.outcome in (Outcome.FAILED, Outcome.UNKNOWN):
            page.pair("Next", reason.next_step, deep=4)


def _values(value: object) -> Iterable[str]:
    if isinstance(value, list | tuple):
        return [shown(item, 200) for item in value] or ["none"]
    if isinstance(value, bool) or value is None:
        return [{True: "yes", False: "no", None: "none"}[value]]
    return [shown(value, 200)]


def next_steps(verdict: Verdict) -> dict[str, list[str]]:
    """What to do about each problem that is not another's consequence: step to the codes that call for it."""
    steps: dict[str, list[str]] = {}
    for check in verdict.problems:
        if check.outcome is not Outcome.SKIPPED and check.code:
            codes = steps.setdefault(verdict.catalogue.reasons[check.code].next_step, [])
            if check.code not in codes:
                codes.append(check.code)
    return steps


def _next(page: Layout, verdict: Verdict) -> None:
    steps = next_steps(verdict)
    page.heading("What to do next")
    if verdict.decision is Decision.ACCEPTED:
        if any(row and row.get("conditions") for row in verdict.recognitions):
            page.entry("→", "Keep to the conditions above.")
        caps = any(row and (row.get("level") or {}).get("capped_by") for row in verdict.recognitions)
        more = " For more certainty, ask for it with holder binding." if caps else ""
        page.entry("→", f"Nothing is missing for what was asked.{more}")
    for step, codes in steps.items():
        page.entry("→", shown(step))
        page.paragraph(f"more: defa-id explain {codes[0]}", deep=4, hue="dim")
    if verdict.decision is not Decision.ACCEPTED and not steps:
        page.entry("→", "Run it again with --explain: every question and what it found are listed there.")


def _footing(page: Layout, verdict: Verdict) -> None:
    page.heading("What this rests on")
    registry = verdict.registry
    if registry:
        digest = f", sha256 {shown(registry['sha256'], 13)}" if registry.get("sha256") else ""
        page.pair("Registry", f"version {shown(registry.get('version'))}, {shown(registry.get('freshness'))}{digest}")
        anchor = registry.get("anchor")
        if anchor:
            page.pair("Trust anchor", _ANCHORS.get(str(anchor), shown(anchor)))
    else:
        page.pair("Registry", "none was asked")
    if verdict.policy:
        page.pair("Policy", f"{shown(verdict.policy.get('id'), 128)}, sha256 {shown(verdict.policy.get('sha256'), 13)}")
    known = f"as known at {shown(verdict.known_at)}" if verdict.known_at else "with all the registry holds"
    page.pair("Judged", f"at {shown(verdict.at)}, {known}")
    for document in verdict.documents:
        page.pair("Document", shown(document.get("url"), 200))
    if verdict.library:
        page.pair("Library", shown(verdict.library))
    if registry and registry.get("environment") == "demo":
        page.blank()
        page.paragraph("Demo registry: its issuers, keys and agreements are made up. Never rely on it.", hue="yellow")
