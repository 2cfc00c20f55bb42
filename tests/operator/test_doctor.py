"""The doctor: every end is told in steps, everything broken is told once, and silence means health."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from defa_id.codec import times
from defa_id.issue import signing
from defa_id.operator import admission, doctor, doctor_report, expiries, storage
from defa_id.operator.doctor import Patient, Report
from defa_id.operator.tree import Object, Tree
from defa_id.report.style import PLAIN
from tests.adversarial.machine import publication
from tests.distribution.mirrors import put
from tests.operator.conftest import Run
from tests.operator.made import certificate, days
from tests.support.world import World, dumps

END = datetime(2028, 3, 1, 6, tzinfo=UTC)
FROM = "2026-01-01T00:00:00Z"
ENDS = times.show(END)
YEARS = {"root": days(365), "SG-ops": days(365)}  # lives so long that their last third is no limit


def service(listing: Object, id: str = "SG-0001") -> Object:
    found: Object = next(one for entity in listing["entities"] for one in entity["services"] if one["service_id"] == id)
    return found


def edited(tree: Tree, change: Callable[[Object], object], state: str = "SG") -> Tree:
    """The sources with one state's list changed."""
    listing = copy.deepcopy(tree.states[state].listing)
    change(listing)
    return tree.with_state(state, tree.states[state]._replace(listing=listing))


def patient(tree: Tree, **more: Any) -> Patient:
    return Patient(tree, more.pop("roles", {}), {state: one.listing for state, one in tree.states.items()}, **more)


def examined(tree: Tree, at: datetime, **more: Any) -> Report:
    return doctor.examine(patient(tree, **more), at)


def kinds(report: Report) -> set[str]:
    return {problem.kind for problem in report.problems}


# --- ends ahead -------------------------------------------------------------------------------------


def ends_key(sg: Object) -> None:
    service(sg)["identifiers"][1]["valid_until"] = ENDS


def ends_name(sg: Object) -> None:
    service(sg)["identifiers"][0]["valid_until"] = ENDS


def ends_certificate(sg: Object) -> None:
    """By its own date alone, which nobody wrote into the list."""
    admitted = admission.read_key(certificate(signing.generate(), END - days(400), END, authority=True))
    service(sg)["identifiers"][1:] = [{**admitted.identifier, "valid_from": FROM, "recorded": FROM}]


def ends_algorithm(sg: Object) -> None:
    service(sg)["algorithms"] = [{"alg": "ES256", "not_after": ENDS}]


def ends_level(sg: Object) -> None:
    service(sg)["assurance"] = [{**service(sg)["assurance"][0], "until": ENDS}]


def ends_grant(sg: Object) -> None:
    service(sg)["status_events"].append(
        {"status": "suspended", "effective": ENDS, "recorded": FROM, "reason": "administrative"}
    )


def ends_recognition(sg: Object) -> None:
    sg["recognitions"][0]["until"] = ENDS


def ends_arrangement(sg: Object) -> None:
    sg["arrangements"][0]["phases"] = [{"phase": "live", "from": FROM, "until": ENDS}]


def ends_list(sg: Object) -> None:
    sg["next_update"] = ENDS


OF_LISTS: dict[str, tuple[Callable[[Object], None], str]] = {
    "key": (ends_key, "SG-0001 "),
    "identifier": (ends_name, "SG-0001 did:web:sg-identity"),
    "certificate": (ends_certificate, "SG-0001 "),
    "algorithm": (ends_algorithm, "SG-0001 ES256"),
    "level": (ends_level, "SG-0001 "),
    "grant": (ends_grant, "SG-0001 suspended"),
    "recognition": (ends_recognition, "SG-0101 of "),
    "arrangement": (ends_arrangement, " live"),
    "list": (ends_list, "SG/list.json"),
}
STEPS = [
    (timedelta(days=90, seconds=1), None),
    (days(90), 90),
    (timedelta(days=60, seconds=1), 90),
    (days(60), 60),
    (timedelta(days=30, seconds=1), 60),
    (days(30), 30),
    (timedelta(days=14, seconds=1), 30),
    (days(14), 14),
    (timedelta(days=7, seconds=1), 14),
    (days(7), 7),
    (timedelta(days=1, seconds=1), 7),
    (days(1), 1),
    (timedelta(seconds=1), 1),
]


