"""JSONTestSuite: the 188 texts that must be refused, and a decision for each of the 35 left open."""

from __future__ import annotations

from collections import Counter

from defa_id.codec import strict_json
from defa_id.errors import Fault
from tests.support.vectors import require

REFUSED = 188


def code_of(data: bytes) -> str:
    try:
        strict_json.loads(data)
    except Fault as fault:
        return fault.code
    return ""


def test_all_188_texts_that_are_not_json_are_refused() -> None:
    files = sorted(require("crypto/json").glob("n_*.json"))
    codes = {file.name: code_of(file.read_bytes()) for file in files}
    assert len(codes) == REFUSED
    assert {name: code for name, code in codes.items() if not code.startswith(("JSON_", "LIMIT_"))} == {}


def test_the_188_are_refused_for_these_reasons() -> None:
    codes = Counter(code_of(file.read_bytes()) for file in require("crypto/json").glob("n_*.json"))
    assert codes == {
        "JSON_SYNTAX": 150,
        "JSON_TRAILING": 17,
        "JSON_UTF8": 13,
        "JSON_NUMBER": 5,
        "LIMIT_DEPTH": 2,
        "JSON_BOM": 1,
    }


# What RFC 8259 leaves to the reader, under the suite's names. "" is: read. Where the text spells a
# number below the smallest double it is read as zero, as every other reader does.
LEFT_OPEN: dict[str, tuple[bytes, str]] = {
    "i_number_double_huge_neg_exp": (b"[123.456e-789]", ""),
    "i_number_huge_exp": (b"[0.4e" + b"0066" + b"9" * 240 + b"]", "JSON_NUMBER"),
    "i_number_neg_int_huge_exp": (b"[-1e+9999]", "JSON_NUMBER"),
    "i_number_pos_double_huge_exp": (b"[1.5e+9999]", "JSON_NUMBER"),
    "i_number_real_neg_overflow": (b"[-123123e100000]", "JSON_NUMBER"),
    "i_number_real_pos_overflow": (b"[123123e100000]", "JSON_NUMBER"),
    "i_number_real_underflow": (b"[123e-10000000]", ""),
    "i_number_too_big_neg_int": (b"[-" + b"123" * 10 + b"]", "JSON_NUMBER"),
    "i_number_too_big_pos_int": (b"[1" + b"0" * 20 + b"]", "JSON_NUMBER"),
    "i_number_very_big_negative_int": (b"[-" + b"237462374" * 5 + b"]", "JSON_NUMBER"),
    "i_object_key_lone_2nd_surrogate": (rb'{"\uDFAA":0}', "JSON_SURROGATE"),
    "i_string_1st_surrogate_but_2nd_missing": (rb'["\uDADA"]', "JSON_SURROGATE"),
    "i_string_1st_valid_surrogate_2nd_invalid": (rb'["\uD888\u1234"]', "JSON_SURROGATE"),
    "i_string_UTF-16LE_with_BOM": (b"\xff\xfe" + '["é"]'.encode("utf-16-le"), "JSON_UTF8"),
    "i_string_UTF-8_invalid_sequence": ('["日ш'.encode() + b'\xfa"]', "JSON_UTF8"),
    "i_string_UTF8_surrogate_U+D800": (b'["\xed\xa0\x80"]', "JSON_UTF8"),
    "i_string_incomplete_surrogate_and_escape_valid": (rb'["\uD800\n"]', "JSON_SURROGATE"),
    "i_string_incomplete_surrogate_pair": (rb'["\uDd1ea"]', "JSON_SURROGATE"),
    "i_string_incomplete_surrogates_escape_valid": (rb'["\uD800\uD800\n"]', "JSON_SURROGATE"),
    "i_string_invalid_lonely_surrogate": (rb'["\ud800"]', "JSON_SURROGATE"),
    "i_string_invalid_surrogate": (rb'["\ud800abc"]', "JSON_SURROGATE"),
    "i_string_invalid_utf-8": (b'["\xff"]', "JSON_UTF8"),
    "i_string_inverted_surrogates_U+1D11E": (rb'["\uDd1e\uD834"]', "JSON_SURROGATE"),
    "i_string_iso_latin_1": (b'["\xe9"]', "JSON_UTF8"),
    "i_string_lone_second_surrogate": (rb'["\uDFAA"]', "JSON_SURROGATE"),
    "i_string_lone_utf8_continuation_byte": (b'["\x81"]', "JSON_UTF8"),
    "i_string_not_in_unicode_range": (b'["\xf4\xbf\xbf\xbf"]', "JSON_UTF8"),
    "i_string_overlong_sequence_2_bytes": (b'["\xc0\xaf"]', "JSON_UTF8"),
    "i_string_overlong_sequence_6_bytes": (b'["\xfc\x83\xbf\xbf\xbf\xbf"]', "JSON_UTF8"),
    "i_string_overlong_sequence_6_bytes_null": (b'["\xfc\x80\x80\x80\x80\x80"]', "JSON_UTF8"),
    "i_string_truncated-utf-8": (b'["\xe0\xff"]', "JSON_UTF8"),
    "i_string_utf16BE_no_BOM": ('["é"]'.encode("utf-16-be"), "JSON_UTF8"),
    "i_string_utf16LE_no_BOM": ('["é"]'.encode("utf-16-le"), "JSON_UTF8"),
    "i_structure_500_nested_arrays": (b"[" * 500 + b"]" * 500, "LIMIT_DEPTH"),
    "i_structure_UTF-8_BOM_empty_object": (b"\xef\xbb\xbf{}", "JSON_BOM"),
}


def test_each_of_the_35_texts_left_open_has_its_decision() -> None:
    assert len(LEFT_OPEN) == 35
    assert {name: code_of(data) for name, (data, _) in LEFT_OPEN.items()} == {
        name: code for name, (_, code) in LEFT_OPEN.items()
    }


def test_the_suites_own_open_texts_are_decided_alike_where_they_are_at_hand() -> None:
    """The folder of vectors holds them or not; what it holds must be in the table and agree with it."""
    found = {file.stem: code_of(file.read_bytes()) for file in require("crypto/json").glob("i_*.json")}
    assert found == {name: LEFT_OPEN[name][1] for name in found}
