"""The map of recognition: a cell a pair, level and environment in it, and nothing hidden."""

from __future__ import annotations

from typing import Any

from defa_id import languages
from defa_id.report.matrix import matrix_text
from defa_id.report.recognition_map import About
from defa_id.report.style import Style
from defa_id.report.width import width
from tests.report.test_text import HOSTILE, assert_harmless

AT = About("2026-11-24T00:00:00Z")
STATES = ["BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN"]


def row(by: str, of: str, decision: str = "not_recognised", **more: Any) -> dict[str, Any]:
    """A row of `matrix --json`."""
    return {
        "by": by,
        "of": of,
        "type": "Person",
        "purpose": None,
        "level": None,
        "environment": None,
        "arrangement": None,
        "decision": decision,
        **more,
    }


ROWS = [
    row("SG", "TH", "recognised", level="high", environment="live"),
    row("SG", "VN", "not_yet", level="low", environment="demo"),
    row("TH", "SG", "recognised", level="substantial", environment="demo"),
    row("TH", "SG", "recognised", level="high", environment="sandbox", purpose="banking.account-opening"),
    row("TH", "VN", "recognised", level="low", environment="pilot", purpose="telecom.sim"),
    row("VN", "SG", type=None),
    row("VN", "TH", type=None),
]


def test_the_map() -> None:
    assert (
        matrix_text(ROWS, about=AT)
        == """\
Who recognises whom  As of 24 November 2026, 00:00 UTC, with all the registry
                     holds

Person

          SG   TH   VN
  SG      ╲    H●   ~
  TH      S○*  ╲    L◑*
  VN      ·    ·    ╲

  3 of 6 pairs recognised, 1 not yet.
  * TH ← SG  H◔  banking.account-opening
  * TH ← VN  L◑  telecom.sim

How to read it
  A row is the relying state, a column the home state of the credential.
  A ← B: A relies on credentials of B.
  Least level    L low   S substantial   H high
  Environment    ○ demo   ◔ sandbox   ◑ pilot   ● live
  Otherwise      · no   ~ not yet   * see the purposes   ╲ itself
"""
    )


def test_purposes_of_one_pair_and_value_share_a_line() -> None:
    rows = [
        row("SG", "TH", "recognised", level="low", environment="demo", purpose=purpose)
        for purpose in ("b.two", "a.one")
    ]
    later = row("SG", "TH", "not_yet", level="high", environment="demo", purpose="c.later")
    text = matrix_text([*rows, later], about=AT)
    assert "  SG      ╲    L○*\n" in text
    assert "  * SG ← TH  L○  a.one, b.two\n  * SG ← TH  ~  c.later\n" in text


def test_types_with_equal_maps_share_one() -> None:
    both = [{**entry, "type": name} for name in ("B", "A") for entry in ROWS if entry["type"]]
    other = {**ROWS[0], "type": "C", "level": "low"}
    text = matrix_text([*both, other, *ROWS[-2:]], about=AT)
    assert "\nA, B\n" in text
    assert "\nC\n" in text
    assert text.count("How to read it") == 1


def test_eleven_states_fit_a_terminal_of_eighty_columns() -> None:
    rows = [row(a, b, "recognised", level="high", environment="live") for a in STATES for b in STATES if a != b]
    lines = matrix_text(rows, about=AT).splitlines()
    assert max(map(width, lines)) <= 80
    assert "  110 of 110 pairs recognised." in lines
    assert sum(line.startswith("  SG ") for line in lines) == 1


def test_more_states_than_fit_come_in_blocks() -> None:
    text = matrix_text([row(f"A{n}", f"A{m}") for n in range(9) for m in range(9) if n != m], Style(48), about=AT)
    assert max(map(width, text.splitlines())) <= 48
    assert text.count("\n  A0 ") == 2


def test_in_colour_the_level_is_the_heat() -> None:
    text = matrix_text(ROWS, Style(colour=True), about=AT)
    assert "\x1b[1;97;48;5;28m H● \x1b[0m" in text
    assert "\x1b" not in matrix_text(ROWS, Style(colour=False), about=AT)


def test_in_ascii_the_environment_is_a_letter() -> None:
    text = matrix_text(ROWS, Style(unicode=False), about=AT)
    assert text.isascii()
    assert " Sd*  \\    Lp*" in text


def test_nothing_recognised_is_said() -> None:
    known = AT._replace(known_at="2026-01-01T09:30:00Z")
    text = matrix_text([row("SG", "TH", type=None), row("TH", "SG", type=None)], about=known)
    assert "as known at 1 January 2026, 09:30 UTC" in " ".join(text.split())
    assert "Nothing is recognised between these 2 states." in text


def test_hostile_texts_are_escaped() -> None:
    for value in HOSTILE:
        rows = [row("SG", "TH", "recognised", type=value, purpose=value, level=value, environment=value)]
        hostile = AT._replace(registry=value, version=1, freshness=value, states={"SG": value}, types={value: value})
        assert_harmless(matrix_text(rows, about=hostile))
        assert_harmless(matrix_text(rows, Style(colour=True), about=hostile).replace("\x1b[", ""))


NAMED = AT._replace(
    registry="defa-id-demo",
    version=7,
    freshness="fresh",
    environment="demo",
    states={"SG": "Singapore", "TH": "Thailand", "VN": "Viet Nam"},
    types={"Person": "Person identity"},
)


def test_names_for_people_stand_beside_the_codes_where_there_is_room() -> None:
    text = matrix_text(ROWS, about=NAMED)
    assert "\nPerson identity\n  Person\n" in text
    assert "  SG  Singapore  ╲    H●   ~\n" not in text  # nine columns tell too little to be worth them
    long = NAMED._replace(states={"SG": "Republic of Singapore", "TH": "Thailand", "VN": "Viet Nam"})
    assert "  SG  Republic of Singapore    ╲    H●   ~\n" in matrix_text(ROWS, about=long)
    eleven = [row(a, b) for a in STATES for b in STATES if a != b]
    names = NAMED._replace(states={"LA": "Lao People's Democratic Republic"})
    wide = matrix_text(eleven, about=names)
    assert "  LA  Lao People's De…    ·" in wide
    assert max(map(width, wide.splitlines())) <= 80
    narrow = matrix_text(eleven, Style(64), about=names)
    assert "Lao" not in narrow
    assert max(map(width, narrow.splitlines())) <= 64


def test_a_demo_registry_is_said_to_be_one() -> None:
    assert "Demo, synthetic" in matrix_text(ROWS, about=NAMED)
    assert "Demo, synthetic" not in matrix_text(ROWS, about=NAMED._replace(environment="live"))
    assert "defa-id-demo, version 7, fresh" in matrix_text(ROWS, about=NAMED)


def test_the_map_in_another_language_shows_the_same_values() -> None:
    for code in ("fil", "id", "ms", "th", "vi"):
        texts = languages.texts(code)
        text, english = matrix_text(ROWS, about=NAMED._replace(texts=texts)), matrix_text(ROWS, about=NAMED)
        assert texts.word("Who recognises whom") in text.splitlines()[0]
        assert "How to read it" not in text
        assert [line for line in text.splitlines() if "H●" in line] == [
            line for line in english.splitlines() if "H●" in line
        ]
        assert max(map(width, text.splitlines())) <= 80


def test_an_empty_map_says_so_in_another_language() -> None:
    texts = languages.texts("th")
    assert texts.word("Nothing is recognised between these {count} states.", count=0) in matrix_text(
        [], about=AT._replace(texts=texts)
    )
