"""Readiness: three answers, the registry before people, and no trial that answers for going live."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner

from defa_id import languages
from defa_id.assessment import readiness as module
from defa_id.assessment.finding import LACKING, MET, OPEN, finding
from defa_id.assessment.gap import gap
from defa_id.assessment.readiness import (
    FROM_NOBODY,
    FROM_PEOPLE,
    FROM_REGISTRY,
    NO,
    UNKNOWN,
    YES,
    Readiness,
    read_answers,
    read_checklist,
    readiness,
    template,
    together,
)
from defa_id.assessment.readiness_text import readiness_text
from defa_id.cli import cli
from defa_id.errors import WrongUse
from defa_id.report.style import Style
from defa_id.report.width import width
from defa_id.wanted import WANTED
from tests.assessment.made import COMPANY, baseline, corridor, made, registry
from tests.assessment.test_gap import hold
from tests.report.test_text import assert_harmless
from tests.support.world import NOW, PERSON, World, recognition

CHECKLIST = read_checklist()
ASKED = [question["id"] for question in CHECKLIST["questions"] if "answered_by" not in question]
EVERYTHING: dict[str, Any] = {id: {"answer": "yes", "as_of": "2026-11-24"} for id in ASKED}


def report(world: World | None = None, state: str = "SG", answered: dict[str, Any] | None = None) -> Readiness:
    opened = world.registry(NOW) if world else registry()
    return readiness(opened, state, baseline(), at=NOW, checklist=CHECKLIST, answered=answered)


def answer(found: Readiness, id: str) -> str:
    return next(one.answer for one in found.answers if one.id == id)


def best(environment: str = "live") -> World:
    """SG as it should be: on every question a registry can answer, yes."""
    world = made()
    world.environment = environment
    for listing in world.lists.values():
        listing["environment"] = environment
    world.sg["assurance"][0]["level"] = "high"
    lasting = [{"phase": "trial", "from": "2026-01-01T00:00:00Z", "until": "2027-11-01T00:00:00Z"}]
    for state in ("PH", "SG"):
        world.lists[state]["arrangements"] = [corridor(parties=["PH", "SG"], phases=lasting)]
    world.lists["PH"]["entities"][0]["services"][0]["credentials"] = [{"type": COMPANY}, {"type": PERSON}]
    world.lists["TH"]["arrangements"] = []
    world.lists["TH"]["recognitions"] = [recognition("TH", "SG", [PERSON], environment="live", min_level="high")]
    return world


# -- the checklist as data --------------------------------------------------------------------------------


def test_the_checklist_is_whole(project: Path) -> None:
    shape = json.loads((project / "schemas" / "readiness.schema.json").read_text(encoding="utf-8"))
    assert jsonschema_rs.Draft202012Validator(shape).is_valid(CHECKLIST)
    ids = [question["id"] for question in CHECKLIST["questions"]]
    modules = [one["id"] for one in CHECKLIST["modules"]]
    assert len(ids) == len(set(ids))
    assert [question["id"].partition(".")[0] for question in CHECKLIST["questions"]] == [
        question["module"] for question in CHECKLIST["questions"]
    ]
    assert {question["module"] for question in CHECKLIST["questions"]} == set(modules)
    for question in CHECKLIST["questions"]:
        assert question["question"][0]["value"].endswith("?")
        assert question["why"][0]["value"].endswith(".")


def test_every_module_asks_something_for_the_first_stage_so_that_none_is_ready_for_nothing() -> None:
    first = CHECKLIST["stages"][0]["id"]
    asking = {question["module"] for question in CHECKLIST["questions"] if question["needed_for"] == first}
    assert asking == {module["id"] for module in CHECKLIST["modules"]}


def test_the_registry_answers_with_findings_that_exist_and_all_of_them_are_asked_about() -> None:
    used = {question["answered_by"]["finding"] for question in CHECKLIST["questions"] if "answered_by" in question}
    assert used <= set(WANTED)
    left = set(WANTED) - used
    assert left == {"issuer.format", "recognition.given", "recognition.mutual"}  # another policy, and its own affair


def test_evidence_of_a_trial_is_never_enough_for_live() -> None:
    order = ["demo", "sandbox", "pilot", "live"]
    stages = {stage["id"]: stage["evidence"] for stage in CHECKLIST["stages"]}
    assert list(stages) == ["sandbox", "pilot", "live"]
    assert order.index(stages["live"]) > order.index("sandbox")
    assert order.index(stages["pilot"]) > order.index("demo")


# -- three answers ----------------------------------------------------------------------------------------


def test_several_answers_in_one() -> None:
    assert together([]) == YES
    assert together([YES, YES]) == YES
    assert together([YES, UNKNOWN]) == UNKNOWN
    assert together([UNKNOWN, NO, YES]) == NO


def test_nobody_asked_is_not_known_and_people_can_answer() -> None:
    found = report(best())
    assert found.ready == {"sandbox": UNKNOWN, "pilot": UNKNOWN, "live": UNKNOWN}
    assert {one.source for one in found.answers} == {FROM_REGISTRY, FROM_NOBODY}
    told = report(best(), answered=EVERYTHING)
    assert told.ready == {"sandbox": YES, "pilot": YES, "live": YES}
    assert {one.source for one in told.answers} == {FROM_REGISTRY, FROM_PEOPLE}
    assert [module.reached for module in told.modules] == ["live"] * len(told.modules)


@pytest.mark.parametrize("id", ASKED)
def test_one_no_of_people_is_a_no_from_its_stage_on(id: str) -> None:
    stage = next(question["needed_for"] for question in CHECKLIST["questions"] if question["id"] == id)
    no = {**EVERYTHING, id: {"answer": "no", "as_of": "2026-11-24", "note": "in spring"}}
    found = report(best(), answered=no)
    from_there = found.stages[found.stages.index(stage) :]
    assert found.ready == {name: NO if name in from_there else YES for name in found.stages}
    (one,) = [one for one in found.answers if one.id == id]
    assert (one.answer, one.found) == (NO, "as of 2026-11-24: in spring")


@pytest.mark.parametrize(
    ("environment", "ready"),
    [("demo", (YES, NO, NO)), ("sandbox", (YES, YES, NO)), ("pilot", (YES, YES, YES)), ("live", (YES, YES, YES))],
)
def test_experimental_never_satisfies_live(environment: str, ready: tuple[str, str, str]) -> None:
    """The same list in a registry that is less tried: what it shows counts for less."""
    found = report(best(environment), answered=EVERYTHING)
    assert tuple(found.ready.values()) == ready
    if environment == "sandbox":
        assert answer(found, "recognition.received") == NO
        assert "only in sandbox; pilot at least" in next(
            one.found for one in found.answers if one.id == "recognition.received"
        )


def test_a_type_on_trial_does_not_satisfy_live_in_a_live_registry() -> None:
    world = best()
    world.vocabulary["types"] = [{**entry, "maturity": "experimental"} for entry in world.vocabulary["types"]]
    found = report(world, answered=EVERYTHING)
    assert tuple(found.ready.values()) == (YES, YES, NO)
    assert answer(found, "recognition.received") == NO


def test_a_state_that_has_no_list_yet() -> None:
    found = report(state="AU", answered=EVERYTHING)
    assert found.ready["sandbox"] == NO
    assert answer(found, "list.present") == NO
    assert {one.answer for one in found.answers if one.source == FROM_REGISTRY} == {NO, UNKNOWN}


def test_all_or_any() -> None:
    met, lacking, open_ = (
        finding("issuer.usable", outcome, "x", environment="live") for outcome in (True, False, None)
    )
    assert (met.outcome, lacking.outcome, open_.outcome) == (MET, LACKING, OPEN)
    demo = met._replace(environment="demo")
    cases = [
        ([], UNKNOWN, UNKNOWN),
        ([met], YES, YES),
        ([met, met], YES, YES),
        ([met, lacking], NO, YES),
        ([met, open_], UNKNOWN, YES),
        ([lacking], NO, NO),
        ([lacking, open_], NO, NO),
        ([open_], UNKNOWN, UNKNOWN),
        ([demo], NO, NO),
        ([demo, met], NO, YES),
        ([demo, lacking], NO, NO),
        ([demo, open_], UNKNOWN, NO),
    ]
    for held, every, one in cases:
        assert module._from_findings(held, "pilot", any_=False)[0] == every, held
        assert module._from_findings(held, "pilot", any_=True)[0] == one, held


def test_the_registry_and_the_gap_report_say_the_same() -> None:
    for state in ("PH", "SG", "TH", "VN"):
        lacking = {one.id for one in gap(registry(), state, baseline(), at=NOW).lacking}
        for question in CHECKLIST["questions"]:
            by = question.get("answered_by")
            if by is not None and by["take"] == "all" and by["finding"] in lacking:
                assert answer(report(state=state), question["id"]) == NO


# -- answers of people ------------------------------------------------------------------------------------


def spelled(**changes: Any) -> bytes:
    return json.dumps({**template("SG", CHECKLIST), **changes}).encode()


def test_an_empty_template_answers_nothing_and_can_be_filled_in() -> None:
    assert read_answers(spelled(), "SG", CHECKLIST) == {}
    assert set(template("SG", CHECKLIST)["answers"]) == set(ASKED)
    assert read_answers(spelled(answers=EVERYTHING), "SG", CHECKLIST) == EVERYTHING


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "TH"},
        {"answers": {"list.own": {"answer": "yes", "as_of": "2026-11-24"}}},  # for the registry to answer
        {"answers": {"people.tall": None}},
        {"answers": {ASKED[0]: {"answer": "perhaps", "as_of": "2026-11-24"}}},
        {"answers": {ASKED[0]: {"answer": "yes"}}},
        {"answers": {ASKED[0]: "yes"}},
        {"defa_id": "readiness-answers/2"},
        {"more": 1},
    ],
)
def test_answers_that_are_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(WrongUse):
        read_answers(spelled(**wrong), "SG", CHECKLIST)


@pytest.mark.parametrize("data", [b"", b"[]", b'{"state": "SG", "state": "TH"}', b"\xff"])
def test_what_is_no_document(data: bytes) -> None:
    with pytest.raises(WrongUse):
        read_answers(data, "SG", CHECKLIST)


# -- shown ------------------------------------------------------------------------------------------------


def test_the_text_word_for_word() -> None:
    hold("readiness-SG.txt", readiness_text(report(best()), "live"))
    hold("readiness-PH.txt", readiness_text(report(state="PH", answered=EVERYTHING), "pilot", every=True))


def test_the_text_fits_any_screen_and_never_steers_it() -> None:
    for columns in (48, 80, 100):
        assert max(map(width, readiness_text(report(), "live", Style(columns)).splitlines())) <= columns
    note = {ASKED[0]: {"answer": "no", "as_of": "2026-11-24", "note": "\x1b[2J\nREADY\N{RIGHT-TO-LEFT OVERRIDE}"}}
    assert_harmless(readiness_text(report(answered=note), "live", every=True))


def test_the_command(tmp_path: Path) -> None:
    def run(*words: str) -> Any:
        return CliRunner().invoke(cli, ["readiness", "--state", "SG", *words])

    done = run("--at", "2026-11-24T12:00:00Z")
    assert done.exit_code == 1
    assert done.stdout.startswith("NOT READY  SG, for sandbox")
    blank = run("--template")
    assert blank.exit_code == 0
    (tmp_path / "answers.json").write_text(blank.stdout, encoding="utf-8")
    assert run("--answers", str(tmp_path / "answers.json")).stdout.count("nobody has answered it") > 2
    document = json.loads(run("--json").stdout)
    assert set(document) == {"state", "at", "registry", "checklist", "ready", "modules", "answers"}
    assert set(document["ready"]) == {"sandbox", "pilot", "live"}
    assert run("--answers", str(tmp_path / "absent")).exit_code == 2
    assert run("--stage", "war").exit_code == 2
    assert run("--registry", "/nowhere").exit_code == 4
    assert CliRunner().invoke(cli, ["readiness", "--state", "sg"]).exit_code == 2
    assert CliRunner().invoke(cli, ["readiness", "--state", "AU"]).exit_code == 1
    assert max(map(len, run("--help").stdout.splitlines())) <= 80


@pytest.mark.parametrize("code", ["fil", "id", "ms", "th", "vi"])
def test_another_language_asks_the_same_questions(code: str) -> None:
    """Ids, answers and what was found are those of the English; every question is in the language."""
    texts, found = languages.texts(code), report()
    text = readiness_text(found, "live", texts=texts, every=True)
    english = readiness_text(found, "live", every=True)
    for one in found.answers:
        assert f"{one.id}: " in text
        assert " ".join(texts.of(one.id, one.question).split()) in " ".join(text.split())
        assert one.question not in " ".join(text.split())
    for mark in "✓✗?":
        assert text.count(f"  {mark} ") == english.count(f"  {mark} ")
    assert max(map(width, text.splitlines())) <= 80
