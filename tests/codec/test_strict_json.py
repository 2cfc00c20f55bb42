"""strict_json: one document has one reading, and every bound holds at the bound and one beyond it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from defa_id.codec import limits, strict_json
from defa_id.errors import Fault

PORTRAIT = limits.JSON_STRING


def code_of(data: bytes) -> str:
    """The reason `data` is refused for; "" where it is read."""
    try:
        strict_json.loads(data)
    except Fault as fault:
        assert not fault.unknown
        return fault.code
    return ""


# -- the rows of the adversarial catalogue, area A, that a codec can answer ---------------------------

ROWS: tuple[tuple[str, bytes, str], ...] = (
    ("A05 twice at the top", b'{"iss":"a","iss":"b"}', "JSON_DUPLICATE_MEMBER"),
    ("A05 twice, the same value", b'{"iss":"a","iss":"a"}', "JSON_DUPLICATE_MEMBER"),
    ("A05 twice, below the top", b'{"vc":{"iss":"a","iss":"b"}}', "JSON_DUPLICATE_MEMBER"),
    ("A05 twice, the empty name", b'{"":1,"":2}', "JSON_DUPLICATE_MEMBER"),
    ("A07 twice through an escape", rb'{"iss":1,"\u0069ss":2}', "JSON_DUPLICATE_MEMBER"),
    ("A07 twice through a surrogate pair", '{"😀":1,"\\ud83d\\ude00":2}'.encode(), "JSON_DUPLICATE_MEMBER"),
    ("A08 twice inside an array", b'[{"a":1,"a":1}]', "JSON_DUPLICATE_MEMBER"),
    ("A09 NaN", b'{"a":NaN}', "JSON_NUMBER"),
    ("A09 Infinity", b"[Infinity]", "JSON_NUMBER"),
    ("A09 -Infinity", b"-Infinity", "JSON_NUMBER"),
    ("A10 1e400", b'{"exp":1e400}', "JSON_NUMBER"),
    ("A10 -1e400", b"[-1e400]", "JSON_NUMBER"),
    ("A12 4,301 digits", b'{"exp":' + b"9" * 4301 + b"}", "JSON_NUMBER"),
    ("A12 4,000 digits", b'{"exp":' + b"1" * 4000 + b"}", "JSON_NUMBER"),
    ("A12 4,000 digits of fraction", b'{"exp":0.' + b"1" * 4000 + b"}", "JSON_NUMBER"),
    ("A12 a long exponent", b"[1e" + b"0" * 4000 + b"1]", "JSON_NUMBER"),
    ("A13 -0", b'{"idx":-0}', "JSON_NUMBER"),
    ("A15 100,000 opened arrays", b"[" * 100_000, "LIMIT_DEPTH"),
    ("A15 100,000 arrays, closed", b"[" * 100_000 + b"]" * 100_000, "LIMIT_DEPTH"),
    ("A16 1,200 opened objects", b'{"a":' * 1200, "LIMIT_DEPTH"),
    ("A16 1,200 objects, closed", b'{"a":' * 1200 + b"1" + b"}" * 1200, "LIMIT_DEPTH"),
    ("A16 100,000 arrays and objects in turn", b'[{"a":' * 50_000, "LIMIT_DEPTH"),
    ("A17 20,001 values", b"[" + b",".join([b"0"] * 20_000) + b"]", "LIMIT_NODES"),
    ("A18 1,025 members", json.dumps({f"m{n}": n for n in range(1025)}).encode(), "LIMIT_MEMBERS"),
    ("A19 a text of 512 KiB and one", b'{"portrait":"' + b"a" * (PORTRAIT + 1) + b'"}', "LIMIT_STRING"),
    ("A19 a name of 512 KiB and one", b'{"' + b"a" * (PORTRAIT + 1) + b'":1}', "LIMIT_STRING"),
    ("A20 half a character", rb'"\ud800"', "JSON_SURROGATE"),
    ("A20 the other half", rb'["\udfaa"]', "JSON_SURROGATE"),
    ("A20 two halves in the wrong order", rb'["\ude00\ud83d"]', "JSON_SURROGATE"),
    ("A20 half a character in a name", rb'{"\ud800":1}', "JSON_SURROGATE"),
    ("A20 half a character far down", rb'[[[{"a":["\ud800 and text"]}]]]', "JSON_SURROGATE"),
    ("A22 byte FF", b'"\xff"', "JSON_UTF8"),
    ("A22 overlong NUL", b'"\xc0\x80"', "JSON_UTF8"),
    ("A22 a surrogate as UTF-8", b'"\xed\xa0\x80"', "JSON_UTF8"),
    ("A22 beyond U+10FFFF", b'"\xf4\x90\x80\x80"', "JSON_UTF8"),
    ("A22 cut off", b'"\xe2\x82', "JSON_UTF8"),
    ("A23 BOM", b'\xef\xbb\xbf{"alg":"ES256"}', "JSON_BOM"),
    ("A23 BOM alone", b"\xef\xbb\xbf", "JSON_BOM"),
    ("A23 BOM after white space", b" \xef\xbb\xbf{}", "JSON_SYNTAX"),
    ("A24 UTF-16 LE", '{"alg":"ES256"}'.encode("utf-16-le"), "JSON_UTF8"),
    ("A24 UTF-16 BE", '{"alg":"ES256"}'.encode("utf-16-be"), "JSON_UTF8"),
    ("A24 UTF-16 LE with BOM", b"\xff\xfe" + '{"alg":"ES256"}'.encode("utf-16-le"), "JSON_UTF8"),
    ("A24 UTF-16 BE with BOM", b"\xfe\xff" + '{"alg":"ES256"}'.encode("utf-16-be"), "JSON_UTF8"),
    ("A24 UTF-32 LE", "{}".encode("utf-32-le"), "JSON_UTF8"),
    ("A24 UTF-32 BE", "{}".encode("utf-32-be"), "JSON_UTF8"),
    ("A24 one digit of UTF-16 LE", b"1\0", "JSON_UTF8"),
    ("A24 UTF-7", '{"a":"é"}'.encode("utf-7").replace(b'"', b"+ACI-"), "JSON_SYNTAX"),
    ("A25 something follows", b"{} x", "JSON_TRAILING"),
    ("A25 another document follows", b"{}{}", "JSON_TRAILING"),
    ("A25 a NUL follows", b"{}\0", "JSON_TRAILING"),
    ("A26 a comment", b'{"a":1/* one */}', "JSON_SYNTAX"),
    ("A26 a line comment", b'{"a": // one\n 1}', "JSON_SYNTAX"),
    ("A26 a trailing comma in an object", b'{"a":1,}', "JSON_SYNTAX"),
    ("A26 a trailing comma in an array", b"[1,]", "JSON_SYNTAX"),
    ("A26 single quotes", b"{'a':1}", "JSON_SYNTAX"),
    ("A26 no quotes", b"{a:1}", "JSON_SYNTAX"),
    ("A26 nothing", b"", "JSON_SYNTAX"),
    ("A26 white space alone", b" \n\t\r", "JSON_SYNTAX"),
    ("A26 a raw line break in a text", b'"a\nb"', "JSON_SYNTAX"),
    ("A26 a no-break space between", '{\u00a0"a":1}'.encode(), "JSON_SYNTAX"),
    ("A26 full-width digits", '{"a":１}'.encode(), "JSON_SYNTAX"),
    ("A26 Thai digits", '{"a":๑}'.encode(), "JSON_SYNTAX"),
    ("A26 an escape that is none", rb'"\x41"', "JSON_SYNTAX"),
    ("A26 an escape with a sign", rb'"\u+041"', "JSON_SYNTAX"),
    ("A26 an escape with full-width digits", '"\\u００41"'.encode(), "JSON_SYNTAX"),
    ("A26 True", b"True", "JSON_SYNTAX"),
)


@pytest.mark.parametrize(("data", "code"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_row_is_refused_with_its_code(data: bytes, code: str) -> None:
    assert code_of(data) == code


@pytest.mark.parametrize("data", [b"[1]", b'"text"', b"null", b"7", b"true", b"[]", b'[{"iss":"a"}]'])
def test_a27_what_must_be_an_object_and_is_none(data: bytes) -> None:
    with pytest.raises(Fault) as refused:
        strict_json.load_object(data)
    assert refused.value.code == "JSON_NOT_OBJECT"


def test_a_fault_of_the_text_comes_before_the_question_whether_it_is_an_object() -> None:
    with pytest.raises(Fault) as refused:
        strict_json.load_object(b"[1,]")
    assert refused.value.code == "JSON_SYNTAX"


def test_a29_names_that_mean_something_elsewhere_are_data() -> None:
    names = ("__proto__", "constructor", "__class__", "__dict__", "toString", "$ref", "hasOwnProperty")
    data = json.dumps({name: {"polluted": True} for name in names}).encode()
    read = strict_json.load_object(data)
    assert type(read) is dict
    assert tuple(read) == names
    assert all(value == {"polluted": True} for value in read.values())


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b" \t\r\n{ } ", {}),
        (b"9007199254740991", 2**53 - 1),
        (b"-9007199254740991", -(2**53 - 1)),
        (b"1.5", 1.5),
        (b"1e3", 1000.0),
        (b"0", 0),
        ('"ไทย Việt"'.encode(), "ไทย Việt"),
        (rb'"\u0e44\u0000\/"', "ไ\0/"),
        (rb'"\ud83d\ude00"', "😀"),
    ],
)
def test_what_is_read(data: bytes, value: object) -> None:
    read = strict_json.loads(data)
    assert read == value
    assert type(read) is type(value)


# -- every bound, at it and one beyond it -----------------------------------------------------------


def arrays(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def objects(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


def flat(values: int) -> bytes:
    """An array and its elements: that many values together."""
    return b"[" + b",".join([b"0"] * (values - 1)) + b"]"


def spread(values: int) -> bytes:
    """As many values, in a hundred inner arrays."""
    inner, rest = divmod(values - 101, 100)
    return json.dumps([[0] * (inner + (n < rest)) for n in range(100)]).encode()


def members(count: int) -> bytes:
    return json.dumps({f"m{n}": 0 for n in range(count)}).encode()


def text(count: int) -> bytes:
    return b'{"a":"' + b"x" * count + b'"}'


def wide_text(count: int) -> bytes:
    """Characters are counted, not bytes."""
    return b'{"a":"' + "ไ".encode() * count + b'"}'


def name(count: int) -> bytes:
    return b'{"' + b"x" * count + b'":0}'


def number(count: int) -> bytes:
    return b"[0." + b"1" * (count - 2) + b"]"


def exponent(count: int) -> bytes:
    return b"[1e" + b"0" * (count - 3) + b"1]"


@pytest.mark.parametrize(
    ("build", "bound", "code"),
    [
        (arrays, limits.JSON_DEPTH, "LIMIT_DEPTH"),
        (objects, limits.JSON_DEPTH, "LIMIT_DEPTH"),
        (flat, limits.JSON_NODES, "LIMIT_NODES"),
        (spread, limits.JSON_NODES, "LIMIT_NODES"),
        (members, limits.JSON_MEMBERS, "LIMIT_MEMBERS"),
        (text, limits.JSON_STRING, "LIMIT_STRING"),
        (wide_text, limits.JSON_STRING, "LIMIT_STRING"),
        (name, limits.JSON_STRING, "LIMIT_STRING"),
        (number, limits.JSON_NUMBER_CHARS, "JSON_NUMBER"),
        (exponent, limits.JSON_NUMBER_CHARS, "JSON_NUMBER"),
    ],
)
def test_a_bound_is_met_exactly(build: Any, bound: int, code: str) -> None:
    assert code_of(build(bound)) == ""
    assert code_of(build(bound + 1)) == code


@pytest.mark.parametrize("most", [1, 2, 50, 200_000])
def test_a_caller_may_set_another_bound_of_values(most: int) -> None:
    assert strict_json.loads(flat(most), nodes=most) == [0] * (most - 1)
    for read in (strict_json.loads, strict_json.load_object):
        with pytest.raises(Fault) as refused:
            read(flat(most + 1), nodes=most)
        assert refused.value.code == "LIMIT_NODES"


@pytest.mark.parametrize("sign", [1, -1])
def test_the_integers_end_where_doubles_stop_being_exact(sign: int) -> None:
    last = sign * (2**53 - 1)
    assert strict_json.loads(str(last).encode()) == last
    assert code_of(str(last + sign).encode()) == "JSON_NUMBER"


def test_a_scalar_beside_deep_values_does_not_hide_the_depth() -> None:
    assert code_of(b"[0," + arrays(limits.JSON_DEPTH) + b",0]") == "LIMIT_DEPTH"
    assert code_of(b'{"a":0,"b":' + arrays(limits.JSON_DEPTH - 1) + b',"c":0}') == ""


def test_names_are_not_values_when_counting() -> None:
    full = {f"o{n}": {f"m{m}": 0 for m in range(99)} for n in range(199)}
    assert limits.JSON_NODES - 100 < 1 + 199 + 199 * 99 < limits.JSON_NODES
    assert strict_json.loads(json.dumps(full).encode()) == full


GROWTH = """
import sys
from defa_id.codec import strict_json
from defa_id.errors import Fault

