"""The packaged demo is what its sources say, byte for byte, on every machine."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from defa_id import files
from defa_id.errors import ChangeRefused, WrongUse
from defa_id.issue.present import sd_jwt_presentation
from defa_id.operator import demo
from defa_id.operator.keyring import DemoKeyring
from defa_id.policy import Expected, Policy
from defa_id.verdict import Decision
from defa_id.verifier import Verifier
from tests.operator.stock_client import all_targets


@pytest.fixture
def sources(project: Path, tmp_path: Path) -> Path:
    """A copy of the curated sources in a checkout of their own."""
    shutil.copytree(project / "schemas", tmp_path / "schemas")
    ignored = shutil.ignore_patterns("published")
    return Path(shutil.copytree(project / "trust_registry", tmp_path / "trust_registry", ignore=ignored))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_packaged_is_what_the_sources_give(project: Path, sources: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert demo.main([str(sources)]) == 0
        assert contents(sources / "published") == contents(project / "trust_registry" / "published"), (
            "run: python3 run.py demo"
        )
        minted, packaged = (
            contents(tmp_path / "examples" / "credentials"),
            contents(project / "examples" / "credentials"),
        )
        assert minted == packaged


def test_the_packaged_demo_is_readable_for_ten_years(project: Path, tmp_path: Path) -> None:
    last = datetime.fromisoformat("2036-10-31T23:59:59Z")
    published = project / "trust_registry" / "published"
    assert files.open_registry(published, now=last).freshness == "fresh"
    assert all_targets(published, tmp_path / "cache", last)


def test_every_role_key_of_the_demo_can_be_derived_by_anybody(project: Path) -> None:
    root = json.loads((project / "trust_registry" / "published" / "root.json").read_text())["signed"]
    from defa_id.operator.roles import RoleSigner

    for name, role in (("region-a", "root"), ("snapshot", "snapshot"), ("timestamp-b", "timestamp")):
        keyid = RoleSigner(name, DemoKeyring().get(name)).public_key.keyid
        assert keyid in root["roles"][role]["keyids"]


def test_the_holder_in_the_examples_can_present(project: Path, now: datetime) -> None:
    token = (project / "examples" / "credentials" / "sg-person-high.sd-jwt").read_text()
    shown = sd_jwt_presentation(token, demo.holder_key(), "n", "https://rp.example", now, ["name"])
    registry = files.open_registry(project / "trust_registry" / "published", now=now)
    policy = Policy.preset("baseline", for_state="TH")
    expected = Expected.presentation(nonce="n", audience="https://rp.example")
    verdict = Verifier(registry, policy).verify(shown.encode(), at=now, expected=expected)
    assert verdict.decision is Decision.ACCEPTED, [check.code for check in verdict.problems]


def test_what_is_wrong_in_the_list_of_examples_is_said(sources: Path, tmp_path: Path) -> None:
    examples = tmp_path / "examples"
    listing = sources / demo.CREDENTIALS
    records = json.loads(listing.read_text())
    listing.write_text(json.dumps([{**records[0], "claims": {"birth_date": "yesterday"}}]))
    with pytest.raises(WrongUse, match="do not fit the schema") as refused:
        demo.generate(sources, examples)
    assert "yesterday" not in refused.value.message + refused.value.hint
    del records[0]["issued"]
    listing.write_text(json.dumps(records[:1]))
    with pytest.raises(ChangeRefused, match="lacks 'issued'"):
        demo.generate(sources, examples)
    assert not (sources / "published").exists()


def test_examples_that_are_listed_no_more_go(sources: Path, tmp_path: Path) -> None:
    examples = tmp_path / "examples"
    examples.mkdir()
    (examples / "old.vc.jwt").write_text("old")
    (examples / "README.md").write_text("stays")
    demo.generate(sources, examples)
    assert not (examples / "old.vc.jwt").exists()
    assert (examples / "README.md").exists()


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main([]) == 2
    assert demo.main([str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "usage" in said
    assert "is not a registry" in said
