"""`verify --receipt` and `defa-id receipt`: filing, checking, and asking again after a suspension."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import segno
from click.testing import Result
from PIL import Image

from defa_id import languages
from tests.cli.conftest import AT
from tests.report.test_text import assert_harmless
from tests.support import world

Command = Callable[..., Result]
FRAUD = {
    "status": "withdrawn",
    "reason": "fraud",
    "effective": "2026-11-23T00:00:00Z",
    "recorded": "2026-11-24T00:00:00Z",
}


@pytest.fixture
def key(run: Command, tmp_path: Path) -> Path:
    assert run("receipt", "new-key", tmp_path / "key").exit_code == 0
    return tmp_path / "key"


@pytest.fixture
def public(key: Path) -> Path:
    return key.with_name("key.pub")


@pytest.fixture
def filed(verify: Command, inbox: Path, key: Path, tmp_path: Path) -> Path:
    """The receipt of an acceptance."""
    path = tmp_path / "a.receipt"
    done = verify(inbox / "accepted.txt", "--receipt", path, "--receipt-key", key)
    assert done.exit_code == 0
    assert f"receipt: {path}" in done.stderr
    return path


@pytest.fixture
def box(verify: Command, inbox: Path, key: Path, tmp_path: Path) -> Path:
    """The receipts of the whole inbox, one each."""
    folder = tmp_path / "box"
    done = verify(inbox, "--receipt", folder, "--receipt-key", key, "--json")
    rows = json.loads(done.stdout)
    assert {Path(row["receipt"]).parent for row in rows} == {folder}
    assert len(list(folder.iterdir())) == 2 * len(rows)
    return folder


@pytest.fixture
def after(made: tuple[world.World, world.Signer], tmp_path: Path) -> Path:
    """The registry's next version: the issuer was withdrawn for fraud."""
    changed = made[0].copy()
    changed.version = 2
    changed.sg["status_events"].append(FRAUD)
    folder = tmp_path / "after"
    for name, data in changed.files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def test_a_verdict_is_the_same_with_and_without_a_receipt(
    verify: Command, inbox: Path, key: Path, tmp_path: Path
) -> None:
    plain = verify(inbox / "accepted.txt", "--json")
    filed = verify(inbox / "accepted.txt", "--json", "--receipt", tmp_path / "r", "--receipt-key", key)
    assert (plain.exit_code, plain.stdout) == (filed.exit_code, filed.stdout)


def test_a_receipt_needs_a_place_and_a_key_and_is_never_written_over(
    verify: Command, inbox: Path, key: Path, tmp_path: Path, filed: Path
) -> None:
    source = inbox / "accepted.txt"
    for words in (["--receipt", tmp_path / "r"], ["--receipt-key", key], ["--receipt-opening", tmp_path / "o"]):
        done = verify(source, *words)
        assert (done.exit_code, done.stdout) == (2, "")
    again = verify(source, "--receipt", filed, "--receipt-key", key)
    assert (again.exit_code, again.stdout) == (2, "")
    assert "there already" in again.stderr
    assert not (tmp_path / "r").exists()