def peak():
    try:
        with open("/proc/self/status") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    except OSError:
        import resource
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return used // 1024 if sys.platform == "darwin" else used

data = {document}
strict_json.loads(b"[[1]]")
before = peak()
try:
    strict_json.loads(data)
except Fault as fault:
    print(fault.code, peak() - before)
"""


@pytest.mark.parametrize("document", ['b"[" * 100_000', 'b"[" * 100_000 + b"]" * 100_000', """b'{"a":' * 100_000"""])
def test_a15_deep_nesting_costs_less_than_20_mib(document: str) -> None:
    """In a process of its own, by its own high-water mark: `ru_maxrss` would begin with the parent's."""
    script = GROWTH.replace("{document}", document)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    code, growth = ran.stdout.split()
    assert code == "LIMIT_DEPTH"
    assert int(growth) < 20 * 1024


def test_a_fault_never_echoes_more_than_64_characters_of_a_name() -> None:
    hostile = "\u202e\x1b[31m" + "n" * 500
    data = ("{" + ",".join([json.dumps(hostile) + ":1"] * 2) + "}").encode()
    with pytest.raises(Fault) as refused:
        strict_json.loads(data)
    assert refused.value.code == "JSON_DUPLICATE_MEMBER"
    assert refused.value.why.isascii() or "…" in refused.value.why
    assert "\x1b" not in refused.value.why
    assert "\u202e" not in refused.value.why
    assert len(refused.value.why) <= limits.ECHO_CHARS + 40
    assert not refused.value.evidence


