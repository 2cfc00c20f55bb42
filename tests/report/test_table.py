"""The README's table of checks comes from the catalogue and from nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from defa_id.catalogue import CATALOGUE, CheckEntry
from defa_id.report import table


def test_a_row_a_check_in_the_order_they_are_asked() -> None:
    rows = table.table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == list(CATALOGUE.checks)
    assert all(row.count("|") == 5 for row in rows)


def test_a_pipe_in_a_text_does_not_break_the_table() -> None:
    odd = CATALOGUE.with_check(CheckEntry("own.check", "a|b?", "c|d", "e|f", frozenset()))
    assert "| `own.check` | a\\|b? | e\\|f | c\\|d |" in table.table(odd)


def test_the_block_is_rewritten_and_nothing_else() -> None:
    text = f"# Title\n\n{table.BEGIN}\nold\n{table.END}\n\nafter\n"
    once = table.rewritten(text)
    assert once == f"# Title\n\n{table.BEGIN}\n{table.table()}{table.END}\n\nafter\n"
    assert table.rewritten(once) == once


@pytest.mark.parametrize("text", ["", table.BEGIN, f"{table.END}{table.BEGIN}", (table.BEGIN + table.END) * 2])
def test_without_its_marks_a_text_is_left_alone(text: str) -> None:
    with pytest.raises(ValueError, match="once each"):
        table.rewritten(text)


def test_the_command_rewrites_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"{table.BEGIN}\n{table.END}\n", encoding="utf-8")
    assert table.main([str(readme)]) == 0
    assert table.table() in readme.read_text(encoding="utf-8")
    readme.write_text("no marks", encoding="utf-8")
    assert table.main([str(readme)]) == 2
    assert table.main([str(tmp_path / "absent")]) == 2
    assert table.main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_the_readme_holds_the_table_as_it_is(project: Path) -> None:
    readme = project / "README.md"
    if readme.is_file() and table.BEGIN in (text := readme.read_text(encoding="utf-8")):
        assert table.rewritten(text) == text
