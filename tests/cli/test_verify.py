"""`defa-id verify`: answers, exit codes, sources and forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result

from defa_id.catalogue import CATALOGUE
from defa_id.codec import limits
from defa_id.errors import RegistryRejected
from defa_id.report.causes import causes
from defa_id.verdict import Verdict
from defa_id.verifier import Verifier
from tests.cli.conftest import AT
from tests.report.test_text import assert_harmless
from tests.support import mdocs

Command = Callable[..., Result]
EXITS = {"accepted": 0, "rejected": 1, "undecided": 3}
WORDS = {"accepted": "✓ ACCEPTED  ", "rejected": "✗ REJECTED  ", "undecided": "? NOT DECIDED  "}


@pytest.mark.parametrize("name", EXITS)
def test_the_exit_code_is_the_decision(verify: Command, inbox: Path, name: str) -> None:
    done = verify(inbox / f"{name}.txt")
    assert done.exit_code == EXITS[name]
    assert done.stdout.startswith(WORDS[name])
    assert done.stderr == ""


@pytest.mark.parametrize("name", [*EXITS, "hostile", "person", "envelope"])
def test_json_is_the_verdict_and_nothing_else(verify: Command, inbox: Path, name: str, project: Path) -> None:
    done = verify(inbox / f"{name}.txt", "--json")
    verdict = json.loads(done.stdout)
    schema = json.loads((project / "schemas" / "verdict.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(verdict)
    assert done.exit_code == {"accepted": 0, "rejected": 1, "indeterminate": 3}[verdict["decision"]]
    assert "source" not in verdict
    for line in verdict["checks"]:
        if line["outcome"] in ("failed", "unknown"):
            assert line["code"] in causes(line["id"])


def test_the_same_question_gives_the_same_bytes(verify: Command, inbox: Path) -> None:
    first, second = (verify(inbox / "accepted.txt", "--json").stdout_bytes for _ in range(2))
    assert first == second


def test_no_claim_of_the_subject_is_in_any_form(verify: Command, inbox: Path) -> None:
    for form in ([], ["--json"], ["--ndjson"], ["--explain"]):
        done = verify(inbox / "person.txt", inbox / "accepted.txt", *form)
        assert "สมชาย" not in done.output
        assert "Suharto" not in done.output


def test_standard_input(verify: Command, tokens: Mapping[str, str]) -> None:
    assert verify("-", stdin=tokens["accepted"].encode()).exit_code == 0
    assert verify("-", stdin=b"").exit_code == 1
    twice = verify("-", "-", stdin=tokens["accepted"].encode())
    assert twice.exit_code == 2
    assert "standard input is named twice" in twice.stderr


def test_several_sources_give_a_line_each_and_the_gravest_code(verify: Command, inbox: Path) -> None:
    done = verify(inbox / "accepted.txt", inbox / "rejected.txt", inbox / "undecided.txt")
    assert done.exit_code == 1
    assert [line.split("  ")[0].strip() for line in done.stdout.splitlines()] == [
        "✓ ACCEPTED",
        "✗ REJECTED",
        "? NOT DECIDED",
    ]
    assert verify(inbox / "accepted.txt", inbox / "undecided.txt").exit_code == 3
    assert verify(inbox / "accepted.txt", inbox / "accepted.txt").exit_code == 0
    assert verify(inbox / "rejected.txt", inbox / "absent").exit_code == 2


def test_a_missing_source_stops_no_other(verify: Command, inbox: Path) -> None:
    done = verify(inbox / "absent", inbox / "accepted.txt")
    assert done.exit_code == 2
    assert "! NOT JUDGED" in done.stdout
    assert "✓ ACCEPTED" in done.stdout
    rows = json.loads(verify(inbox / "absent", inbox / "accepted.txt", "--json").stdout)
    assert set(rows[0]) == {"source", "error"}
    assert set(rows[0]["error"]) == {"code", "message", "hint"}
    assert rows[1]["decision"] == "accepted"
    reports = verify(inbox / "absent", inbox / "accepted.txt", "--explain")
    assert reports.exit_code == 2
    assert "✓ ACCEPTED" in reports.stdout
    assert "No such file" in reports.stderr


def test_one_missing_source_is_an_error_in_either_form(verify: Command, inbox: Path) -> None:
    text = verify(inbox / "absent")
    assert (text.exit_code, text.stdout) == (2, "")
    assert text.stderr.startswith("error: ")
    machine = verify(inbox / "absent", "--json")
    assert (machine.exit_code, machine.stderr) == (2, "")
    assert set(json.loads(machine.stdout)["error"]) == {"code", "message", "hint"}


def test_a_directory_is_its_visible_files_in_order(verify: Command, inbox: Path) -> None:
    (inbox / ".hidden").write_text("not looked at", encoding="utf-8")
    (inbox / "below").mkdir()
    rows = [json.loads(line) for line in verify(inbox, "--ndjson").stdout.splitlines()]
    names = [Path(row["source"]).name for row in rows]
    assert names == sorted(path.name for path in inbox.glob("*.txt"))


def test_a_directory_with_one_file_is_still_an_array(verify: Command, inbox: Path, tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "a").write_bytes((inbox / "accepted.txt").read_bytes())
    assert [row["decision"] for row in json.loads(verify(folder, "--json").stdout)] == ["accepted"]


def test_an_empty_directory_accepts_nothing(verify: Command, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    assert verify(folder).exit_code == 2
    assert json.loads(verify(folder, "--json").stdout)[0]["error"]


def test_an_oversized_source_is_not_read_to_its_end(verify: Command, tmp_path: Path) -> None:
    endless = Path("/dev/zero")
    big = tmp_path / "big"
    big.write_bytes(b"a" * (limits.INPUT_BYTES + 1))
    for source in (big, *([endless] if endless.exists() else [])):
        done = verify(source, "--json")
        assert done.exit_code == 1
        assert json.loads(done.stdout)["checks"][0]["code"] == "LIMIT_INPUT_SIZE"


def test_hostile_content_never_steers_the_terminal(verify: Command, inbox: Path) -> None:
    for form in ([], ["--explain"]):
        done = verify(inbox / "hostile.txt", *form)
        assert done.exit_code == 1
        assert_harmless(done.stdout)
    assert "\\u001b" in verify(inbox / "hostile.txt", "--explain").stdout


def test_hostile_names_never_steer_the_terminal(verify: Command, inbox: Path, tmp_path: Path) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    name = "a\x1b[2J\nACCEPTED\N{RIGHT-TO-LEFT OVERRIDE}\udcff.jwt"
    (folder / name).write_bytes((inbox / "accepted.txt").read_bytes())
    (folder / "-v").write_bytes((inbox / "accepted.txt").read_bytes())
    for arguments in ([folder], [folder, "--explain"], [folder / "absent\x1b[2J"]):
        done = verify(*arguments)
        assert_harmless(done.stdout)
        assert_harmless(done.stderr)
    machine = verify(folder, "--ndjson")
    assert machine.exit_code == 0
    assert len(machine.stdout.splitlines()) == 2
    assert verify("--", folder / "-v").exit_code == 0


def test_a_presentation_is_held_to_its_nonce_and_audience(verify: Command, inbox: Path) -> None:
    asked = ["--nonce", "n-1", "--audience", "https://rp.example"]
    done = verify(inbox / "presented.txt", *asked, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["recognition"]["level"]["label"] == "substantial"
    assert verify(inbox / "presented.txt", "--nonce", "n-2", "--audience", "https://rp.example").exit_code == 1
    assert verify(inbox / "presented.txt", "--min-level", "low").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--nonce", "n"], "CFG_USE", "both"),
        (["--audience", "a"], "CFG_USE", "both"),
        (["--nonce", "", "--audience", ""], "CFG_USE", "both"),
        (["--json", "--ndjson"], "CFG_USE", "one of them"),
        (["--at", "yesterday"], "CFG_TIME", "RFC 3339"),
        (["--at", "2026-11-24T12:00:00"], "CFG_TIME", "RFC 3339"),
        (["--known-at", "2026"], "CFG_TIME", "--known-at"),
        (["--for", "th"], "CFG_USE", "alpha-2"),
        (["--min-level", "medium"], "CFG_USE", "substantial"),
        (["--purpose", "Bank Account"], "CFG_USE", "dotted"),
        (["--policy", "no-such"], "CFG_POLICY", "baseline"),
        (["--format", "no-such"], "CFG_USE", "vc-jwt"),
        (["--sources", "no-such"], "CFG_USE", "index.json"),
        (["--no-such"], "CFG_USE", "--no-such"),
        (["--nonse", "n"], "CFG_USE", "--nonce"),
    ],
)
def test_wrong_use_is_exit_2_with_a_way_out(
    verify: Command, inbox: Path, arguments: list[str], code: str, says: str
) -> None:
    text = verify(inbox / "accepted.txt", *arguments)
    assert (text.exit_code, text.stdout.count("ACCEPTED")) == (2, 0)
    machine = verify(inbox / "accepted.txt", *arguments, *([] if "--json" in arguments else ["--json"]))
    assert machine.exit_code == 2
    error = json.loads(machine.stdout)["error"]
    assert error["code"] == code
    assert says in f"{error['message']} {error['hint']}"
    assert error["hint"]


def test_without_a_relying_state_there_is_no_question(run: Command, inbox: Path, published: Path) -> None:
    bare = ["verify", inbox / "accepted.txt", "--registry", published, "--memory", "none", "--at", AT]
    done = run(*bare)
    assert done.exit_code == 2
    assert "--for" in done.stderr
    unsafe = run(*bare, "--policy", "unsafe-any-issuer")
    assert unsafe.exit_code == 3
    assert "waived by the policy" in unsafe.stdout


def test_a_policy_may_name_the_state(run: Command, inbox: Path, published: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text('{"id": "own", "for_state": "TH"}', encoding="utf-8")
    bare = ["verify", inbox / "accepted.txt", "--registry", published, "--memory", "none", "--at", AT, "--json"]
    done = run(*bare, "--policy", policy)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["policy"]["id"] == "own"
    policy.write_text(
        '{"id": "own", "for_state": "TH", "waive": {"proof.signature": "because I say so"}}', encoding="utf-8"
    )
    assert run(*bare, "--policy", policy).exit_code == 2


def test_a_registry_that_cannot_be_trusted_is_exit_4_before_anything_is_judged(
    verify: Command, inbox: Path, published: Path, tmp_path: Path
) -> None:
    other = tmp_path / "root.json"
    other.write_bytes((published / "root.json").read_bytes().replace(b'"sig":"30', b'"sig":"31'))
    for arguments in (["--root", other], ["--registry", tmp_path]):
        text = verify(inbox / "accepted.txt", *arguments)
        assert (text.exit_code, text.stdout) == (4, "")
        machine = verify(inbox / "accepted.txt", inbox / "rejected.txt", *arguments, "--json")
        assert machine.exit_code == 4
        assert json.loads(machine.stdout)["error"]["code"].startswith("REG_")


def test_a_list_that_only_one_source_needs_stops_no_other(
    verify: Command, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Verifier.verify

    def judge(self: Verifier, data: bytes, **more: Any) -> Verdict:
        if data == (inbox / "rejected.txt").read_bytes():
            raise RegistryRejected("nobody entitled signed SG/list.json", code="REG_SIGNATURE")
        return plain(self, data, **more)

    monkeypatch.setattr(Verifier, "verify", judge)
    both = (inbox / "rejected.txt", inbox / "accepted.txt")
    done = verify(*both, "--json")
    assert done.exit_code == 4
    assert [list(row)[:2] for row in json.loads(done.stdout)] == [["source", "error"], ["source", "decision"]]
    text = verify(*both)
    assert text.exit_code == 4
    assert "! NOT JUDGED   " in text.stdout
    alone = verify(both[0], "--json")
    assert alone.exit_code == 4
    error = json.loads(alone.stdout)["error"]
    assert error["code"] == "REG_SIGNATURE"
    assert error["hint"] == CATALOGUE.reasons["REG_SIGNATURE"].next_step


def test_the_anchor_is_named(verify: Command, inbox: Path, published: Path) -> None:
    assert "came with the registry" in verify(inbox / "accepted.txt").stdout
    pinned = verify(inbox / "accepted.txt", "--root", published / "root.json")
    assert "Trust anchor   pinned by you" in pinned.stdout


def test_memory_is_kept_where_it_is_said(verify: Command, inbox: Path, tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    assert verify(inbox / "accepted.txt", "--memory", memory).exit_code == 0
    assert memory.is_file()
    memory.write_text("{", encoding="utf-8")
    assert verify(inbox / "accepted.txt", "--memory", memory).exit_code == 2


def test_the_clock_is_read_when_no_time_is_given(run: Command, inbox: Path, published: Path) -> None:
    done = run("verify", inbox / "rejected.txt", "--for", "TH", "--registry", published, "--memory", "none", "--json")
    assert json.loads(done.stdout)["at"].endswith("Z")
    assert "." not in json.loads(done.stdout)["at"]


def test_a_verdict_in_the_readers_language(verify: Command, inbox: Path) -> None:
    english = verify(inbox / "accepted.txt", "--json").stdout
    assert verify(inbox / "accepted.txt", "--json", "--lang", "id").stdout == english
    done = verify(inbox / "accepted.txt", "--lang", "id")
    assert done.exit_code == 0
    assert done.stdout.startswith("✓ DITERIMA  TH dapat mengandalkan kredensial dari SG ini")
    assert "This translation is a draft nobody has reviewed." in " ".join(done.stdout.split())
    assert verify(inbox / "rejected.txt", "--lang", "id").stdout.startswith("✗ DITOLAK")
    assert "DITERIMA" in verify(inbox, "--lang", "id").stdout
    assert verify(inbox / "accepted.txt", "--lang", "tlh").exit_code == 2
    assert verify(inbox / "accepted.txt", "--lang", "en-SG").stderr == ""


def test_a_forced_format_is_held_to(verify: Command, inbox: Path) -> None:
    assert verify(inbox / "accepted.txt", "--format", "vc-jwt").exit_code == 0
    done = verify(inbox / "accepted.txt", "--format", "sd-jwt-vc", "--json")
    assert done.exit_code == 1
    assert "INPUT_FORMAT_MISMATCH" in done.stdout


def test_explained_every_clause_is_there(verify: Command, inbox: Path) -> None:
    done = verify(inbox / "accepted.txt", "--explain")
    verdict = json.loads(verify(inbox / "accepted.txt", "--json").stdout)
    flat = " ".join(done.stdout.split())
    for line in verdict["checks"]:
        assert f"{line['id']}: passed" in flat
        assert line["clause"] in flat


def _pictures(tmp_path: Path, **tokens: str) -> Path:
    """A picture with a code for each token, one below the other."""
    import io

    import segno
    from PIL import Image

    codes = []
    for token in tokens.values():
        one = io.BytesIO()
        segno.make_qr(token, error="l").save(one, kind="png", scale=4)
        codes.append(Image.open(one).convert("L"))
    sheet = Image.new("L", (max(code.width for code in codes), sum(code.height for code in codes)), 255)
    for number, code in enumerate(codes):
        sheet.paste(code, (0, sum(above.height for above in codes[:number])))
    sheet.save(tmp_path / "sheet.png")
    return tmp_path / "sheet.png"


def test_a_picture_of_a_code_is_judged_and_shown(verify: Command, run: Command, tmp_path: Path, tokens: Any) -> None:
    picture = _pictures(tmp_path, one=tokens["accepted"])
    assert verify(picture).stdout.startswith(WORDS["accepted"])
    shown = json.loads(run("inspect", picture, "--json").stdout)
    assert shown["format"] == "vc-jwt"
    assert shown["unverified"] is True


def test_several_codes_are_several_sources(verify: Command, run: Command, tmp_path: Path, tokens: Any) -> None:
    picture = _pictures(tmp_path, one=tokens["accepted"], other=tokens["rejected"])
    done = verify(picture)
    assert done.exit_code == 1
    names = [f"{picture} (code 1)", f"{picture} (code 2)"]
    assert all(name in done.stdout for name in names)
    found = json.loads(verify(picture, "--json").stdout)
    assert [(one["source"], one["decision"]) for one in found] == list(
        zip(names, ["accepted", "rejected"], strict=True)
    )
    text = run("inspect", picture).stdout
    assert text.count("UNVERIFIED") == 2
    assert [one["source"] for one in json.loads(run("inspect", picture, "--json").stdout)] == names


def test_a_picture_without_a_code_stops_no_other(verify: Command, tmp_path: Path, inbox: Path) -> None:
    from PIL import Image

    blank = tmp_path / "blank.png"
    Image.new("L", (99, 99), 255).save(blank)
    done = verify(blank)
    assert done.exit_code == 2
    assert "no readable code" in done.stderr
    assert json.loads(verify(blank, "--json").stdout)["error"]["code"] == "CFG_NO_CODE"
    lines = [json.loads(line) for line in verify(blank, inbox / "accepted.txt", "--ndjson").stdout.splitlines()]
    assert [line.get("decision") for line in lines] == [None, "accepted"]


def test_without_the_extra_a_picture_is_not_decided(
    verify: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from defa_id.intake import pictures

    monkeypatch.setattr(pictures, "find_spec", lambda _: None)
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    done = verify(tmp_path / "a.jpg")
    assert done.exit_code == 3
    assert "defa-id[qr]" in done.stderr


def test_a_picture_may_be_larger_than_a_credential(
    verify: Command, tmp_path: Path, tokens: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = _pictures(tmp_path, one=tokens["accepted"]).read_bytes()
    large = picture + bytes(limits.INPUT_BYTES)
    (tmp_path / "large.png").write_bytes(large)
    assert verify(tmp_path / "large.png").exit_code == 0
    assert verify("-", stdin=large).exit_code == 0
    assert verify("-", stdin=picture).exit_code == 0
    (tmp_path / "large.txt").write_bytes(b"x" + large)
    assert verify(tmp_path / "large.txt").exit_code == 1


def test_cbor_may_be_larger_than_text(verify: Command, tmp_path: Path) -> None:
    """A portrait in an mdoc is bytes; whoever lists nobody's certificate still reads all of it."""
    portrait = mdocs.GOLDEN.but(elements={"portrait": bytes(limits.CBOR_STRING)}).answer()
    longest = b"\xa1\x67version" + bytes(limits.INPUT_CBOR_BYTES)
    for data, code in ((portrait, "SCOPE_ISSUER_UNKNOWN"), (longest, "LIMIT_INPUT_SIZE")):
        (tmp_path / "a.cbor").write_bytes(data)
        for done in (verify(tmp_path / "a.cbor", "--json"), verify("-", "--json", stdin=data)):
            failed = [line["code"] for line in json.loads(done.stdout)["checks"] if line["outcome"] == "failed"]
            assert (done.exit_code, failed) == (1, [code])


def test_an_openid4vp_answer_needs_its_request(verify: Command, run: Command, tmp_path: Path, tokens: Any) -> None:
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps({"vp_token": {"person": [tokens["presented"]]}}))
    asked = ("--nonce", "n-1", "--audience", "https://rp.example")
    assert "KB_TIME" not in (done := verify(answer, *asked)).stdout, done.stdout
    assert "KB_NONCE" in verify(answer, "--nonce", "n-2", *asked[2:], "--explain").stdout
    assert verify(answer, "--response-uri", "https://rp.example/answer").exit_code == 2
