"""The maps as SVG and HTML: everything in them, escaped, readable, fetched from nowhere, running nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from defa_id import files, languages
from defa_id.cli import cli
from defa_id.codec import times
from defa_id.report import matrix_svg as svg
from defa_id.report import recognition_map
from defa_id.report.layout import DRAFT
from defa_id.report.matrix_html import BY_DAY, BY_NIGHT, Palette, matrix_html
from defa_id.report.matrix_svg import matrix_svg
from defa_id.report.recognition_map import NOT, About, Row
from defa_id.trust import recognition
from tests.report.test_matrix import AT, NAMED, ROWS, STATES, row
from tests.report.test_text import HOSTILE

Draw = Callable[..., str]
BOTH = pytest.mark.parametrize("draw", [matrix_svg, matrix_html], ids=["svg", "html"])
SVG = "{http://www.w3.org/2000/svg}"
EMPTY = {"meta", "br"}


class Page(HTMLParser):
    """The elements of a page in their order, and its text; refuses one that is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def parsed(text: str) -> ET.Element:
    """Our own drawing, read as the XML it has to be."""
    return ET.fromstring(text)  # noqa: S314


def words(text: str) -> str:
    return " ".join(" ".join(Page(text).words).split())


@pytest.fixture(scope="module")
def demo() -> tuple[list[Row], About]:
    """The registry that travels with the package, on a day of its time."""
    registry, moment = files.open_registry(), times.parse("2026-11-24T00:00:00Z")
    rows: list[Row] = [*recognition.matrix(registry, at=moment)]
    return rows, recognition_map.about(registry, at=moment)


@BOTH
def test_it_is_well_formed_and_the_same_each_time(draw: Draw, demo: tuple[list[Row], About]) -> None:
    rows, about = demo
    text = draw(rows, about=about)
    assert text == draw(rows, about=about)
    assert text == draw(list(reversed(rows)), about=about)
    if draw is matrix_svg:
        assert parsed(text).tag == f"{SVG}svg"
    else:
        assert text.startswith("<!DOCTYPE html>")
    Page(text)


@BOTH
def test_nothing_is_fetched_and_nothing_runs(draw: Draw, demo: tuple[list[Row], About]) -> None:
    text = draw(demo[0], about=demo[1])
    assert not re.search(r"url\(|@import|javascript:|https?://(?!www\.w3\.org/2000/svg)", text)
    for tag, attributes in Page(text).elements:
        assert tag not in {"script", "link", "img", "image", "iframe", "object", "use", "foreignobject", "a", "base"}
        assert not {name for name in attributes if name.startswith("on") or name in ("src", "href", "xlink:href")}


@BOTH
def test_title_date_registry_and_what_a_demo_is(draw: Draw) -> None:
    text = words(draw(ROWS, about=NAMED))
    assert "Who recognises whom" in text
    assert "As of 24 November 2026, 00:00 UTC, with all the registry holds" in text
    assert "Registry: defa-id-demo, version 7, fresh" in text
    assert "Demo, synthetic: issuers, keys, people and recognitions are made up." in text
    live = NAMED._replace(environment="live", known_at="2026-01-02T00:00:00Z")
    assert "synthetic" not in draw(ROWS, about=live)
    assert "as known at 2 January 2026, 00:00 UTC" in words(draw(ROWS, about=live))


@BOTH
def test_every_statement_is_in_it_in_words(draw: Draw, demo: tuple[list[Row], About]) -> None:
    """A purpose with its pairs, level and environment, whether or not somebody sees the drawing."""
    rows, about = demo
    text = words(draw(rows, about=about))
    for one in recognition_map.maps(rows):
        assert one.title(about) in text
        assert about.counted(one) in text
        for pairs in recognition_map.by_purpose(one):
            assert f"{about.terms(pairs)}: {recognition_map.listed(pairs.pairs)}" in text
            assert about.purpose(pairs.purpose) in text


def test_who_cannot_see_it_is_told_everything(demo: tuple[list[Row], About]) -> None:
    rows, about = demo
    root = parsed(matrix_svg(rows, about=about))
    assert root.get("role") == "img"
    title, told = (root.find(f"{SVG}{name}") for name in ("title", "desc"))
    assert title is not None
    assert told is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {told.get('id')}"
    assert told.text == svg.description(recognition_map.maps(rows), about)
    assert "Opening a bank account (banking.account-opening), at least substantial, demo: ID ← SG;" in (told.text or "")


