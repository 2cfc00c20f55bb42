"""The gap report: word for word for one world, and finding by finding for what makes each of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from defa_id import files, languages
from defa_id.assessment import gap as module
from defa_id.assessment.finding import LACKING, MET, OPEN, finding
from defa_id.assessment.gap import ABSENT, EXPERIMENTAL, LIVE, PILOTED, Gap, gap
from defa_id.assessment.gap_text import gap_text
from defa_id.assessment.picture import picture
from defa_id.cli import cli
from defa_id.codec import times
from defa_id.errors import WrongUse
from defa_id.policy import Policy
from defa_id.report.style import Style
from defa_id.report.width import width
from defa_id.wanted import WANTED
from tests.assessment.made import COMPANY, SCHEMA, baseline, made, registry, strict
from tests.report.test_text import assert_harmless
from tests.support.world import GRANT, NOW, PERSON, PERSON_VCT, World, recognition

GOLDEN = Path(__file__).parent / "golden"
STATES = ("PH", "SG", "TH", "VN")
LATER = "2026-11-20T00:00:00Z"


def report(world: World | None = None, state: str = "SG", policy: Policy | None = None, **asked: Any) -> Gap:
    opened = world.registry(NOW) if world else registry()
    return gap(opened, state, policy or baseline(), at=NOW, **asked)


def outcomes(found: Gap, id: str) -> dict[str, str]:
    return {one.subject: one.outcome for one in found.findings if one.id == id}


def hold(name: str, text: str) -> None:
    """Compare with the golden file; DEFA_ID_GOLDEN=write writes it anew, to be read before it is committed."""
    path = GOLDEN / name
    if os.environ.get("DEFA_ID_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("state", STATES)
def test_the_report_word_for_word(state: str) -> None:
    found = report(state=state)
    hold(f"gap-{state}.txt", gap_text(found, every=True))
    hold(f"gap-{state}.json", json.dumps(found.to_dict(), indent=1, ensure_ascii=False) + "\n")


def test_under_a_stricter_policy_word_for_word() -> None:
    hold("gap-SG-strict.txt", gap_text(report(policy=strict())))


def test_every_kind_of_finding_is_in_a_golden_report_met_and_lacking_or_open() -> None:
    """Otherwise the golden files would not notice when one of them changes."""
    reports = [report(state=state) for state in STATES]
    reports += [report(policy=strict()), report(state="PH", policy=strict())]
    seen = {(one.id, one.outcome == MET) for found in reports for one in found.findings}
    only_one = {"list.present", "list.fresh", "list.languages", "issuer.possession"}  # the others' tests are below
    assert {id for id in WANTED if (id, True) not in seen} <= {"issuer.format", "recognition.mutual"}
    assert {id for id in WANTED if (id, False) not in seen} <= only_one


# -- how far it has come ------------------------------------------------------------------------------------


def maturity(world: World, state: str = "SG", kind: str = "person-identity") -> str:
    return next(one.maturity for one in report(world, state).modules if one.id == kind)


def test_maturity_is_that_of_the_strongest_environment_in_which_somebody_relies_on_it() -> None:
    world = made()
    assert maturity(world) == LIVE
    for environment, word in (("live", LIVE), ("pilot", PILOTED), ("sandbox", EXPERIMENTAL), ("demo", EXPERIMENTAL)):
        changed = made()
        changed.lists["VN"]["recognitions"] = []
        changed.lists["PH"]["recognitions"] = changed.lists["PH"]["arrangements"] = []
        changed.lists["TH"]["arrangements"] = []
        changed.lists["TH"]["recognitions"] = [recognition("TH", "SG", [PERSON], environment=environment)]
        assert maturity(changed) == word
    nobody = made()
    for state in ("PH", "SG", "TH", "VN"):
        nobody.lists[state] |= {"recognitions": [], "arrangements": []}
    assert maturity(nobody) == EXPERIMENTAL
    assert maturity(world, "TH") == ABSENT


def test_experimental_never_satisfies_live() -> None:
    world = made()
    world.vocabulary["types"] = [{**entry, "maturity": "experimental"} for entry in world.vocabulary["types"]]
    assert maturity(world) == EXPERIMENTAL
    world.vocabulary["types"] = [{**entry, "maturity": "developing"} for entry in world.vocabulary["types"]]
    assert maturity(world) == PILOTED


def test_no_issuer_no_maturity_whoever_recognises_it() -> None:
    world = made()
    world.sg["status_events"].append(
        {"status": "suspended", "reason": "supervision", "effective": LATER, "recorded": LATER}
    )
    assert maturity(world) == ABSENT
    assert outcomes(report(world), "issuer.usable") == {"person-identity": LACKING}
    earlier = gap(world.registry(NOW), "SG", baseline(), at=NOW, known_at=times.parse("2026-11-19T00:00:00Z"))
    assert earlier.modules[0].maturity == LIVE


def test_the_most_developed_comes_first() -> None:
    world = made()
    world.lists["SG"]["entities"][0]["services"].append(
        {**world.sg, "service_id": "SG-0002", "credentials": [{"type": COMPANY}]}
    )
    found = report(world)
    assert [(one.id, one.maturity) for one in found.modules] == [
        ("person-identity", LIVE),
        ("legal-entity", EXPERIMENTAL),
    ]
    assert found.modules[0].relied_on_by == ("PH", "TH", "VN")


# -- finding by finding: what turns it --------------------------------------------------------------------


def _sg(change: dict[str, Any]) -> Callable[[World], Any]:
    return lambda world: world.sg.update(change)


def _list(change: dict[str, Any]) -> Callable[[World], Any]:
    return lambda world: world.lists["SG"]["state"].update(change)


TURNED: dict[str, tuple[Callable[[World], Any], str]] = {
    "list.own": (_list({"provenance": {"kind": "imported", "source": "elsewhere"}}), ""),
    "list.legal_basis": (_list({"legal_basis": []}), ""),
    "list.contact": (_list({"contacts": []}), ""),
    "list.languages": (_list({"languages": ["en", "ms"]}), ""),
    "issuer.interface": (_sg({"interface": "issuer-app-only"}), "SG-0001"),
    "issuer.schema": (_sg({"credentials": [{"type": PERSON}, {"type": PERSON_VCT, "schema": SCHEMA}]}), "SG-0001"),
    "issuer.status": (_sg({"status_lists": []}), "SG-0001"),
    "issuer.algorithm": (_sg({"algorithms": [{"alg": "ES256", "not_after": "2027-11-01T00:00:00Z"}]}), "SG-0001"),
    "issuer.possession": (lambda world: world.sg["identifiers"][1].pop("possession"), "SG-0001"),
    "issuer.incident_contact": (lambda world: world.lists["SG"]["entities"][0].pop("incident_contact"), "SG-0001"),
    "level.basis": (lambda world: world.sg["assurance"][0].update(status="proposed"), "SG-0001"),
    "recognition.basis": (
        lambda world: world.lists["SG"]["recognitions"][0].update(legal_basis="none: made up"),
        "SG-1",
    ),
    "recognition.leads": (lambda world: world.lists["PH"].update(entities=[]), "PH"),
    "arrangement.signed": (lambda world: world.lists["SG"].update(arrangements=[]), "corridor"),
    "instrument.in_force": (lambda world: world.vocabulary["instruments"][0].update(status="signed"), "SG-1"),
    "end.ahead": (
        lambda world: world.lists["SG"]["recognitions"][0].update(until="2026-12-24T12:00:00Z"),
        "SG-1 of PH",
    ),
    "recognition.received": (
        lambda world: [world.lists[state].update(recognitions=[], arrangements=[]) for state in ("PH", "TH", "VN")],
        "person-identity",
    ),
}


@pytest.mark.parametrize("id", TURNED)
def test_one_change_turns_one_finding(id: str) -> None:
    change, subject = TURNED[id]
    world = made()
    before = {(one.id, one.subject, one.found) for one in report(world).lacking}
    change(world)
    new = [one for one in report(world).lacking if (one.id, one.subject, one.found) not in before]
    assert (id, subject) in {(one.id, one.subject) for one in new}


def test_what_is_lacking_says_what_to_do_and_what_is_met_does_not() -> None:
    for state in STATES:
        for one in report(state=state).findings:
            assert bool(one.next_step) == (one.outcome != MET)
            assert one.wanted == WANTED[one.id][0]
            assert one.found


def test_a_finding_has_an_id_that_is_known() -> None:
    with pytest.raises(KeyError):
        finding("list.colour", True, "green", environment="demo")
    assert finding("list.own", None, "?", environment="demo").outcome == OPEN


def test_levels_are_asked_by_those_who_rely_and_by_the_policy() -> None:
    found = report()
    (person,) = [one for one in found.findings if one.id == "level.asked" and one.subject == PERSON]
    assert (person.outcome, person.asked_by, person.found) == (LACKING, ("PH", "TH"), "granted substantial, asked high")
    world = made()
    world.sg["assurance"][0]["level"] = "high"
    assert set(outcomes(report(world), "level.asked").values()) == {MET}
    strictly = report(world, policy=Policy.from_document({"id": "own", "min_level": "high"}))
    assert set(outcomes(strictly, "level.asked").values()) == {MET}
    assert "own" in {who for one in strictly.findings if one.id == "level.asked" for who in one.asked_by}


def test_whom_a_state_recognises_is_open_and_never_lacking() -> None:
    for state in STATES:
        found = report(state=state)
        for id in ("recognition.given", "recognition.mutual"):
            assert LACKING not in outcomes(found, id).values()


def test_an_arrangement_waits_for_the_others_or_for_this_state() -> None:
    assert outcomes(report(state="SG"), "arrangement.signed") == {"corridor": OPEN}
    world = made()
    for state in ("PH", "SG", "TH"):
        world.lists[state]["arrangements"] = world.lists["SG"]["arrangements"]
    assert outcomes(report(world), "arrangement.signed") == {"corridor": MET}
    world.lists["SG"]["arrangements"] = []
    (waiting,) = [one for one in report(world).findings if one.id == "arrangement.signed"]
    assert (waiting.outcome, waiting.asked_by) == (LACKING, ("PH", "TH"))
    assert outcomes(report(state="VN"), "arrangement.signed") == {"": MET}


def test_a_list_past_its_time() -> None:
    world = made()
    world.expires = "2026-11-01T00:00:00Z"
    assert outcomes(report(world), "list.fresh") == {"": LACKING}


def test_ends_are_told_with_the_days_left() -> None:
    found = [one for one in report(state="PH").findings if one.id == "end.ahead"]
    assert [(one.subject, one.found) for one in found] == [
        ("PH-1 of SG", "recognition ends 2027-01-01T00:00:00Z, in 37 days"),
        ("corridor trial", "arrangement ends 2027-01-10T00:00:00Z, in 46 days"),
    ]
    calm = gap(registry(), "SG", baseline(), at=NOW - timedelta(days=200))
    assert outcomes(calm, "end.ahead") == {"": MET}


def test_other_states_never_change_what_is_in_this_states_hands() -> None:
    world = made()
    world.lists["VN"]["entities"] = world.lists["PH"]["recognitions"] = []
    world.lists["TH"]["recognitions"] = []
    own = ("list.", "issuer.", "level.basis")
    before, after = ([one for one in report(each).findings if one.id.startswith(own)] for each in (made(), world))
    assert [one._replace(found="") for one in before] == [one._replace(found="") for one in after]


def test_a_state_without_a_list() -> None:
    with pytest.raises(WrongUse, match="no list"):
        report(state="AU")


def test_the_text_fits_any_screen_and_never_steers_it() -> None:
    for columns in (48, 80, 100):
        lines = gap_text(report(), Style(columns), every=True).splitlines()
        assert max(map(width, lines)) <= columns
    hostile = made()
    hostile.lists["SG"]["state"]["names"] = [{"lang": "en", "value": "SG\x1b[2J\nNO GAP\N{RIGHT-TO-LEFT OVERRIDE}"}]
    hostile.lists["SG"]["recognitions"][0]["legal_basis"] = "\x1b[31m"
    assert_harmless(gap_text(report(hostile), every=True))
    assert gap_text(report(), Style(unicode=False)).isascii()


def test_the_modules_docstring_names_a_reading_and_no_verdict_on_people() -> None:
    assert "its own affair" in (module.__doc__ or "")


# -- the command ----------------------------------------------------------------------------------------


def run(*words: str) -> Any:
    return CliRunner().invoke(cli, ["gap", *words])


@pytest.mark.parametrize("code", ["fil", "id", "ms", "th", "vi"])
def test_another_language_says_the_same(code: str) -> None:
    texts, found = languages.texts(code), report()
    text, english = gap_text(found, texts=texts, every=True), gap_text(found, every=True)
    for one in found.findings:
        assert f"{one.id}: " in text
        assert texts.of(one.id, one.wanted) != one.wanted
        if one.next_step:
            assert texts.step(one.next_step) != one.next_step
    for mark in "✓✗?→":
        assert text.count(f" {mark} ") == english.count(f" {mark} ")
    for word in ("The legal basis", "Somebody to reach", "relied on by", "Ends ahead", "This is a reading"):
        assert word in english
        assert word not in text
    assert max(map(width, text.splitlines())) <= 80
    assert texts.word("NO GAP" if text.startswith(texts.word("NO GAP")) else "GAP") in text.splitlines()[0]


def test_the_command() -> None:
    done = run("--state", "SG", "--at", "2026-11-24T12:00:00Z")
    assert done.exit_code == 1
    assert done.stdout.startswith("GAP  Singapore against baseline: ")
    assert "Demo, synthetic" in done.stdout
    document = json.loads(run("--state", "SG", "--json").stdout)
    assert set(document) == {
        *("state", "name", "at", "known_at", "policy", "registry", "counts", "modules", "findings"),
    }
    assert run("--state", "AU").exit_code == 2
    assert json.loads(run("--state", "AU", "--json").stdout)["error"]["code"] == "CFG_STATE"
    assert run("--state", "SG", "--policy", "nothing").exit_code == 2
    assert run("--state", "SG", "--registry", "/nowhere").exit_code == 4
    assert max(map(len, run("--help").stdout.splitlines())) <= 80


def test_every_state_of_the_packaged_registry_has_a_report() -> None:
    opened = files.open_registry(now=NOW)
    for state in opened.states():
        found = gap(opened, state, Policy.preset("baseline"), at=NOW)
        assert found.counts[MET]
        assert_harmless(gap_text(found, every=True))
        assert {one.maturity for one in found.modules} <= {ABSENT, EXPERIMENTAL}  # a demo is no more than that
    assert GRANT < LATER


def test_a_kind_bears_its_own_name_and_not_that_of_another_standard() -> None:
    """In the registry that travels with the package PhilSys, claim 169 and EU types belong to person identity."""
    seen = picture(files.open_registry(), "SG", at=NOW)
    assert seen.kind("person-identity") == "Person identity"
    assert seen.kind("driving-licence") == "Driving licence"
