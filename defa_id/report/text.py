"""A verdict for people: the answer first, then who and what, every question, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

from defa_id.languages import ENGLISH, Texts
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
_LEVELS = ("none", "low", "substantial", "high")
_AXES = "P proofing, A holder authentication, F presentation, G governance: 0 to 3 each"
_ENVIRONMENTS = {
    "demo": "",
    "sandbox": "a trial with made-up people",
    "pilot": "a limited trial with real people",
    "live": "",
}
# By whether the credential is the relying state's own, and whether a purpose was named.
_ACCEPTED = {
    (False, False): "{relying} may rely on this credential from {home}. Level: {level}. Environment: {environment}.",
    (False, True): (
        "{relying} may rely on this credential from {home}, for {purpose}. Level: {level}. Environment: {environment}."
    ),
    (True, False): "This is {home}'s own credential. Level: {level}. Environment: {environment}.",
    (True, True): "This is {home}'s own credential, for {purpose}. Level: {level}. Environment: {environment}.",
}


def report(verdict: Verdict, style: Style = PLAIN, *, explain: bool = False, texts: Texts = ENGLISH) -> str:
    """The verdict as text, for a screen of `style`; with `explain` every check in full.

    In another language what a check found in particular stays English: it names members, times and identifiers.
    """
    page = Layout(style, texts)
    answer(page, verdict)
    page.blank()
    _subject(page, verdict, explain)
    _together(page, verdict)
    if explain:
        _explained(page, verdict)
    else:
        _checks(page, verdict)
    _not_run(page, verdict)
    _next(page, verdict)
    _footing(page, verdict)
    page.draft()
    return page.text


def answer(page: Layout, verdict: Verdict) -> None:
    """The first line: the decision in a word, and the summary without it."""
    outcome, word = DECIDED[verdict.decision]
    badge = f"{MARK[outcome]} {page.word(word)}"
    page.banner(badge, f"on {HUE[outcome]}", beside=sentence(verdict, page.texts))


def sentence(verdict: Verdict, texts: Texts = ENGLISH) -> str:
    """The summary without the word that opens it."""
    if texts.translated:
        return shown(_sentence(verdict, texts))
    rest = shown(verdict.summary).partition(": ")[2]
    return rest[:1].upper() + rest[1:]


def _sentence(verdict: Verdict, texts: Texts) -> str:
    """The summary in another language, put together from whole sentences: word order is each language's own."""
    if verdict.decision is not Decision.ACCEPTED:
        code = verdict.problems[0].code if verdict.problems else None
        if code is None:
            return texts.word("Nothing that was asked has been answered.")
        return texts.of(code, verdict.catalogue.reasons[code].message)
    recognition = verdict.recognitions[0] if verdict.recognitions else None
    if not recognition or recognition["environment"] == NO_ENVIRONMENT:
        return texts.word("The proof holds. Who the issuer is was not asked.")
    own, bound = recognition["home_state"] == recognition["relying_state"], bool(recognition["purpose"])
    said = texts.word(
        _ACCEPTED[own, bound],
        home=recognition["home_state"],
        environment=recognition["environment"],
        level=_label(recognition["level"]["label"], texts),
        **({} if own else {"relying": recognition["relying_state"]}),
        **({"purpose": texts.purpose(recognition["purpose"])} if bound else {}),
    )
    if len(verdict.credentials) > 1:
        many = texts.word("{count} credentials were shown; this is said of the first.", count=len(verdict.credentials))
        return f"{said} {many}"
    return said


def _label(label: object, texts: Texts) -> str:
    """A level's name: in another language the word, and the name as records write it."""
    own = texts.word(str(label)) if label in _LEVELS else shown(label)
    return own if own == label else f"{own} ({label})"


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
            page.heading(page.word("Credential {number} of {count}", number=number, count=len(verdict.credentials)))
        _credential(page, credential, listing)
        if recognition is None or not (measured or recognition["environment"] == NO_ENVIRONMENT):
            _asked(page, verdict.asked)
        else:
            _recognition(page, recognition, explain, bool(verdict))


def _credential(page: Layout, credential: Mapping[str, Any], listing: bool) -> None:
    types = ", ".join(shown(name, 80) for name in credential.get("types") or ())
    said = page.word(
        "{types}, as {format}", types=types or page.word("no type"), format=shown(credential.get("format"))
    )
    page.pair(page.word("Credential"), said)
    issuer = credential.get("issuer") or {}
    identifier = shown(issuer["id"], 200) if issuer.get("id") else page.word("no issuer named")
    if issuer.get("state"):
        name = f"{shown(issuer.get('name') or issuer['id'], 120)} ({shown(issuer['state'])})"
        page.pair(page.word("Issuer"), name, identifier)
    else:
        told = page.word("listed by no member state") if listing else page.word("who that is was not asked")
        page.pair(page.word("Issuer"), identifier, told)


def _asked(page: Layout, asked: Mapping[str, Any]) -> None:
    if asked.get("relying_state"):
        page.pair(page.word("Relying state"), _state_and_purpose(page, asked))