@pytest.mark.parametrize("row", [row for row in ROWS if row[2] != "JSON_DUPLICATE_MEMBER"], ids=lambda row: row[0])
def test_no_other_fault_echoes_the_document(row: tuple[str, bytes, str]) -> None:
    with pytest.raises(Fault) as refused:
        strict_json.loads(row[1])
    assert len(refused.value.why) <= 100
    assert not refused.value.evidence


# -- properties -------------------------------------------------------------------------------------

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-limits.JSON_INTEGER, limits.JSON_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=6) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=40
)


@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_every_value_of_the_domain_survives(value: Any, ascii_only: bool, indent: int | None) -> None:
    read = strict_json.loads(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode())
    assert read == value
    assert json.dumps(read) == json.dumps(value)


PIECES = st.sampled_from(
    [
        *(b"{", b"}", b"[", b"]", b",", b":", b'"', b'"a"', b'"b"', b"true", b"false", b"null", b" ", b"\n"),
        *(b"0", b"-0", b"1", b"1.0", b"1e9", b"1e999", b"-", b".", b"e", b"NaN", b"Infinity", b"99999999999999999999"),
        *(b"\\", b"\\u0061", b"\\ud800", b"\\udc00", b"\0", b"\xc3\xa9", b"\xff", b"\xef\xbb\xbf", b"/", b"'"),
    ]
)


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=12).map(b"".join) | st.binary(max_size=30) | st.text(max_size=30).map(str.encode))
@example(b'{"a":1,"b":[true,null,"\\u0061"]}')
def test_what_is_read_is_what_everybody_reads_and_anything_else_is_a_fault(data: bytes) -> None:
    try:
        read = strict_json.loads(data)
    except Fault as fault:
        assert fault.code.startswith(("JSON_", "LIMIT_"))
    else:
        assert json.loads(data) == read
        assert json.dumps(read, allow_nan=False).encode("utf-8")


