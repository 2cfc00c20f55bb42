"""The commands as somebody meets them: help, version, mistyped names, inspect, explain, matrix."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from defa_id import languages
from defa_id.catalogue import CATALOGUE
from defa_id.cli import _COMMANDS, cli
from defa_id.cli.verify import _SECTIONS
from defa_id.version import __version__
from tests.cli.conftest import AT
from tests.report.test_text import assert_harmless

Command = Callable[..., Result]
OWN = ["verify", "inspect", "explain", "matrix", "country", "name", "number"]


def test_help_lists_every_command(run: Command) -> None:
    done = run("--help")
    assert done.exit_code == 0
    assert all(f"\n  {name} " in done.stdout for name in _COMMANDS)
    assert done.stdout == run("-h").stdout


def test_version(run: Command) -> None:
    assert run("--version").stdout == f"defa-id {__version__}\n"


def test_a_shell_can_complete_the_commands(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_DEFA_ID_COMPLETE", "zsh_complete")
    monkeypatch.setenv("COMP_WORDS", "defa-id ver")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert "verify" in run().stdout


def test_nothing_asked_shows_how_to_ask(run: Command) -> None:
    done = run()
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: ")


@pytest.mark.parametrize("name", OWN)
def test_each_command_has_help_of_its_own(run: Command, name: str) -> None:
    done = run(name, "--help")
    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_every_option_of_verify_is_under_a_heading() -> None:
    command = cli.get_command(click.Context(cli), "verify")
    assert command is not None
    named = [name for names in _SECTIONS.values() for name in names]
    options = {param.opts[0] for param in command.params if isinstance(param, click.Option)}
    assert options == set(named)
    assert len(named) == len(set(named))


@pytest.mark.parametrize(("typed", "meant"), [("verfy", "verify"), ("Matrix", "matrix"), ("explian", "explain")])
def test_a_mistyped_command_is_guessed_at(run: Command, typed: str, meant: str) -> None:
    done = run(typed)
    assert done.exit_code == 2
    assert f"Did you mean {meant}?" in done.stderr
    assert json.loads(run(typed, "--json").stdout)["error"]["code"] == "CFG_USE"


def test_a_hostile_command_name_is_escaped(run: Command) -> None:
    for arguments in (["x\x1b[2J\nfake"], ["verify", "--x\x1b[2J"], ["explain", "\x1b[2J\n" * 99]):
        done = run(*arguments)
        assert done.exit_code == 2
        assert_harmless(done.stderr)
        assert len(done.stderr) < 600


def test_inspect_says_unverified_first_and_shows_the_claims(run: Command, inbox: Path) -> None:
    done = run("inspect", inbox / "person.txt")
    assert done.exit_code == 0
    assert done.stdout.startswith("UNVERIFIED  ")
    assert "สมชาย ใจดี" in done.stdout
    machine = json.loads(run("inspect", inbox / "person.txt", "--json").stdout)
    assert machine["unverified"] is True
    assert machine["format"] == "sd-jwt-vc"


def test_inspect_shows_what_a_presentation_holds(run: Command, inbox: Path) -> None:
    done = run("inspect", inbox / "envelope.txt")
    assert "Presented inside, number 1" in done.stdout
    assert "Suharto Demo" in done.stdout


def test_inspect_never_judges_and_never_fails_for_what_is_inside(run: Command, inbox: Path) -> None:
    for name in ("rejected", "hostile"):
        done = run("inspect", inbox / f"{name}.txt")
        assert done.exit_code == 0
        assert_harmless(done.stdout)
    garbage = run("inspect", "-", stdin=b"\x1b[2Jgarbage")
    assert garbage.exit_code == 0
    assert "INPUT_FORMAT_UNKNOWN" in garbage.stdout
    assert run("inspect", inbox / "absent").exit_code == 2


def test_explain_a_check_a_code_and_everything(run: Command) -> None:
    assert run("explain", "proof.signature").stdout.startswith("proof.signature: Does the signature verify?")
    assert "Next step" in run("explain", "jose_signature").stdout
    everything = run("explain").stdout
    assert all(name in everything for name in [*CATALOGUE.checks, *CATALOGUE.reasons])
    assert set(json.loads(run("explain", "--json").stdout)) == {"checks", "reasons"}
    assert json.loads(run("explain", "TIME_EXPIRED", "--json").stdout)["checks"] == ["time.window"]
    assert json.loads(run("explain", "time.window", "--json").stdout)["question"]


def test_explain_offers_what_is_near(run: Command) -> None:
    done = run("explain", "proof.signatur")
    assert done.exit_code == 2
    assert "Did you mean proof.signature" in done.stderr
    assert json.loads(run("explain", "nothing-like-it", "--json").stdout)["error"]["message"]


def test_explain_in_another_language(run: Command) -> None:
    text = run("explain", "TIME_EXPIRED", "--lang", "id").stdout
    assert "kedaluwarsa" in text
    assert "This translation is a draft nobody has reviewed." in " ".join(text.split())
    told = json.loads(run("explain", "time.window", "--lang", "id", "--json").stdout)
    assert told["language"] == {"code": "id", "name": "Bahasa Indonesia", "draft": True}
    assert told["question"] != json.loads(run("explain", "time.window", "--json").stdout)["question"]
    assert "kedaluwarsa" in run("explain", "--lang", "id").stdout


def test_a_language_that_is_not_there_is_wrong_use(run: Command) -> None:
    done = run("explain", "time.window", "--lang", "tlh")
    assert done.exit_code == 2
    assert "there are no texts in 'tlh'" in done.stderr
    assert "en, " in done.stderr


def test_the_language_may_be_said_once_for_all(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    english = run("explain", "TIME_EXPIRED").stdout
    monkeypatch.setenv("LC_ALL", "id_ID.UTF-8")  # the machine's, not the reader's
    assert run("explain", "TIME_EXPIRED").stdout == english
    monkeypatch.setenv("DEFA_ID_LANG", "id")
    assert "kedaluwarsa" in run("explain", "TIME_EXPIRED").stdout
    assert run("explain", "TIME_EXPIRED", "--lang", "en").stdout == english


@pytest.mark.parametrize("code", ["fil", "id", "ms", "th", "vi"])
def test_an_error_is_explained_in_the_readers_language_and_said_to_be_a_draft(
    run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    texts, reason = languages.texts(code), CATALOGUE.reasons["REG_MISSING"]
    done = run("matrix", "--registry", tmp_path, "--lang", code)
    assert done.exit_code == 4
    assert f"REG_MISSING [{code}, draft]: {texts.of(reason.code, reason.message)}" in done.stderr
    assert f"→ {texts.step(reason.next_step)}" in done.stderr
    monkeypatch.setenv("DEFA_ID_LANG", code)
    assert run("matrix", "--registry", tmp_path).stderr == done.stderr
    assert "draft" not in run("matrix", "--registry", tmp_path, "--lang", "en").stderr
    machine = run("matrix", "--registry", tmp_path, "--lang", code, "--json")
    assert json.loads(machine.stdout) == json.loads(run("matrix", "--registry", tmp_path, "--json").stdout)


@pytest.mark.parametrize("words", [["--lang"], ["--lang", "xx"], ["--lang", "my-Latn"]])
def test_an_error_about_the_language_itself_is_english(run: Command, tmp_path: Path, words: list[str]) -> None:
    done = run("matrix", "--registry", tmp_path, *words)
    assert done.exit_code == 2
    assert "draft" not in done.stderr


@pytest.mark.parametrize("code", ["fil", "id", "ms", "th", "vi"])
def test_country_and_number_in_another_language_keep_their_facts(run: Command, code: str) -> None:
    texts = languages.texts(code)
    text, english = (" ".join(run("country", "SG", "--lang", lang).stdout.split()) for lang in (code, "en"))
    assert "OpenID Connect, moving to FAPI 2.0" in text  # a fact stands as it was taken down, beside its source
    assert " ".join(texts.word("Data protection").split()) in text
    for word in ("Data protection", "How sure", "Verify abroad", "in force since"):
        assert word in english
        assert word not in text
    assert texts.label("Singapore") in text
    done = run("number", "th-pin", "3100600445636", "--lang", code)
    assert done.exit_code == 1
    assert done.stdout.startswith("SUSPICIOUS  ")
    assert "probably mistyped" not in done.stdout


def test_name_follows_the_environment_as_its_own_option_is_the_names(
    run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEFA_ID_LANG", "vi")
    done = run("name", "compare", "Juan Cruz", "Juan Reyes", "--lang", "fil")
    assert done.exit_code == 1
    assert languages.texts("vi").word("not the same name") in done.stdout


def test_languages_begun_refreshed_and_reported(run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "id   Bahasa Indonesia" in run("languages").stdout
    assert run("languages", "--new", "lo", "--name", "ລາວ").exit_code == 2
    assert run("languages", "--new", "../lo", "--name", "ລາວ", "--folder", tmp_path).exit_code == 2
    assert run("languages", "--new", "lo", "--name", "ລາວ", "--folder", tmp_path).exit_code == 0
    assert run("languages", "--new", "lo", "--name", "ລາວ", "--folder", tmp_path).exit_code == 2
    monkeypatch.setenv("DEFA_ID_LANGUAGES", str(tmp_path))
    assert "lo   ລາວ" in run("languages").stdout
    path = tmp_path / "lo.po"
    path.write_text(path.read_text(encoding="utf-8").replace("It has expired.", "It expired."), encoding="utf-8")
    assert "written" in run("languages", "--refresh", "--folder", tmp_path).stderr
    assert run("languages", "--refresh", "--folder", tmp_path).stderr == ""
    assert "missing  TIME_EXPIRED: It has expired." in run("languages", "--missing", "lo").stdout
    rows = {row["language"]: row for row in json.loads(run("languages", "--json").stdout)}
    assert rows["lo"]["translated"] == 0
    assert rows["id"]["review"] == "draft"
    assert run("languages", "--missing", "tlh").exit_code == 2


def test_matrix_shows_who_recognises_whom(run: Command, published: Path) -> None:
    bare = ["matrix", "--registry", published, "--at", AT]
    done = run(*bare)
    assert done.exit_code == 0
    assert "  TH      ·    L○   ╲    ·" in done.stdout
    rows = json.loads(run(*bare, "--type", "PersonIdentityCredential", "--json").stdout)
    assert len(rows) == 12
    assert [row["decision"] for row in rows if (row["by"], row["of"]) == ("TH", "SG")] == ["recognised"]
    before = run("matrix", "--registry", published, "--at", "2025-01-01T00:00:00Z")
    assert "0 of 12 pairs recognised" in before.stdout
    assert run("matrix", "--registry", published, "--type", "Unheard", "--at", AT).exit_code == 0


def test_matrix_refuses_what_cannot_be_trusted(run: Command, tmp_path: Path) -> None:
    assert run("matrix", "--registry", tmp_path).exit_code == 4
    assert run("matrix", "--at", "soon").exit_code == 2
