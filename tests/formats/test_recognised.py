"""What is seen of an input before a format's module is there never keeps from that module what it would take."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from defa_id.parts import DEFAULT_PARTS, Format

EACH = pytest.mark.parametrize("format", [*DEFAULT_PARTS.formats, *DEFAULT_PARTS.lists], ids=lambda format: format.name)
ENDS = (
    b"",
    b"~",
    b"=",
    b".",
    b"~=.",
    b'"@context"',
    b"issuerAuth",
    b'"vp_token"',
    b"&vp_token=1",
    b"a~b.c=&response=2",
)
BEGINS = (
    *(b"eyJhbGciOiJFUzI1NiJ9.e30.AA", b"ey", b"e30.", b"HC1:6BF", b"NCFOXN", b"2D3ShEOhASag", b"0oRDoQEmoEJ7fVhA"),
    *(
        b"\xd8\x3d\xd2\x84",
        b"\xd2\x84\x43\xa1\x01\x26\xa0\x42{}",
        b"\xa2gversion",
        b"o2d2ZXJzaW9u",
        b"vp_token=a",
        b"{}",
    ),
    *(b"{", b'{"payload":"","signature":"","header":{"disclosures":[]}}', b"ABC:NCFOXN", b" ", b"7b7d", b"PHIL:"),
)


def own(format: Format, data: bytes) -> bool:
    module = import_module(f"defa_id.formats.{format.name.replace('-', '_')}")
    taken: bool = module.recognises(data)
    return taken


@EACH
@given(
    first=st.one_of(st.just(b""), st.integers(0, 255).map(lambda byte: bytes([byte]))),
    begin=st.sampled_from(BEGINS),
    cut=st.integers(0, 3),
    end=st.sampled_from(ENDS) | st.binary(max_size=40),
)
@example(first=b"\xff", begin=b"eyJ", cut=0, end=b"~")
def test_nothing_is_kept_from_a_format(format: Format, first: bytes, begin: bytes, cut: int, end: bytes) -> None:
    data = first + begin[cut:] + end
    assert format.recognises(data) == own(format, data)


@EACH
def test_nor_any_of_the_examples(format: Format, project: Path) -> None:
    inputs = [path.read_bytes().strip() for path in (project / "examples" / "credentials").iterdir() if path.is_file()]
    assert len(inputs) > 10
    for data in inputs:
        assert format.recognises(data) == own(format, data)