def test_the_page_holds_every_statement_in_a_table_with_headers(demo: tuple[list[Row], About]) -> None:
    rows, about = demo
    page = Page(matrix_html(rows, about=about))
    tags = [tag for tag, _ in page.elements]
    found = recognition_map.maps(rows)
    stated = sum(row["decision"] != NOT for one in found for cell in one.cells.values() for row in cell.statements)
    assert tags.count("table") == tags.count("caption") == 2 * len(found)
    assert tags.count("tr") == stated + len(found) * (2 + len(STATES))
    heads = [attributes["scope"] for tag, attributes in page.elements if tag == "th"]
    assert heads.count("row") == stated + len(found) * len(STATES)
    assert heads.count("col") == len(found) * (7 + len(STATES))
    assert all(attributes["aria-hidden"] for tag, attributes in page.elements if tag == "svg")
    assert ("html", {"lang": "en", "dir": "ltr"}) in page.elements


def test_a_cell_of_the_page_says_what_it_is_to_who_does_not_see_it(demo: tuple[list[Row], About]) -> None:
    page = Page(matrix_html(ROWS, about=NAMED))
    titles = [attributes["title"] for tag, attributes in page.elements if tag == "td" and "title" in attributes]
    assert len(titles) == 9
    assert "Viet Nam does not recognise Thailand." in titles
    said = "Singapore recognises Thailand. Any purpose: at least high, live, None"
    assert said in titles
    assert said in page.words


def test_each_cell_says_what_it_is() -> None:
    root = parsed(matrix_svg(ROWS, about=NAMED))
    said = {title.text for title in root.iter(f"{SVG}title")}
    assert "Singapore recognises Thailand. Any purpose: at least high, live, None" in said
    assert "Viet Nam does not recognise Thailand." in said
    assert "Singapore, itself" in said
    assert any(text and text.startswith("Singapore does not recognise Viet Nam yet. ") for text in said)


def test_a_corner_means_that_it_holds_for_purposes_only() -> None:
    cells = {
        cell.by + cell.of: (cell.limited, cell.noted)
        for one in recognition_map.maps(ROWS)
        for cell in one.cells.values()
    }
    assert cells["THVN"] == (True, True)
    assert cells["THSG"] == (False, True)  # for any purpose, and for one at another level
    assert cells["SGTH"] == (False, False)


def test_of_several_statements_the_foremost_is_drawn() -> None:
    rows = [
        row("SG", "TH", "not_yet", level="high", environment="live"),
        row("SG", "TH", "recognised", level="low", environment="demo", purpose="a.one"),
    ]
    (one,) = recognition_map.maps(rows)
    cell = one.cells["SG", "TH"]
    assert (cell.decision, cell.level, cell.environment, cell.limited) == ("recognised", "low", "demo", True)
    assert AT.counted(one) == "1 of 2 pairs recognised."


@BOTH
@pytest.mark.parametrize("value", HOSTILE)
def test_every_text_is_escaped(draw: Draw, value: str) -> None:
    bad = f"</text></svg><script>alert(1)</script>&{value}\"'>"
    hostile = AT._replace(
        registry=bad,
        version=1,
        freshness=bad,
        environment="demo",
        states={"SG": bad, "TH": bad},
        types={bad: bad},
        purposes={bad: bad},
    )
    rows = [
        row(by, of, "recognised", type=bad, purpose=bad, level=bad, environment=bad, arrangement=bad)
        for by, of in (("SG", "TH"), ("TH", bad))
    ]
    text = draw(rows, about=hostile)
    Page(text)
    if draw is matrix_svg:
        parsed(text)
    assert "<script" not in text
    assert not set(text) & set("\x00\x07\x08\x1b\u202e\u2066\u200b")


@BOTH
def test_nothing_recognised_is_said(draw: Draw) -> None:
    rows = [row("SG", "TH", type=None), row("TH", "SG", type=None)]
    assert "Nothing is recognised between these 2 states." in words(draw(rows, about=AT))


@BOTH
def test_many_states_still_fit(draw: Draw) -> None:
    names = [f"{a}{b}" for a, b in product("ABCDE", repeat=2)]
    rows = [row(a, b, "recognised", level="high", environment="live") for a in names for b in names if a != b]
    page = Page(draw(rows, about=AT))
    assert ("body", {"style": "--states: 25"}) in page.elements or ("svg", "1180") in [
        (tag, one.get("width")) for tag, one in page.elements
    ]