def _state_and_purpose(page: Layout, asked: Mapping[str, Any]) -> str:
    state = shown(asked["relying_state"])
    if not asked.get("purpose"):
        return state
    return page.word("{state}, for {purpose}", state=state, purpose=shown(page.texts.purpose(asked["purpose"])))


def _recognition(page: Layout, recognition: Mapping[str, Any], explain: bool, accepted: bool) -> None:
    environment = shown(recognition.get("environment"))
    if environment == NO_ENVIRONMENT:
        said = page.word("not asked: this says nothing about who the issuer is")
        page.pair(page.word("Trust"), said, hue="yellow")
        return
    page.pair(page.word("Relying state"), _state_and_purpose(page, recognition))
    axes = [page.word(_AXES)] if explain else []
    page.pair(page.word("Level"), *level(recognition.get("level") or {}, page.texts), *axes)
    meaning = _ENVIRONMENTS.get(environment, "")
    page.pair(page.word("Environment"), f"{environment}: {page.word(meaning)}" if meaning else environment)
    if recognition.get("arrangement"):
        page.pair(page.word("Arrangement"), shown(recognition["arrangement"], 120))
    if accepted and (conditions := recognition.get("conditions")):
        page.pair(page.word("Conditions"), *conditions_said(conditions, page.texts))


def conditions_said(conditions: Iterable[str], texts: Texts = ENGLISH) -> Iterable[str]:
    """The conditions, numbered; where one is translated, its own wording beneath, which is what counts."""
    for number, text in enumerate(conditions, 1):
        own = texts.attached(text)
        yield f"{number}. {shown(own)}"
        if own != text:
            yield f"   {shown(text)}"


def level(level: Mapping[str, Any], texts: Texts = ENGLISH) -> Iterable[str]:
    """The level reached, and beneath it what was granted and what of this presentation capped it."""
    vector = level.get("vector") or {}
    axes = " ".join(f"{shown(axis, 2)}{shown(value, 2)}" for axis, value in vector.items())
    yield _label(level.get("label"), texts) + (f"  ({axes})" if axes else "")
    caps = [texts.word(_CAPS[cap]) if cap in _CAPS else shown(cap, 80) for cap in level.get("capped_by") or ()]
    if not caps:
        return
    why = reduce(lambda one, other: texts.word("{one} and {other}", one=one, other=other), caps)
    if granted := level.get("granted"):
        yield texts.word("granted {granted}; capped because {why}", granted=_label(granted, texts), why=why)
    else:
        yield texts.word("capped because {why}", why=why)


def _term(check: Check) -> str:
    return f"{check.id} [{check.item}]" if check.item else check.id


def _together(page: Layout, verdict: Verdict) -> None:
    """The level of several credentials together, which is no higher than the lowest of them."""
    found = verdict.composition
    if found:
        page.heading(page.word("Together"))
        page.pair(page.word("Level"), *level(found, page.texts))
        if not found["linked"]:
            page.pair("", page.word("nothing proves that they belong to one holder"), hue="yellow")


def _checks(page: Layout, verdict: Verdict) -> None:
    page.heading(page.word("Checks"))
    waiting = [check for check in verdict.checks if check.outcome is Outcome.SKIPPED and check.code == "CHECK_NEEDS"]
    lines = [check for check in verdict.checks if check not in waiting]
    room = max((width(_term(check)) for check in lines), default=0) + 2
    for check in lines:
        found = _found(page, verdict, check)
        page.entry(MARK[check.outcome], found, term=_term(check), room=room, hue=HUE[check.outcome])
        if page.texts.translated and check.outcome in (Outcome.FAILED, Outcome.UNKNOWN):
            page.paragraph(shown(check.why), deep=4, hue="dim")
    if waiting:
        names = ", ".join(map(_term, waiting))
        blocked = "{count} could not be asked after that: {names}" if verdict.problems else "{count} not asked: {names}"
        said = page.word(blocked, count=len(waiting), names=names)
        page.entry(MARK[Outcome.SKIPPED], said, hue="dim")


def _found(page: Layout, verdict: Verdict, check: Check) -> str:
    """What a line says: what was found, or in another language what the reason means, or what was asked."""
    question = verdict.catalogue.checks[check.id].question
    if not page.texts.translated or check.code == "POLICY_WAIVED":
        return _why(page, check) or question
    if check.code and check.code in verdict.catalogue.reasons:
        return f"{page.texts.of(check.code, verdict.catalogue.reasons[check.code].message)} [{check.code}]"
    return page.texts.of(check.id, question)


def _why(page: Layout, check: Check) -> str:
    why = shown(check.why)
    if check.code == "POLICY_WAIVED":
        return page.word("waived by the policy: {why}", why=shown(page.texts.attached(check.why)))
    if check.outcome in (Outcome.FAILED, Outcome.UNKNOWN):
        return f"{why} [{check.code}]"
    return why


