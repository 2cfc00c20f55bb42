"""The operator's manual does what it says: every command in it, in its order, as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from defa_id.cli.registry import registry
from tests.support import house
from tests.support.documents import execute, pieces, reader

MANUAL = house.PROJECT / "trust_registry" / "README.md"


@pytest.mark.slow
def test_every_command_in_it_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = reader(tmp_path, monkeypatch)
    for piece in pieces(MANUAL):
        told = execute(piece, folder)
        assert not told, told


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
