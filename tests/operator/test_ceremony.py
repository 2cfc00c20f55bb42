"""A key ceremony: keys made before witnesses, shown to work, written down, and in nobody else's hands."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from defa_id.cli import cli
from defa_id.errors import ChangeRefused, WrongUse
from defa_id.issue import signing as keys
from defa_id.operator import ceremony, keyfiles, signing, storage, transcript
from defa_id.operator.ceremony import Files, Holder, Setting
from defa_id.operator.transcript import Step, Transcript
from tests.operator.conftest import Run

BEGAN = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOLDERS = (Holder("SG-a", "Tan Mei Ling"), Holder("SG-b", "R. Kumar"), Holder("SG-ops-a", "Tan Mei Ling"))
SETTING = Setting(HOLDERS, "A. Officiant", ("B. Witness", "C. Witness"), "Room 1")


def ticking() -> Callable[[], datetime]:
    """A clock that moves on by a minute with each look."""
    moments = iter(BEGAN + timedelta(minutes=number) for number in range(1000))
    return lambda: next(moments)


def hold(folder: Path, setting: Setting = SETTING, **changes: Any) -> tuple[Transcript, list[Step]]:
    told: list[Step] = []
    source = changes.get("source") or Files(ceremony.as_jwk, rehearsal=setting.rehearsal)
    return ceremony.hold(folder, setting, source, ticking(), told.append), told


def test_every_key_is_made_shown_and_written_down(tmp_path: Path) -> None:
    folder = tmp_path / "ceremony"
    made, told = hold(folder)
    assert [step.what for step in told] == [
        "SG-a was made for Tan Mei Ling",
        "SG-b was made for R. Kumar",
        "SG-ops-a was made for Tan Mei Ling",
        "SG-a signed, and its signature verified",
        "SG-b signed, and its signature verified",
        "SG-ops-a signed, and its signature verified",
        "the public keys were written",
    ]
    assert [step.at for step in told] == [BEGAN + timedelta(minutes=number) for number in range(1, 8)]
    assert transcript.check(folder) == []
    for name in ("SG-a", "SG-b", "SG-ops-a"):
        private = folder / "private" / f"{name}.jwk.json"
        assert stat.S_IMODE(private.stat().st_mode) == 0o600
        signer = signing.from_file(private)
        public = keyfiles.public_pem(folder / "public" / f"{name}.jwk.json")
        assert signer.public_key.keyval["public"] == public
        step = next(step for step in told if step.details.get("key") == name)
        assert (step.details["public"], step.details["keyid"]) == (public, signer.public_key.keyid)
    assert stat.S_IMODE((folder / "private").stat().st_mode) == 0o700
    text = (folder / "transcript.txt").read_text()
    assert text.startswith("KEY CEREMONY\n\nBegan      2026-11-24T09:00:00Z\nPlace      Room 1\n")
    assert f"sha256 {made.sha256}" in text
    assert "B. Witness ____" in text


def test_the_transcript_holds_no_private_key(tmp_path: Path) -> None:
    folder = tmp_path / "ceremony"
    hold(folder)
    secrets = [json.loads(path.read_text())["d"] for path in (folder / "private").iterdir()]
    written = b"".join(
        path.read_bytes() for path in folder.rglob("*") if path.is_file() and "private" not in path.parts
    )
    assert not [secret for secret in secrets if secret.encode() in written]


def test_a_rehearsal_is_all_of_it_and_leaves_no_key(tmp_path: Path) -> None:
    folder = tmp_path / "rehearsal"
    made, told = hold(folder, SETTING._replace(rehearsal=True))
    assert len(told) == 7
    assert transcript.check(folder) == []
    assert not (folder / "private").exists()
    assert made.text().startswith("REHEARSAL OF A KEY CEREMONY\nThese keys are thrown away. Nothing here counts.\n")
    with pytest.raises(ChangeRefused, match="was made in a rehearsal"):
        keyfiles.public_pem(folder / "public" / "SG-a.jwk.json")


ALONE: dict[str, tuple[dict[str, Any], str]] = {
    "no witness": ({"witnesses": ()}, "somebody else who watches"),
    "the officiant watches": ({"witnesses": ("A. Officiant",)}, "somebody else who watches"),
    "no key": ({"holders": ()}, "no key is named"),
    "a key twice": ({"holders": (Holder("SG-a", "X"), Holder("SG-a", "Y"))}, "one key is named twice"),
    "two keys in one hand": (
        {"holders": (Holder("SG-a", "X"), Holder("SG-b", "X"))},
        "X would hold SG-a and SG-b, two pairs of eyes in one head",
    ),
    "a bad name": ({"holders": (Holder("../SG-a", "X"),)}, "is no name for a key"),
}


@pytest.mark.parametrize(("changes", "why"), ALONE.values(), ids=ALONE.keys())
def test_nobody_is_alone(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    with pytest.raises((ChangeRefused, WrongUse), match=why):
        hold(tmp_path / "ceremony", SETTING._replace(**changes))
    assert not (tmp_path / "ceremony").exists()


def test_only_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    for folder in (tmp_path, tmp_path / "file"):
        with pytest.raises(WrongUse, match="is not empty"):
            hold(folder)


def test_any_word_that_is_altered_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "ceremony"
    hold(folder)
    path = folder / "transcript.json"
    whole = json.loads(path.read_text())

    def wrong(document: Any) -> list[str]:
        path.write_bytes(storage.pretty(document))
        return transcript.check(folder)

    assert wrong(whole) == []
    for alter, found in (
        (lambda d: d.update(officiant="Somebody else"), "step 1 does not follow from what stands before it"),
        (lambda d: d["steps"][2].update(what="SG-ops-a was made for R. Kumar"), "step 4 does not follow"),
        (lambda d: d["steps"].pop(3), "step 4 does not follow"),
        (lambda d: d.update(sha256="0" * 64), "the digest is another"),
        (lambda d: d["signatures"].pop(), "key SG-ops-a has not signed it"),
        (lambda d: d["signatures"][0].update(sig=d["signatures"][1]["sig"]), "key SG-a has not signed it"),
        (lambda d: d["steps"][0]["details"].update(keyid="0" * 64), "the id of key SG-a is another's"),
        (lambda d: d["steps"][0]["details"].update(holder="Me"), "the digest is another"),
    ):
        altered = json.loads(json.dumps(whole))
        alter(altered)  # type: ignore[no-untyped-call]
        assert any(line.startswith(found) for line in wrong(altered)), found
    wrong(whole)
    public = folder / "public" / "SG-b.jwk.json"
    public.write_bytes(storage.pretty(keys.generate().public_jwk))
    assert transcript.check(folder) == ["public/SG-b.jwk.json is not the file that was written"]
    public.unlink()
    assert transcript.check(folder) == ["public/SG-b.jwk.json is not the file that was written"]
    (folder / "transcript.txt").write_text("KEY CEREMONY\n")
    assert "transcript.txt does not say the same" in transcript.check(folder)
    for torn in (b"{}", b"[]", b"{", storage.pretty({**whole, "steps": []})):
        path.write_bytes(torn)
        with pytest.raises(ChangeRefused, match="this is no transcript"):
            if transcript.check(folder):
                raise ChangeRefused("this is no transcript")


def test_a_key_under_a_passphrase_signs_when_it_is_typed(
    run: Run, tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, secret = tmp_path / "ceremony", "correct horse battery"
    named = ("--holder", "SG-ops-e=Tan Mei Ling", "--officiant", "A", "--witness", "B")

    def typed(text: str, *arguments: Any) -> Any:
        return CliRunner().invoke(cli, [str(argument) for argument in arguments], input=text)

    short = typed("short\n", "registry", "ceremony", tmp_path / "short", *named, "--passphrase")
    assert short.exit_code == 2
    assert "a passphrase has at least 12 characters" in short.stderr
    said = typed(f"{secret}\n", "registry", "ceremony", folder, *named, "--passphrase")
    assert said.exit_code == 0, said.output
    path = folder / "private" / "SG-ops-e.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"ENCRYPTED PRIVATE KEY" in path.read_bytes()
    everything = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
    assert secret.encode() not in everything
    assert secret not in said.output
    added = run(
        *("registry", "rotate-role", "--dir", directory, "--role", "SG-ops"),
        *("--add", f"SG-ops-e={folder / 'public' / 'SG-ops-e.jwk.json'}"),
        *("--key", directory / "keys" / "SG-ops-a.jwk.json"),
    )
    assert added.exit_code == 0, added.output
    sign = ("registry", "sign", "SG-roles-0001", "--dir", directory, "--key", path)
    assert "this is not its passphrase" in typed("wrong horse battery\n", *sign).stderr
    assert "the passphrase is missing" in typed("", *sign).stderr
    signed = typed(f"{secret}\n", *sign)
    assert signed.exit_code == 0, signed.output
    assert "signed by SG-ops-e" in signed.stdout
    with pytest.raises(WrongUse, match="nobody is asked for it here"):
        signing.from_file(path)


def test_from_the_command_line(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "ceremony"
    named = ("--holder", "SG-a=Tan Mei Ling", "--holder", "SG-b=R. Kumar", "--officiant", "A", "--witness", "B")
    said = run("registry", "ceremony", folder, *named)
    assert said.exit_code == 0, said.output
    assert said.stdout.startswith(" 1  SG-a was made for Tan Mei Ling\n      keyid  ")
    assert "each holder takes the one file" in said.stderr
    assert run("registry", "ceremony", folder, "--check").stdout == "every step, signature and file is as it was\n"
    (folder / "public" / "SG-a.jwk.json").unlink()
    wrong = run("registry", "ceremony", folder, "--check", "--json")
    assert wrong.exit_code == 1
    assert len(json.loads(wrong.stdout)["wrong"]) == 1
    rehearsed = run("registry", "ceremony", tmp_path / "rehearsal", *named, "--rehearsal", "--json")
    assert json.loads(rehearsed.stdout)["rehearsal"] is True
    for more, why in (
        (("--officiant", "A", "--holder", "SG-a"), "is not NAME=PERSON"),
        (("--holder", "SG-a=X"), "nobody leads the ceremony"),
        (("--officiant", "A", "--holder", "SG-a=X\u202e", "--witness", "B"), "a name"),
        (("--officiant", "A", "--witness", "B"), "no key is named"),
    ):
        refused = run("registry", "ceremony", tmp_path / "other", *more)
        assert refused.exit_code == 2
        assert why in refused.stderr
    assert not (tmp_path / "other").exists()


def test_the_software_is_told_by_its_digest() -> None:
    assert ceremony.software_digest() == ceremony.software_digest()
    assert len(ceremony.software_digest()) == 64