def test_a_decision_that_cannot_be_filed_is_none(verify: Command, inbox: Path, key: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = verify(inbox / "accepted.txt", "--receipt", tmp_path / "file" / "r", "--receipt-key", key, "--json")
    assert done.exit_code == 2
    assert "could not be filed" in json.loads(done.stdout)["error"]["message"]


def test_a_shared_opening(verify: Command, inbox: Path, key: Path, public: Path, tmp_path: Path, run: Command) -> None:
    words = ("--receipt-key", key, "--receipt-opening", tmp_path / "day")
    source = inbox / "accepted.txt"
    assert verify(source, "--receipt", tmp_path / "r", *words).exit_code == 0
    checking = ("receipt", "check", tmp_path / "r", "--key", public, "--credential", source)
    assert "RECEIPT_OPENING" in run(*checking).stdout
    assert "it is what was judged" in run(*checking, "--opening", tmp_path / "day").stdout


def test_check_by_itself_with_the_registry_and_with_the_credential(
    run: Command, filed: Path, public: Path, published: Path, inbox: Path
) -> None:
    checking = ("receipt", "check", filed, "--key", public)
    done = run(*checking)
    assert done.exit_code == 0
    assert done.stdout.startswith("✓ HOLDS")
    assert_harmless(done.stdout)
    with_registry = run(*checking, "--registry", published, "--json")
    lines = [line["id"] for line in json.loads(with_registry.stdout)["checks"]]
    assert lines[3:] == ["receipt.registry", "receipt.issuer"]
    whole = run(*checking, "--registry", published, "--credential", inbox / "accepted.txt")
    assert whole.exit_code == 0
    assert "accepted again, line by line" in whole.stdout
    other = run(*checking, "--registry", published, "--credential", inbox / "person.txt", "--json")
    assert other.exit_code == 1
    assert json.loads(other.stdout)["decision"] == "rejected"


def test_check_takes_what_was_presented_as_a_picture(
    run: Command, verify: Command, inbox: Path, key: Path, public: Path, tmp_path: Path, published: Path
) -> None:
    """Of two codes in one picture the one the receipt is about; a picture of another credential is another input."""
    token = (inbox / "accepted.txt").read_text().strip()
    other = (inbox / "person.txt").read_text().strip()
    for name, several in (("one", [token]), ("two", [other, token]), ("other", [other])):
        made = [Image.open(io.BytesIO(_code(text))) for text in several]
        sheet = Image.new("L", (max(one.width for one in made), sum(one.height for one in made)), 255)
        for place, one in enumerate(made):
            sheet.paste(one, (0, sum(before.height for before in made[:place])))
        sheet.save(tmp_path / f"{name}.png")
    done = verify(tmp_path / "one.png", "--receipt", tmp_path / "r", "--receipt-key", key)
    assert done.exit_code == 0, done.output
    asked = ("receipt", "check", tmp_path / "r", "--key", public, "--registry", published, "--credential")
    for name in ("one", "two"):
        assert run(*asked, tmp_path / f"{name}.png").exit_code == 0, name
    done = run(*asked, tmp_path / "other.png", "--json")
    assert done.exit_code == 1
    assert "RECEIPT_INPUT_OTHER" in [line["code"] for line in json.loads(done.stdout)["checks"]]
    Image.new("L", (90, 90), 255).save(tmp_path / "blank.png")
    assert run(*asked, tmp_path / "blank.png").exit_code == 2


def _code(text: str) -> bytes:
    made = io.BytesIO()
    segno.make_qr(text, error="l").save(made, kind="png", scale=4)
    return made.getvalue()


def test_check_names_what_is_missing(run: Command, filed: Path, public: Path, inbox: Path, tmp_path: Path) -> None:
    filed.with_name(filed.name + ".opening").unlink()
    done = run("receipt", "check", filed, "--key", public, "--credential", inbox / "accepted.txt")
    assert done.exit_code == 3
    assert "RECEIPT_REGISTRY_OTHER" in done.stdout  # by the demo registry: it rests on another
    assert "RECEIPT_OPENING" in done.stdout
    own = tmp_path / "own.json"
    own.write_text('{"id": "own"}', encoding="utf-8")
    assert run("receipt", "check", filed, "--key", tmp_path / "nothing").exit_code == 2
    assert run("receipt", "check", tmp_path / "nothing", "--key", public).exit_code == 2
    assert run("receipt", "check", filed, "--key", own).exit_code == 2


def test_check_under_a_policy_of_ones_own(
    run: Command, verify: Command, inbox: Path, key: Path, public: Path, published: Path, tmp_path: Path
) -> None:
    own, source = tmp_path / "own.json", inbox / "accepted.txt"
    own.write_text('{"id": "own", "conditions": ["Ask somebody."]}', encoding="utf-8")
    assert verify(source, "--policy", own, "--receipt", tmp_path / "r", "--receipt-key", key).exit_code == 0
    checking = ("receipt", "check", tmp_path / "r", "--key", public, "--registry", published, "--credential", source)
    without = run(*checking)
    assert (without.exit_code, "RECEIPT_POLICY" in without.stdout) == (3, True)
    assert run(*checking, "--policy", own).exit_code == 0
    assert "Ask somebody." in run(*checking, "--policy", own).stdout


def test_what_is_no_receipt(run: Command, public: Path, inbox: Path) -> None:
    for name in ("accepted", "hostile"):
        done = run("receipt", "check", inbox / f"{name}.txt", "--key", public)
        assert done.exit_code == 1
        assert "RECEIPT_FORM" in done.stdout
        assert_harmless(done.stdout)


def test_recheck_by_the_same_registry_says_that_all_stand(
    run: Command, box: Path, public: Path, published: Path
) -> None:
    done = run("receipt", "recheck", box, "--registry", published, "--key", public, "--at", "filed", "--all")
    assert done.exit_code == 0
    assert done.stdout.startswith("✓ ALL STAND  0 of 7 filed decisions")
    assert done.stdout.count(".receipt") == 7
    assert_harmless(done.stdout)


def test_recheck_after_a_withdrawal_names_what_rested_on_it(
    run: Command, box: Path, public: Path, after: Path, tokens: Mapping[str, str]
) -> None:
    done = run("receipt", "recheck", box, "--registry", after, "--key", public, "--at", AT)
    assert done.exit_code == 1
    assert done.stdout.startswith("✗ OTHERWISE  5 of 7 filed decisions would now be otherwise")
    assert "did:web:sg-person.example (SG): 5" in done.stdout
    assert "issuer.granted: passed → failed [SCOPE_ISSUER_ENDED]" in done.stdout
    assert done.stdout.count("SCOPE_ISSUER_ENDED") == 3  # of five receipts, once for each way in which they turned
    found = json.loads(run("receipt", "recheck", box, "--registry", after, "--at", AT, "--json").stdout)
    assert found["counts"] == {"stands": 2, "otherwise": 5, "open": 0}
    assert found["signatures"] == "not verified"
    (notice,) = found["notices"]
    assert (notice["home_state"], notice["entity_id"], notice["arrangement"]) == ("SG", world.ISSUER, "TH-SG")
    assert notice["codes"] == ["SCOPE_ISSUER_ENDED"]
    otherwise = {row["sha256"] for row in found["receipts"] if row["standing"] == "otherwise"}
    assert set(notice["receipts"]) == otherwise
    assert not any(token[:60] in json.dumps(found) for token in tokens.values())


@pytest.mark.parametrize("code", ["fil", "id", "ms", "th", "vi"])
def test_recheck_in_another_language_names_the_same_receipts(
    run: Command, box: Path, after: Path, tmp_path: Path, code: str
) -> None:
    words = ("receipt", "recheck", box, "--registry", after, "--at", AT)
    done, english = run(*words, "--lang", code), run(*words)
    assert done.exit_code == english.exit_code == 1
    named = [line.strip() for line in done.stdout.splitlines() if ".receipt" in line]
    assert named == [line.strip() for line in english.stdout.splitlines() if ".receipt" in line]
    texts = languages.texts(code)
    for word in ("OTHERWISE", "Relying state", "What to do next", "Signatures", "Not asked"):
        assert texts.word(word) in done.stdout
        assert word not in done.stdout
    assert_harmless(done.stdout)


def test_a_notice_says_whom_to_tell_and_what_the_arrangement_demands(
    run: Command, filed: Path, made: tuple[world.World, world.Signer], tmp_path: Path
) -> None:
    """The record of the arrangement relied on, as it stands in the relying state's list now."""
    changed = made[0].copy()
    changed.version = 2
    changed.sg["status_events"].append(FRAUD)
    changed.lists["SG"]["entities"][0]["incident_contact"] = "incidents@issuer.example"
    arrangement = {
        "id": "TH-SG",
        "kind": "bilateral",
        "parties": ["SG", "TH"],
        "environment": "demo",
        "types": ["PersonIdentityCredential"],
        "purposes": [],
        "min_level": "low",
        "phases": [{"phase": "trial", "from": "2026-01-01T00:00:00Z", "until": "2030-01-01T00:00:00Z"}],
        "conditions": [],
        "incident_contacts": ["desk@corridor.example"],
        "duty_of_notice": "Tell the other party within 72 hours.",
        "recorded": "2026-01-01T00:00:00Z",
    }
    changed.lists["TH"]["arrangements"] = [arrangement]
    for name, data in changed.files().items():
        path = tmp_path / "told" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    words = ("receipt", "recheck", filed, "--registry", tmp_path / "told", "--at", AT)
    (notice,) = json.loads(run(*words, "--json").stdout)["notices"]
    assert notice["relying_state"] == "TH"
    assert notice["duty_of_notice"] == "Tell the other party within 72 hours."
    assert notice["incident_contacts"] == ["desk@corridor.example"]
    assert notice["issuer_contact"] == "incidents@issuer.example"
    text = run(*words).stdout
    assert "Duty of notice Tell the other party within 72 hours." in text
    assert "desk@corridor.example" in text
    assert "incidents@issuer.example" in text


def test_a_folder_of_openings_alone_does_not_stand(run: Command, filed: Path, published: Path, tmp_path: Path) -> None:
    """Nothing passes because nothing was asked."""
    kept = tmp_path / "openings"
    kept.mkdir()
    opening = filed.with_name(f"{filed.name}.opening")
    (kept / opening.name).write_bytes(opening.read_bytes())
    done = run("receipt", "recheck", kept, "--registry", published)
    assert done.exit_code == 2
    assert "there is no receipt in it" in done.stderr
    assert "ALL STAND" not in done.stdout


def test_recheck_line_by_line(run: Command, box: Path, after: Path) -> None:
    done = run("receipt", "recheck", box, "--registry", after, "--at", AT, "--ndjson")
    assert done.exit_code == 1
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == 7
    assert run("receipt", "recheck", box, "--json", "--ndjson").exit_code == 2


def test_what_is_no_receipt_or_not_theirs_cannot_be_told(
    run: Command, box: Path, published: Path, tmp_path: Path
) -> None:
    (box / "stray.txt").write_text("a note", encoding="utf-8")
    done = run("receipt", "recheck", box, "--registry", published)
    assert done.exit_code == 3
    assert "RECEIPT_FORM" in done.stdout
    assert run("receipt", "new-key", tmp_path / "other").exit_code == 0
    theirs = run("receipt", "recheck", box, "--registry", published, "--key", tmp_path / "other.pub", "--json")
    assert json.loads(theirs.stdout)["counts"]["open"] == 8


def test_an_expired_registry_lets_nothing_stand(
    run: Command, filed: Path, made: tuple[world.World, world.Signer], tmp_path: Path
) -> None:
    expired = made[0].copy()
    expired.expires = "2026-01-02T00:00:00Z"
    for name, data in expired.files().items():
        path = tmp_path / "old" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    done = run("receipt", "recheck", filed, "--registry", tmp_path / "old", "--at", "filed")
    assert done.exit_code == 3
    assert "it has expired" in done.stdout


def test_by_another_registry_it_cannot_be_told(run: Command, filed: Path) -> None:
    done = run("receipt", "recheck", filed)
    assert done.exit_code == 3
    assert "it rests on another registry" in done.stdout


def test_a_registry_that_is_not_one(run: Command, filed: Path, public: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for words in (("recheck", filed), ("check", filed, "--key", public)):
        assert run("receipt", *words, "--registry", tmp_path / "empty").exit_code == 4


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_key_others_may_read_is_refused_before_anything_is_judged(
    verify: Command, inbox: Path, key: Path, tmp_path: Path
) -> None:
    key.chmod(0o644)
    done = verify(inbox / "accepted.txt", "--receipt", tmp_path / "r", "--receipt-key", key, "--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["error"]["code"] == "CFG_PERMISSIONS"


@pytest.mark.parametrize("name", [[], ["check"], ["recheck"], ["new-key"]])
def test_help(run: Command, name: list[Any]) -> None:
    done = run("receipt", *name, "--help")
    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_receipt_checked_in_another_language(run: Command, filed: Path, public: Path, key: Path) -> None:
    checking = ("receipt", "check", filed, "--key", public)
    done = run(*checking, "--lang", "id")
    assert done.exit_code == 0
    assert done.stdout.startswith("✓ BERLAKU  Tanda terima ini dapat diandalkan")
    assert run(*checking, "--lang", "id", "--json").stdout == run(*checking, "--json").stdout
    assert run("receipt", "new-key", key.with_name("other")).exit_code == 0
    other = run("receipt", "check", filed, "--key", key.with_name("other.pub"), "--lang", "id")
    assert other.exit_code == 1
    assert "Tanda terima tidak ditandatangani kunci yang diberikan." in " ".join(other.stdout.split())
    assert run(*checking, "--lang", "tlh").exit_code == 2