@pytest.mark.parametrize(("left", "step"), STEPS, ids=[f"{left.days}d{left.seconds}s" for left, _ in STEPS])
@pytest.mark.parametrize("what", OF_LISTS)
def test_every_end_in_a_list_is_told_at_every_step(tree: Tree, what: str, left: timedelta, step: int | None) -> None:
    change, name = OF_LISTS[what]
    roles = {"lives": YEARS}
    report = examined(edited(tree, change), END - left, **roles)
    found = [one for one in report.due if (one.what, one.state, one.expires) == (what, "SG", END)]
    assert [one.within(report.at) for one in found] == ([] if step is None else [step])
    if step is not None:
        assert name in found[0].name
        assert found[0].days_left(report.at) == left.days
        assert report.verdict == "due"


@pytest.mark.parametrize("what", ["key", "identifier", "certificate", "list"])
def test_what_has_ended_is_told_until_it_is_mended(tree: Tree, what: str) -> None:
    """Of a key and a list; a recognition, a level or a phase that was meant to end is over."""
    report = examined(edited(tree, OF_LISTS[what][0]), END + days(100), lives=YEARS)
    (found,) = [one for one in report.due if (one.what, one.state, one.expires) == (what, "SG", END)]
    assert (found.within(report.at), found.days_left(report.at)) == (0, -100)


@pytest.mark.parametrize(("left", "step"), STEPS, ids=[f"{left.days}d{left.seconds}s" for left, _ in STEPS])
@pytest.mark.parametrize("role", ["root", "SG-ops"])
def test_every_role_is_told_at_every_step(tree: Tree, role: str, left: timedelta, step: int | None) -> None:
    report = examined(tree, END - left, roles={role: END}, lives=YEARS)
    found = [one for one in report.due if one.what == "role"]
    assert [(one.name, one.state, one.within(report.at)) for one in found] == (
        [] if step is None else [(role, "SG" if role != "root" else "", step)]
    )


def test_a_role_signed_for_a_short_time_is_told_in_its_last_third(tree: Tree) -> None:
    short = {"roles": {"timestamp": END}, "lives": {"timestamp": days(3)}}
    assert not [one for one in examined(tree, END - days(1) - timedelta(seconds=1), **short).due if one.what == "role"]
    assert [one for one in examined(tree, END - days(1), **short).due if one.what == "role"]


def followed_key(sg: Object) -> None:
    ends_key(sg)
    key = service(sg)["identifiers"][1]
    public = signing.generate().public
    service(sg)["identifiers"].append(
        {
            "kind": "jwk",
            "jwk": dict(public.jwk),
            "thumbprint": public.thumbprint,
            "valid_from": key["valid_from"],
            "recorded": FROM,
        }
    )


def followed_level(sg: Object) -> None:
    ends_level(sg)
    service(sg)["assurance"].append({**service(sg)["assurance"][0], "effective": ENDS, "until": "2030-01-01T00:00:00Z"})


def followed_algorithm(sg: Object) -> None:
    ends_algorithm(sg)
    service(sg)["algorithms"].append({"alg": "ES384"})


def followed_recognition(sg: Object) -> None:
    ends_recognition(sg)
    next_one = copy.deepcopy(sg["recognitions"][0])
    sg["recognitions"].append({**next_one, "id": "SG-0199", "from": ENDS, "until": "2030-01-01T00:00:00Z"})


@pytest.mark.parametrize(
    "change", [followed_key, followed_level, followed_algorithm, followed_recognition], ids=lambda one: one.__name__
)
def test_an_end_after_which_something_follows_is_nobodys_worry(tree: Tree, change: Callable[[Object], None]) -> None:
    assert not [one for one in examined(edited(tree, change), END - days(1), lives=YEARS).due if one.expires == END]


def test_a_compromised_key_is_an_end_of_its_own(tree: Tree) -> None:
    def stolen(sg: Object) -> None:
        service(sg)["identifiers"][1]["compromised_since"] = ENDS

    (found,) = [one for one in examined(edited(tree, stolen), END + days(1), lives=YEARS).due if one.what == "key"]
    assert found.within(END + days(1)) == 0
    assert doctor.examine(patient(edited(tree, stolen)), END + days(1)).usable["SG"] == 8


