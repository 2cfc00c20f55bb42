"""The operator's manual does what it says: every command in it, in its order, as it stands."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from defa_id.cli.registry import registry
from tests.support import house, softhsm
from tests.support.documents import BLOCK, execute, pieces, reader

MANUAL = house.PROJECT / "trust_registry" / "README.md"


@pytest.mark.slow
def test_every_command_in_it_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = reader(tmp_path, monkeypatch)
    shutil.copytree(MANUAL.parent, folder / "trust_registry")
    shutil.copytree(house.PROJECT / "schemas", folder / "schemas")
    for piece in pieces(MANUAL):
        told = execute(piece, folder) if piece.kind == "sh" else ""
        assert not told, told


@pytest.mark.peers
@pytest.mark.slow
def test_every_command_with_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SoftHSM stands in for the token, as the manual says."""
    folder = reader(tmp_path, monkeypatch)
    monkeypatch.setenv("MODULE", str(softhsm.module()))
    monkeypatch.setenv("SOFTHSM2_CONF", str(softhsm.configured(folder)))
    told = [execute(piece, folder) for piece in pieces(MANUAL) if piece.kind == "shell"]
    assert len(told) >= 12
    assert not any(told), "\n".join(told)


def test_there_is_no_command_that_none_of_them_runs() -> None:
    """Every block says what runs it, and no line begins with the program outside of one."""
    text = MANUAL.read_text(encoding="utf-8")
    assert {found[1] for found in BLOCK.finditer(text)} == {"sh", "shell"}
    assert not re.search(r"^(\$ )?(defa-id|python3?) ", BLOCK.sub("", text), re.MULTILINE)


def test_every_command_it_names_is_there() -> None:
    named = set(re.findall(r"\bregistry ([a-z]+(?:-[a-z]+)*)(?= |`)", MANUAL.read_text(encoding="utf-8")))
    with registry.make_context("registry", ["status"], resilient_parsing=True) as context:
        known = set(registry.list_commands(context))
    assert {"propose", "sign", "publish", "suspend", "ceremony", "rotate-role", "accept", "stamp", "doctor"} <= named
    assert not sorted(word for word in named - known if f"defa-id registry {word}" in MANUAL.read_text("utf-8"))


def test_its_links_lead_somewhere() -> None:
    text = MANUAL.read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^a-z -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }
    for target in re.findall(r"\]\(([^)]+)\)", text):
        place, _, anchor = target.partition("#")
        assert (MANUAL.parent / place).exists() if place else anchor in headings, target
    assert all((house.PROJECT / name).exists() for name in re.findall(r"`(examples/[a-z0-9_./-]+)`", text))