@BOTH
@pytest.mark.parametrize("code", ["fil", "id", "ms", "th", "vi"])
def test_a_picture_in_another_language_says_the_same_in_it(draw: Draw, code: str) -> None:
    """Nothing of the English is left but names that records write, and the note that it is a draft."""
    texts = languages.texts(code)
    english = NAMED._replace(states={}, purposes={}, types={})
    about = english._replace(texts=texts)
    text, plain = words(draw(ROWS, about=about)), words(draw(ROWS, about=english))
    assert f'lang="{code}"' in draw(ROWS, about=about)
    for one in recognition_map.maps(ROWS):
        assert about.counted(one) in text
    for english_word in (
        "Who recognises whom",
        "not recognised",
        "Any purpose",
        "at least",
        "recognises",
        "Home state",
    ):
        assert english_word in plain
        assert english_word not in text
    assert texts.word(DRAFT) in text
    assert DRAFT in text
    assert DRAFT not in plain
    assert [value for value in ("H", "S", "L") if value in text] == ["H", "S", "L"]


def test_names_come_from_the_registry_then_from_a_translation() -> None:
    registry, moment = files.open_registry(), times.parse("2026-11-24T00:00:00Z")
    about = recognition_map.about(registry, at=moment, texts=languages.texts("vi"))
    assert about.states["VN"] == "Việt Nam"  # the state's own name for itself
    assert about.states["TH"] == "Thái Lan"  # a translation: the registry has no Vietnamese name of Thailand
    assert about.purpose("travel.border-pass") == "Qua biên giới bằng giấy thông hành địa phương (travel.border-pass)"


# -- WCAG 2.2 -------------------------------------------------------------------------------------------


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, from relative luminance."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("palette", [BY_DAY, BY_NIGHT], ids=["day", "night"])
def test_what_is_written_on_a_surface_can_be_read_and_its_edge_be_seen(palette: Palette) -> None:
    page = palette.paints["paper"].fill
    for paint in palette.paints.values():
        assert contrast(paint.ink, paint.fill) >= 4.5
        assert contrast(paint.edge, page) >= 3
    for surface in (page, palette.empty, palette.own):
        assert contrast(palette.muted, surface) >= 4.5


@pytest.mark.parametrize("palette", [BY_DAY, BY_NIGHT], ids=["day", "night"])
def test_levels_differ_without_colour(palette: Palette) -> None:
    low, substantial, high = (palette.paints[level].fill for level in recognition_map.LEVELS)
    assert contrast(low, substantial) >= 1.5
    assert contrast(substantial, high) >= 3
    assert contrast(low, high) > contrast(substantial, high)


def test_the_four_environments_are_four_drawings() -> None:
    drawn = {svg.disc(name, 0, 0, "#000000") for name in recognition_map.ENVIRONMENTS}
    assert len(drawn) == 4


# -- the command ----------------------------------------------------------------------------------------


def test_the_command_writes_files_and_leaves_the_json_as_it_is(tmp_path: Path) -> None:
    words = ["matrix", "--at", "2026-11-24T00:00:00Z"]
    done = CliRunner().invoke(cli, [*words, "--svg", str(tmp_path / "m.svg"), "--html", str(tmp_path / "m.html")])
    assert (done.exit_code, done.stdout) == (0, "")
    assert parsed((tmp_path / "m.svg").read_text(encoding="utf-8")).tag == f"{SVG}svg"
    assert "<!DOCTYPE html>" in (tmp_path / "m.html").read_text(encoding="utf-8")
    plain = CliRunner().invoke(cli, [*words, "--json"])
    both = CliRunner().invoke(cli, [*words, "--json", "--svg", str(tmp_path / "n.svg")])
    assert plain.stdout == both.stdout
    keys = ["by", "of", "type", "purpose", "level", "environment", "arrangement", "decision"]
    assert {tuple(one) for one in json.loads(plain.stdout)} == {tuple(keys)}
    assert CliRunner().invoke(cli, [*words, "--svg", "-"]).stdout.startswith("<svg ")
    assert CliRunner().invoke(cli, [*words, "--html", str(tmp_path / "no" / "such" / "x")]).exit_code == 0
    assert CliRunner().invoke(cli, [*words, "--html", str(tmp_path)]).exit_code == 2


def test_one_type_of_eleven_states_has_110_rows_or_pairs(demo: tuple[list[Row], About]) -> None:
    for one in recognition_map.maps(demo[0]):
        assert len(one.cells) == 110
    assert len(STATES) == 11