# --- what is wrong ----------------------------------------------------------------------------------

THEIRS = "did:web:th-identity.demo.example"


def same_key(tree: Tree) -> Callable[[Object], object]:
    theirs = service(tree.states["TH"].listing, "TH-0001")["identifiers"][1]
    return lambda sg: service(sg)["identifiers"].append(copy.deepcopy(theirs))


BROKEN: dict[str, tuple[str, Callable[[Tree], Callable[[Object], object]]]] = {
    "one key in two states": ("duplicate", same_key),
    "one issuer in two states": (
        "duplicate",
        lambda _: lambda sg: service(sg)["identifiers"][0].update(value=THEIRS),
    ),
    "one service number twice": (
        "duplicate",
        lambda _: lambda sg: sg["entities"][0]["services"].append(copy.deepcopy(service(sg))),
    ),
    "a key nobody can read": ("unreadable", lambda _: lambda sg: service(sg)["identifiers"][1]["jwk"].update(x="AAAA")),
    "a thumbprint of another key": (
        "unreadable",
        lambda _: lambda sg: service(sg)["identifiers"][1].update(thumbprint="A" * 43),
    ),
    "a certificate nobody can read": (
        "unreadable",
        lambda _: (
            lambda sg: service(sg)["identifiers"].append(
                {
                    "kind": "x509",
                    "use": "ca",
                    "sha256": "0" * 64,
                    "valid_from": FROM,
                    "recorded": FROM,
                    "pem": "-----BEGIN CERTIFICATE-----\nnull;null;null;null\n-----END CERTIFICATE-----\n",
                }
            )
        ),
    ),
    "a private key": ("unreadable", lambda _: lambda sg: service(sg)["identifiers"][1]["jwk"].update(d="AAAA")),
    "a type nobody knows": ("rule", lambda _: lambda sg: service(sg)["credentials"][0].update(type="*")),
    "no list at all": ("rule", lambda _: lambda sg: sg.pop("entities")),
}


