"""No row of the adversarial catalogue is left out in silence: it has a test, or a table says why it has none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def numbers(text: str) -> set[int]:
    """`1-5 7` as the numbers meant."""
    found: set[int] = set()
    for part in text.split():
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


# The rows of the catalogue, by area; the numbers between them were never given.
AREAS = {
    "a": numbers("1-5 7-10 12-13 15-20 22-27 29-34"),
    "b": numbers("1-6 8-27 29 31-44 46 49-53"),
    "c": numbers("1-15 17-18 20 22-26 28"),
    "d": numbers("1-3 5-9 11-41"),
    "e": numbers("1 3-4 6-19 22 24-25 28-42"),
    "f": numbers("2-15 17 19-21 23-25 27-52"),
    "g": numbers("2-7 10-12 15-17 19-28"),
    "h": numbers("1-2 4 6-12 14-15 17 19-28 30 32-35"),
    "i": numbers("1-11 13 15-17 20-28"),
    "j": numbers("1-8 10-21 23-37 39-42"),
    "k": numbers("1-4 7-13 15-17 20-21 23-24 27"),
    "l": numbers("1-4 6-8 10-15"),
    "m": numbers("1 3-5 7-13 16"),
    "q": numbers("1-4 6-9 11-13"),
}
IN_A_NAME = re.compile(r"def test_\w+|\"[A-Z]\d\d[^\"]*\"|f\"[A-Z]\d\d")


@pytest.mark.parametrize("area", AREAS)
def test_every_row_of_the_area_has_a_test_or_a_reason(area: str) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in HERE.glob(f"test_{area}_*.py"))
    named = " ".join(IN_A_NAME.findall(text))
    found = {int(number) for number in re.findall(rf"(?i)(?<![a-z0-9-]){area}(\d\d)(?!\d)", named.replace("_", " "))}
    assert AREAS[area] - found == set()
    assert found - AREAS[area] == set(), "rows the catalogue does not have"
