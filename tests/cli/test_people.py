"""`country`, `name` and `number` as somebody meets them: what is shown, how they end, and that no name is repeated."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from defa_id.packs import CONFIDENCES
from tests.report.test_text import assert_harmless

Command = Callable[..., Result]
STATES = ["BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN"]
CANARY = "Canaryname-7f3a"


def test_country_lists_all_states(run: Command) -> None:
    done = run("country")
    assert done.exit_code == 0
    assert [state for state in STATES if f"{state}  " in done.stdout] == STATES
    assert [pack["territory"] for pack in json.loads(run("country", "--json").stdout)] == STATES


@pytest.mark.parametrize("state", STATES)
def test_country_shows_every_fact_with_its_source(run: Command, state: str) -> None:
    done = run("country", state.lower())
    document = json.loads(run("country", state, "--json").stdout)
    assert done.exit_code == 0
    text = " ".join(done.stdout.split())
    for fact in document["data_protection"]["facts"] + document["personal_names"]["facts"]:
        assert " ".join(fact["statement"].split()) in text
        assert fact["source"] in text
    for scheme in document["schemes"]:
        assert scheme["name"] in text
    assert all(meaning in text for meaning in CONFIDENCES.values())
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert_harmless(done.stdout)


def test_country_of_nowhere(run: Command) -> None:
    done = run("country", "XX")
    assert done.exit_code == 2
    assert "One of BN, ID" in done.stderr
    assert json.loads(run("country", "XX", "--json").stdout)["error"]["code"] == "CFG_USE"


@pytest.mark.parametrize(
    ("arguments", "code", "grade"),
    [
        (["Siti binti Misalan", "SITI BINTE MISALAN", "--state", "my"], 0, "normalised"),
        (["สมชาย ใจดี", "Somchai Jaidee"], 3, "transliterated"),
        (["Daw Khin Mya", "Khin Mya", "--lang", "my-Latn"], 0, "exact"),
        (["Khin Mya", "Daw Khin Mya", "--other-state", "MM"], 0, "exact"),
        (["Juan Cruz", "Juan Reyes"], 1, "conflict"),
        (["陈美玲", "Tan Mei Ling"], 3, "unknown"),
        (["-", "Juan"], 3, "unknown"),
        (["Juan S. Cruz", "Juan Santos Cruz"], 3, "variant"),
    ],
)
def test_name_compare(run: Command, arguments: list[str], code: int, grade: str) -> None:
    done = run("name", "compare", *arguments, stdin=b"FNU")
    assert done.exit_code == code
    assert done.stdout.startswith(grade.upper())
    asked = run("name", "compare", "--json", *arguments, stdin=b"FNU")
    assert asked.exit_code == code
    assert json.loads(asked.stdout)["grade"] == grade


def test_names_from_files(run: Command, tmp_path: Path) -> None:
    claim = {"full": [{"value": "Contoh", "lang": "id", "script": "Latn", "kind": "official"}], "primary": "CONTOH"}
    (tmp_path / "name.json").write_text(json.dumps(claim), encoding="utf-8")
    (tmp_path / "name.txt").write_text("Contoh\r\n", encoding="utf-8")
    (tmp_path / "bad.json").write_text('{"full": []}', encoding="utf-8")
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe")
    assert run("name", "compare", f"@{tmp_path}/name.json", f"@{tmp_path}/name.txt").exit_code == 0
    assert run("name", "compare", f"@{tmp_path}/name.json", "-", stdin=b"Contoh\n").exit_code == 0
    for file, said in (("bad.json", "NAME_SHAPE"), ("bad.txt", "UTF-8"), ("absent", "")):
        done = run("name", "check", f"@{tmp_path}/{file}")
        assert done.exit_code == 2
        assert said in done.stderr


def test_name_check(run: Command) -> None:
    assert run("name", "check", "Contoh").stdout == "Nothing to note.\n"
    done = run("name", "check", "FNU Contoh")
    assert done.exit_code == 0
    assert "NAME_PLACEHOLDER" in done.stdout
    assert json.loads(run("name", "check", "Dr Contoh", "--json").stdout) == [{"code": "NAME_TITLE", "place": "full/0"}]
    done = run("name", "check", "ေအာင္", "--lang", "my")
    assert done.exit_code == 1
    assert "NAME_ZAWGYI" in done.stdout


def test_name_field(run: Command) -> None:
    assert run("name", "field", "Nguyễn", "Văn Mẫu").stdout == "NGUYEN<<VAN<MAU".ljust(39, "<") + "\n"
    assert run("name", "field", "Contoh", "--positions", "30").stdout == "CONTOH".ljust(30, "<") + "\n"
    done = run("name", "field", "สมชาย")
    assert done.exit_code == 2
    assert "romanised" in done.stderr


@pytest.mark.parametrize(
    ("scheme", "number", "code", "standing"),
    [
        ("th-pin", "3100600445635", 0, "ok"),
        ("th-pin", "3100600445636", 1, "suspicious"),
        ("vn-pin", "001088123456", 3, "cannot-tell"),
        ("ph-psn", "123456789012", 3, "cannot-tell"),
    ],
)
def test_number(run: Command, scheme: str, number: str, code: int, standing: str) -> None:
    for done in (run("number", scheme, number), run("number", scheme, "-", stdin=number.encode() + b"\n")):
        assert done.exit_code == code
        assert done.stdout.startswith(standing.upper())
        assert number not in done.stdout
    asked = run("number", scheme, number, "--json")
    assert (asked.exit_code, json.loads(asked.stdout)["standing"]) == (code, standing)


def test_numbers_that_can_be_looked_at(run: Command) -> None:
    assert "th-pin" in run("number").stdout
    assert [row["scheme"] for row in json.loads(run("number", "my-nric", "--json").stdout)] == ["my-nric"]
    done = run("number", "la-id", "1")
    assert done.exit_code == 2
    assert "th-pin" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("name", "compare", CANARY, f"{CANARY} Cruz"),
        ("name", "compare", f"FNU {CANARY}", "Juan"),
        ("name", "check", f"{CANARY}\u202e"),
        ("name", "check", f"{CANARY}\x1b[31m\n"),
        ("number", "sg-nric", CANARY),
    ],
)
def test_l13_no_command_repeats_a_name_or_a_number(run: Command, arguments: tuple[str, ...]) -> None:
    for more in ([], ["--json"]):
        done = run(*arguments, *more)
        assert CANARY not in done.stdout + done.stderr
        assert_harmless(done.stdout)