@pytest.mark.parametrize(("kind", "change"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_broken_is_told_by_kind_with_its_place_and_a_way_out(
    tree: Tree, now: datetime, kind: str, change: Callable[[Tree], Callable[[Object], object]]
) -> None:
    report = examined(edited(tree, change(tree)), now)
    assert kind in kinds(report)
    assert report.verdict == "due"
    found = next(problem for problem in report.problems if problem.kind == kind)
    assert found.where.startswith("states/")
    assert found.message
    assert found.remedy
    text = doctor_report.text(report, PLAIN)
    assert "Problems" in text
    assert "states/" in text


def test_a_list_that_is_empty_or_all_ended_is_no_healthy_one(tree: Tree, now: datetime) -> None:
    bare = tree
    for state in tree.states:
        bare = edited(bare, lambda listing: listing.update(entities=[]), state)
    report = examined(bare, now)
    assert "empty" in kinds(report)
    assert sum(report.usable.values()) == 0
    ended = tree
    for state in tree.states:
        ended = edited(ended, end_all, state)
    assert "empty" in kinds(examined(ended, now))


def end_all(listing: Object) -> None:
    for entity in listing["entities"]:
        for one in entity["services"]:
            if not any(event["status"] in ("withdrawn", "ceased", "superseded") for event in one["status_events"]):
                one["status_events"].append(
                    {"status": "withdrawn", "effective": "2026-11-20T00:00:00Z", "recorded": "2026-11-20T00:00:00Z"}
                    | {"reason": "administrative"}
                )


@pytest.mark.parametrize(("at_least", "found"), [(1, set()), (25, set()), (26, {"floor"}), (10**6, {"floor"})])
def test_fewer_than_there_must_be_is_a_problem(tree: Tree, now: datetime, at_least: int, found: set[str]) -> None:
    assert kinds(doctor.examine(patient(tree), now, at_least=at_least)) == found


def test_what_nobody_covers_is_to_be_known(tree: Tree, now: datetime) -> None:
    notes = "\n".join(examined(tree, now).notes)
    assert "without a service others can rely on: BN, ID, LA, MM, TL" in notes
    assert "recognised by nobody: BN, ID, LA, MM, TL" in notes
    assert "recognising nobody: MM" in notes
    assert "nothing is published yet" in notes
    assert examined(tree, now).verdict == "ok", "knowing is enough"


def test_a_service_nobody_elsewhere_can_use_is_not_counted(tree: Tree, now: datetime) -> None:
    before = examined(tree, now).usable["SG"]
    closed = edited(tree, lambda sg: service(sg).update(interface="none", formats=[]))
    own = edited(tree, lambda sg: service(sg).update(interface="issuer-app-only", formats=[]))
    assert [examined(one, now).usable["SG"] for one in (closed, own)] == [before - 1] * 2


# --- the command ------------------------------------------------------------------------------------


def test_a_healthy_registry(run: Run, pristine: Path) -> None:
    for more in (("--dir", pristine), ("--registry", pristine / "published")):
        said = run("registry", "doctor", *more)
        assert (said.exit_code, said.stderr) == (0, "")
        assert said.stdout.startswith("OK")
        assert "25 services of 11 states can be relied on." in said.stdout
    assert run("registry", "doctor").stdout.startswith("OK  defa-id-demo, demo"), "the packaged one"


def test_json_for_machines(run: Run, pristine: Path) -> None:
    said = run("registry", "doctor", "--registry", pristine / "published", "--at", "2027-10-20T00:00:00Z", "--json")
    assert said.exit_code == 1
    report = json.loads(said.stdout)
    assert report.keys() == {
        *("registry", "environment", "at", "verdict", "version", "issued"),
        *("usable_services", "due", "problems", "notes"),
    }
    assert (report["verdict"], report["version"], report["environment"]) == ("due", 1, "demo")
    root = next(one for one in report["due"] if one["name"] == "root")
    assert root == {
        "what": "role",
        "state": "",
        "name": "root",
        "expires": "2027-11-24T12:00:00Z",
        "days_left": 35,
        "within": 60,
    }
    assert [one["expires"] for one in report["due"]] == sorted(one["expires"] for one in report["due"])
    near = run("registry", "doctor", "--registry", pristine / "published", "--at", "2027-10-20T00:00:00Z", "--json")
    far = run("registry", "doctor", *("--registry", pristine / "published"), "--within", 30, "--at", report["at"])
    assert near.exit_code == 1
    assert "root" not in far.stdout


SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\["\\n])*",?)+)\})? (-?\d+)')


