"""The README's table of checks, written from the catalogue: `python -m defa_id.report.table README.md`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from defa_id.catalogue import CATALOGUE, Catalogue

BEGIN: Final = "<!-- checks:begin -->"
END: Final = "<!-- checks:end -->"


def table(catalogue: Catalogue = CATALOGUE) -> str:
    """The checks in the order they are asked, as a Markdown table with a final newline."""
    rows = [
        f"| `{check.id}` | {_cell(check.question)} | {_cell(check.failing)} | {_cell(check.clause)} |"
        for check in catalogue.checks.values()
    ]
    head = ["| check | question | if it fails | written in |", "|---|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def rewritten(text: str, catalogue: Catalogue = CATALOGUE) -> str:
    """The text with the table between its two marks. Raises `ValueError` unless each mark stands there once."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"the text must hold {BEGIN} and then {END}, once each")
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    return f"{before}{BEGIN}\n{table(catalogue)}{after}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Rewrite the one file named. Returns the exit code: 0, or 2 for wrong use."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m defa_id.report.table README.md\n")
        return 2
    path = Path(arguments[0])
    try:
        text = path.read_text(encoding="utf-8")
        path.write_text(rewritten(text), encoding="utf-8")
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{path}: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