@given(VALUES, st.data())
def test_a_document_cut_short_or_spliced_is_read_like_json_or_not_at_all(value: Any, data: st.DataObject) -> None:
    whole = json.dumps(value, ensure_ascii=False).encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    spliced = whole[:start] + data.draw(PIECES) + whole[end:]
    try:
        read = strict_json.loads(spliced)
    except Fault as fault:
        assert fault.code.startswith(("JSON_", "LIMIT_"))
    else:
        assert json.loads(spliced) == read


@given(st.dictionaries(NAMES, st.integers(0, 9), min_size=1, max_size=8), st.data())
def test_a_member_repeated_anywhere_is_refused(document: dict[str, int], data: st.DataObject) -> None:
    pairs = [f"{json.dumps(name)}:{value}" for name, value in document.items()]
    again = data.draw(st.sampled_from(sorted(document)))
    spelt = "".join(f"\\u{unit:04x}" for unit in units(again)) if data.draw(st.booleans()) else json.dumps(again)[1:-1]
    pairs.insert(data.draw(st.integers(0, len(pairs))), f'"{spelt}":7')
    wrap = data.draw(st.sampled_from(["{%s}", "[{%s}]", '{"outer":{%s}}', '[[1,{"x":[{%s}]}]]']))
    assert code_of((wrap % ",".join(pairs)).encode()) == "JSON_DUPLICATE_MEMBER"


def units(name: str) -> list[int]:
    """The UTF-16 code units of a name, as escapes write them."""
    raw = name.encode("utf-16-be")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
