"""nquads: literals in canonical form; and the tests' own reader of N-Quads."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.linked import nquads
from tests.linked import reading

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_a_literal_is_read_back(text: str) -> None:
    written = nquads.literal(text)
    assert re.fullmatch(r'"[^\x00-\x1f\x7f]*"', written)
    assert reading.parse(f"<urn:s> <urn:p> {written} .\n") == [("<urn:s>", "<urn:p>", written, "")]


def test_every_control_is_escaped_as_the_canonical_form_says() -> None:
    short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
    for code in range(0x100):
        expected = short.get(code) or (f"\\u{code:04X}" if code < 0x20 or code == 0x7F else chr(code))
        assert nquads.literal(chr(code)) == f'"{expected}"'


@pytest.mark.parametrize(
    ("row", "quad"),
    [
        ("<urn:a><urn:b><urn:c>.", ("<urn:a>", "<urn:b>", "<urn:c>", "")),
        ("\t<urn:a> <urn:b> _:c.d <urn:g> . # said so", ("<urn:a>", "<urn:b>", "_:c.d", "<urn:g>")),
        ('_:a <urn:b> "c"@en-GB _:g .', ("_:a", "<urn:b>", '"c"@en-GB', "_:g")),
        ('_:0 <urn:b> "\\u0041\\U00000042\\\'" .', ("_:0", "<urn:b>", '"AB\'"', "")),
        ('<urn:\\u00e9> <urn:b> "1"^^<urn:\\u0064> .', ("<urn:é>", "<urn:b>", '"1"^^<urn:d>', "")),
        (f'_:a <urn:b> "c"^^<{nquads.XSD}string> .', ("_:a", "<urn:b>", '"c"', "")),
    ],
)
def test_what_is_read(row: str, quad: nquads.Quad) -> None:
    assert reading.parse(f"# first\n\n{row}\r\n") == [quad]


@pytest.mark.parametrize(
    "row",
    [
        *("a <urn:b> <urn:c> .", "<urn:a> _:b <urn:c> .", '<urn:a> <urn:b> "c .', "<urn:a> <urn:b> <urn:c>"),
        *('"a" <urn:b> <urn:c> .', '<urn:a> "b" <urn:c> .', '<urn:a> <urn:b> <urn:c> "g" .', "<urn:a> <urn:b> ."),
        *("<urn:a b> <urn:b> <urn:c> .", '<urn:a> <urn:b> "\\x" .', '<urn:a> <urn:b> "c"@ .', "<urn:a> <urn:b> _:. ."),
        *('<urn:a> <urn:b> "\\uD800" .', '<urn:a> <urn:b> "\\U00110000" .', "<urn:a> <urn:b> <urn:c> . x"),
        *('<urn:a> <urn:b> "c"^^"d" .', '<urn:a> <urn:b> "c"^^_:d .', "<urn:a> <urn:b> <urn:c> . ."),
    ],
)
def test_what_is_no_nquads(row: str) -> None:
    with pytest.raises(ValueError, match=r"N-Quads|names no character"):
        reading.parse(row)