def gauges(text: str) -> dict[str, int]:
    """The samples of Prometheus' text format; every metric has its help and type before its first sample."""
    helped, typed, found = set(), set(), {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped.add(line.split()[2])
        elif line.startswith("# TYPE "):
            assert line.split()[3] == "gauge"
            assert line.split()[2] not in typed, "one metric, one group"
            typed.add(line.split()[2])
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert match[1] in helped & typed
            assert line.rpartition(" ")[0] not in found
            found[line.rpartition(" ")[0].removeprefix("defa_id_registry_")] = int(match[3])
    assert text.endswith("\n")
    return found


def test_gauges_for_prometheus(run: Run, pristine: Path) -> None:
    named = ("registry", "doctor", "--registry", pristine / "published", "--prometheus")
    well = gauges(run(*named).stdout)
    assert (well["up"], well["exit_code"], well["version"], well['problems{kind="none"}']) == (1, 0, 1, 0)
    assert (well['usable_services{state="SG"}'], well['usable_services{state="MM"}']) == (9, 0)
    assert well['role_expires_seconds{role="root"}'] == int(datetime(2027, 11, 24, 12, tzinfo=UTC).timestamp())
    said = run(*named, "--at", "2027-11-24T00:00:00Z")
    assert said.exit_code == 1
    ill = gauges(said.stdout)
    steps = [ill[f'due{{within_days="{days}"}}'] for days in (0, *expiries.WARNED_AT)]
    assert steps == sorted(steps)
    assert steps[1] > 0
    assert ill["exit_code"] == 1


def test_a_name_cannot_break_out_of_a_label(tree: Tree, now: datetime) -> None:
    listing = copy.deepcopy(tree.states["SG"].listing)
    ends_key(listing)
    service(listing)["service_id"] = 'a"}\ndefa_id_registry_up 1 # \\'
    report = examined(tree, END - days(1))._replace(due=tuple(expiries.of_list(listing, now)))
    assert gauges(doctor_report.prometheus(report))["up"] == 1


def test_many_of_a_kind_are_counted(tree: Tree, now: datetime) -> None:
    report = examined(tree, now)
    due = tuple(expiries.Expiry("key", "SG", f"SG-{n:04}", now + days(20)) for n in range(100))
    problems = tuple(doctor.Problem("rule", f"states/SG/list.json#/{n}", "is wrong", "Mend it.") for n in range(41))
    text = doctor_report.text(report._replace(due=due, problems=problems), PLAIN)
    assert text.startswith("DUE")
    assert "Due (100)" in text
    assert "Problems (41)" in text
    assert "and 60 more" in text
    assert "and 1 more" in text


def test_wrong_use(run: Run, directory: Path) -> None:
    for more, why in (
        (("--dir", directory, "--registry", directory), "Give one of them"),
        (("--dir", directory, "--root", directory / "x"), "Give one of them"),
        (("--json", "--prometheus"), "Give one of them"),
        (("--within", "0"), "--within"),
        (("--at-least", "0"), "--at-least"),
        (("--at", "tomorrow"), "--at"),
    ):
        said = run("registry", "doctor", *more)
        assert said.exit_code == 2
        assert why in said.output


def test_what_could_not_be_found_out(run: Run, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert run("registry", "doctor", "--dir", nowhere).exit_code == 3
    said = run("registry", "doctor", "--dir", nowhere, "--json")
    assert (said.exit_code, json.loads(said.stdout)["verdict"]) == (3, "unknown")
    down = run("registry", "doctor", "--dir", nowhere, "--prometheus")
    assert gauges(down.stdout) == {"up": 0, "exit_code": 3}
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "registry.json").write_text("{")
    assert run("registry", "doctor", "--dir", broken).exit_code == 3


@pytest.mark.parametrize("file", ["timestamp.json", "1.snapshot.json", "1.targets.json"])
def test_what_is_not_to_be_trusted(run: Run, directory: Path, file: str) -> None:
    path = directory / "published" / "metadata" / file
    path.write_bytes(path.read_bytes()[:-9])
    for more in (("--dir", directory), ("--registry", directory / "published")):
        said = run("registry", "doctor", *more)
        assert (said.exit_code, said.stdout) == (4, "")
        assert said.stderr.startswith("error: ")
        said = run("registry", "doctor", *more, "--json")
        assert (said.exit_code, json.loads(said.stdout)["verdict"]) == (4, "untrusted")
        assert gauges(run("registry", "doctor", *more, "--prometheus").stdout) == {"up": 0, "exit_code": 4}


def test_sources_that_are_not_published_yet(run: Run, directory: Path) -> None:
    path = directory / "states" / "SG" / "list.json"
    listing = json.loads(path.read_bytes())
    listing["entities"][0]["names"].append({"lang": "ms", "value": "Contoh"})
    storage.write(path, storage.pretty(listing))
    said = run("registry", "doctor", "--dir", directory)
    assert "the sources differ from what is published" in said.stdout


def test_one_states_trouble_leaves_the_others_to_be_seen(run: Run, tmp_path: Path) -> None:
    """A state whose list nobody can believe: the rest is examined, and the exit code says what it is."""
    world = World.make()[0]

    def spoil(repository: Any) -> None:
        listing = json.loads(repository.list_of("SG")[1])
        repository.place("SG-ops", "SG/list.json", dumps({**listing, "defa_id": "state-list/9"}))

    place = put(publication(world, 1, spoil).files(), tmp_path / "registry")
    said = run("registry", "doctor", "--registry", place)
    assert said.exit_code == 4
    assert said.stdout.startswith("UNTRUSTED")
    assert "SG is believed by nobody (REG_FORMAT)" in " ".join(said.stdout.split())
    report = json.loads(run("registry", "doctor", "--registry", place, "--json").stdout)
    assert report["verdict"] == "untrusted"
    assert report["usable_services"].keys() == {"PH", "SG", "TH", "VN"}
    assert report["usable_services"]["SG"] == 0
    found = gauges(run("registry", "doctor", "--registry", place, "--prometheus").stdout)
    assert (found["up"], found["exit_code"], found['problems{kind="refused"}']) == (1, 4, 1)
