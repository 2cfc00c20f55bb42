"""What the front door says is executed: every command and program in README.md and docs/, as it stands.

A command ends with exit code 0 unless its comment says otherwise: `# exit 1: …`. The lines of one
document share a folder that holds what a checkout shows its reader: the examples, and `run.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from defa_id.report import table
from tests.support import house
from tests.support.documents import execute, pieces, reader

DOCUMENTS = [house.PROJECT / "README.md", *sorted((house.PROJECT / "docs").glob("*.md"))]


@pytest.fixture
def as_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as a checkout shows it to its reader."""
    return reader(tmp_path, monkeypatch)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_command_and_program_in_it_does_what_it_says(document: Path, as_reader: Path) -> None:
    wrong = [told for piece in pieces(document) if (told := execute(piece, as_reader))]
    assert not wrong, "\n\n".join(wrong)


def test_the_readme_holds_something_of_each_kind() -> None:
    kinds = [piece.kind for piece in pieces(DOCUMENTS[0])]
    assert kinds.count("sh") > 8
    assert kinds.count("python") >= 1


def test_the_table_of_checks_is_the_catalogue() -> None:
    text = DOCUMENTS[0].read_text(encoding="utf-8")
    assert table.rewritten(text) == text, "run: python3 run.py table"


def test_links_lead_somewhere() -> None:
    gone = [
        f"{document.name}: {target}"
        for document in [*DOCUMENTS, *house.PROJECT.glob("*.md")]
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]
    assert not gone