def _explained(page: Layout, verdict: Verdict) -> None:
    texts = page.texts
    page.heading(page.word("Checks, in full"))
    for check in verdict.checks:
        entry = verdict.catalogue.checks[check.id]
        reason = verdict.catalogue.reasons.get(check.code or "")
        page.blank()
        page.entry(MARK[check.outcome], f"{_term(check)}: {page.word(str(check.outcome))}", hue=HUE[check.outcome])
        page.paragraph(texts.of(check.id, entry.question), deep=4)
        if texts.translated and reason and check.code != "POLICY_WAIVED":
            page.paragraph(texts.of(reason.code, reason.message), deep=4)
        page.pair(page.word("Found"), _why(page, check) or page.word("as it must be"), deep=4)
        page.pair(page.word("Clause"), entry.clause, deep=4)
        if check.outcome is not Outcome.PASSED:
            page.pair(page.word("If it fails"), texts.of(check.id, entry.failing), deep=4)
        for name, value in sorted(check.evidence.items()):
            page.pair(shown(name, 40), *_values(page, value), deep=4)
        if reason and check.outcome in (Outcome.FAILED, Outcome.UNKNOWN):
            page.pair(page.word("Next"), texts.step(reason.next_step), deep=4)


def _values(page: Layout, value: object) -> Iterable[str]:
    if isinstance(value, list | tuple):
        return [shown(item, 200) for item in value] or [page.word("none")]
    if isinstance(value, bool) or value is None:
        return [page.word({True: "yes", False: "no", None: "none"}[value])]
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


def _not_run(page: Layout, verdict: Verdict) -> None:
    """What somebody else has to answer: it is no part of the decision, and nobody may think it was."""
    if verdict.not_run:
        page.heading(page.word("Not asked here: somebody else has to"))
    for one in verdict.not_run:
        page.entry(MARK[Outcome.SKIPPED], f"{shown(one['check'], 80)}: {shown(one['what'], 300)}", hue="yellow")


def _next(page: Layout, verdict: Verdict) -> None:
    steps = next_steps(verdict)
    page.heading(page.word("What to do next"))
    _review(page, verdict)
    if verdict.decision is Decision.ACCEPTED:
        if any(row and row.get("conditions") for row in verdict.recognitions):
            page.entry("→", page.word("Keep to the conditions above."))
        caps = any(row and (row.get("level") or {}).get("capped_by") for row in verdict.recognitions)
        more = [page.word("For more certainty, ask for it with holder binding.")] if caps else []
        page.entry("→", " ".join([page.word("Nothing is missing for what was asked."), *more]))
    for step, codes in steps.items():
        page.entry("→", shown(page.texts.step(step)))
        page.paragraph(page.word("more: defa-id explain {code}", code=codes[0]), deep=4, hue="dim")
    if verdict.decision is not Decision.ACCEPTED and not steps:
        again = "Run it again with --explain: every question and what it found are listed there."
        page.entry("→", page.word(again))


def _review(page: Layout, verdict: Verdict) -> None:
    """That a person has to look, before anything else is done, and where somebody who is refused can turn."""
    review = verdict.human_review
    if review is None:
        return
    if review["required"]:
        refused = "A person looks at this before anybody is refused."
        always = "A person looks at this: the policy asks for it."
        page.entry("→", page.word(always if verdict else refused))
    if review["appeal"] and not verdict:
        page.entry("→", page.word("Whoever is refused can turn to: {appeal}", appeal=shown(review["appeal"], 200)))


def _footing(page: Layout, verdict: Verdict) -> None:
    page.heading(page.word("What this rests on"))
    registry = verdict.registry
    if registry:
        page.pair(page.word("Registry"), _registry(page, registry))
        anchor = registry.get("anchor")
        if anchor:
            told = page.word(_ANCHORS[str(anchor)]) if str(anchor) in _ANCHORS else shown(anchor)
            page.pair(page.word("Trust anchor"), told)
    else:
        page.pair(page.word("Registry"), page.word("none was asked"))
    if verdict.policy:
        digest = shown(verdict.policy.get("sha256"), 13)
        page.pair(page.word("Policy"), f"{shown(verdict.policy.get('id'), 128)}, sha256 {digest}")
    if verdict.known_at:
        at = page.word("at {at}, as known at {known_at}", at=shown(verdict.at), known_at=shown(verdict.known_at))
    else:
        at = page.word("at {at}, with all the registry holds", at=shown(verdict.at))
    page.pair(page.word("Judged"), at)
    for document in verdict.documents:
        page.pair(page.word("Document"), shown(document.get("url"), 200))
    if verdict.library:
        page.pair(page.word("Library"), shown(verdict.library))
    if registry and registry.get("environment") == "demo":
        page.blank()
        demo = "Demo registry: its issuers, keys and agreements are made up. Never rely on it."
        page.paragraph(page.word(demo), hue="yellow")


def _registry(page: Layout, registry: Mapping[str, Any]) -> str:
    version, freshness = shown(registry.get("version")), shown(registry.get("freshness"))
    if not registry.get("sha256"):
        return page.word("version {version}, {freshness}", version=version, freshness=freshness)
    digest = shown(registry["sha256"], 13)
    said = "version {version}, {freshness}, sha256 {sha256}"
    return page.word(said, version=version, freshness=freshness, sha256=digest)
