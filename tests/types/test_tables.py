"""The page of tables: every family and pair, and what has no place on either side."""

from __future__ import annotations

from pathlib import Path

from defa_id import types
from defa_id.types import tables


def test_the_page_names_every_type_and_every_pair(project: Path) -> None:
    page = (project / "docs" / "credential-types.md").read_text(encoding="utf-8")
    assert page == tables.page(types.families().values(), types.standards())
    for one in types.families().values():
        assert all(f"`{identifier}`" in page for _, identifier in one.types())
        for standard in one.crosswalks:
            assert f"### {one.title}: {types.standard(standard).title}" in page
        assert f"](#{one.title.lower().replace(' ', '-').replace('(', '').replace(')', '')})" in page


def test_what_no_row_reaches_is_listed_as_deep_as_rows_go() -> None:
    shape = types.family("person-identity").shape
    left = list(tables.uncovered(shape, ["name", "birth_place.country", "birth_place.region"]))
    assert left[:4] == ["birth_date", "birth_place.locality", "birth_place.text", "nationality"]
    assert "name" not in left


def test_the_table_says_what_the_conversion_does() -> None:
    """A field that the page says has no place is lost in a conversion, and the other way round."""
    for family, standard in (("person-identity", "eu-pid"), ("education", "open-badges-3")):
        rows = types.family(family).crosswalks[standard]
        nowhere = set(tables.uncovered(types.family(family).shape, [row.ours for row in rows]))
        assert nowhere
        for field in types.family(family).fields:
            probe = {field.name: ["x"] if field.many else "x"}
            lost = types.convert(probe, source=family, target=standard).lost if field.name in nowhere else ()
            assert bool(lost) == (field.name in nowhere)
