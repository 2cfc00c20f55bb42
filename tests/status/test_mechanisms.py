"""What stands in a list: official lists, every size of value, and lists that are none."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.codec import base64url, cbor, limits
from defa_id.credential import Reading
from defa_id.errors import Fault
from defa_id.formats import status_list_token
from defa_id.status import Reference, bitstring, inflate, judge, token_list
from defa_id.suites import cose
from tests.support import lists
from tests.support.world import Json, b64

BIT_ENTRY: Json = {
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "94567",
    "statusListCredential": lists.URL,
}
CASES = 155  # what the draft's own lists say, entry by entry: a count that falls fails


def code(action: object, *args: object) -> str:
    with pytest.raises(Fault) as caught:
        action(*args)  # type: ignore[operator]
    return caught.value.code


def test_the_drafts_own_lists(vectors: Path) -> None:
    folder = vectors / "ietf" / "token-status-list"
    expected = json.loads((folder / "expected.json").read_text())
    seen = 0
    for name, entries in expected.items():
        text = (folder / name).read_text()
        if name.endswith("_json.md"):
            content = json.loads(re.sub(r"\n\s*", "", text[text.index("{") :]))
        else:
            content = cbor.decode(bytes.fromhex("".join(text.split("encoded:")[-1].split())))
        for index, value in entries.items():
            found = token_list.look({"status_list": content}, Reference(lists.URL, int(index), None))
            assert found.number == value, (name, index)
            seen += 1
    assert seen >= CASES


@pytest.mark.parametrize("name", ["status_list_jwt_raw.md", "status_list_cwt.md"])
def test_the_drafts_own_tokens_are_read(vectors: Path, name: str) -> None:
    text = "".join((vectors / "ietf" / "token-status-list" / name).read_text().split())
    data = bytes.fromhex(text) if "cwt" in name else text.encode()
    assert status_list_token.recognises(data)
    held = status_list_token.model(status_list_token.read(data, Reading()))
    assert held.claims["id"] == "https://example.com/statuslists/1"
    values = [token_list.look(held.claims, Reference(lists.URL, i, None)).number for i in range(16)]
    assert values == [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]


SHORT = ("status_list_encoding", "status_list_encoding2")  # the lists that the draft's text goes through by hand


@pytest.mark.parametrize("name", SHORT)
def test_the_drafts_short_lists(vectors: Path, name: str) -> None:
    """Every entry, from the bytes that are given beside the list, least significant bits first (§4.1)."""
    folder, size = vectors / "ietf" / "token-status-list", 2 if name.endswith("2") else 1
    for form in ("json", "cbor"):
        given, _, encoded = (folder / f"{name}_{form}.md").read_text().partition("encoded:")
        raw = bytes(int(octet, 16) for octet in re.findall(r"0x([0-9a-f]{2})", given))
        content = json.loads(encoded) if form == "json" else cbor.decode(bytes.fromhex(encoded))
        assert content["bits"] == size
        for index in range(len(raw) * 8 // size):
            found = token_list.look({"status_list": content}, Reference(lists.URL, index, None))
            assert found.number == int.from_bytes(raw, "little") >> index * size & (1 << size) - 1


@pytest.mark.parametrize(
    "name", ["status_list_cwt", "referenced_token_cwt", "status_list_encoding_cbor", "status_list_encoding2_cbor"]
)
def test_the_drafts_diagnostics_are_of_the_same_bytes(vectors: Path, name: str) -> None:
    folder = vectors / "ietf" / "token-status-list"
    lines = (folder / f"{name}_diag.md").read_text().splitlines()
    explained = bytes.fromhex("".join(line.partition("#")[0] for line in lines))
    assert explained == bytes.fromhex("".join((folder / f"{name}.md").read_text().split("encoded:")[-1].split()))


def test_the_drafts_own_token_that_names_a_list(vectors: Path) -> None:
    """Its status stands under the number that is for experiments (65535, RFC 8392 §9.1.1) until one is assigned."""
    text = (vectors / "ietf" / "token-status-list" / "referenced_token_cwt.md").read_text()
    message = cose.read(bytes.fromhex("".join(text.split())))
    entry = cbor.decode(message.payload)[65535]["status_list"]
    assert token_list.refer(entry) == Reference("https://example.com/statuslists/1", 0, None)


def test_the_drafts_token_is_what_it_is_shown_as(vectors: Path) -> None:
    folder = vectors / "ietf" / "token-status-list"
    shown = [json.loads(part) for part in (folder / "status_list_jwt.md").read_text().split("\n.\n")]
    segments = "".join((folder / "status_list_jwt_raw.md").read_text().split()).split(".")[:2]
    header, claims = (json.loads(base64url.decode(part.encode())) for part in segments)
    assert [header, claims] == [shown[0], {**shown[1], "iss": "https://example.com"}]  # which the draft shows not


@given(st.sampled_from((1, 2, 4, 8)), st.dictionaries(st.integers(0, 1023), st.integers(0, 255), max_size=20))
def test_a_token_list_says_what_was_put_in(size: int, entries: dict[int, int]) -> None:
    entries = {index: value % (1 << size) for index, value in entries.items()}
    raw = lists.bits(entries, size=size, length=1024, least_first=True)
    for lst in (b64(zlib.compress(raw)), zlib.compress(raw)):
        claims = {"status_list": {"bits": size, "lst": lst}}
        for index in range(1024):
            assert token_list.look(claims, Reference(lists.URL, index, None)).number == entries.get(index, 0)


@given(
    st.integers(1, 8),
    st.dictionaries(st.integers(0, 131_071), st.integers(1, 255), max_size=8),
    st.integers(0, 131_071),
)
def test_a_bitstring_says_what_was_put_in(size: int, entries: dict[int, int], other: int) -> None:
    entries = {index: value % (1 << size) for index, value in entries.items()}
    messages = [{"status": hex(value), "message": f"m{value}"} for value in range(1 << size)]
    entry = {**BIT_ENTRY, "statusSize": size, "statusPurpose": "message" if size > 1 else "revocation"}
    if size > 1:
        entry["statusMessage"] = messages
    document = lists.bitstring_document(entries, size=size, subject={"statusPurpose": ["message", "revocation"]})
    for index in {*entries, other}:
        value = bitstring.look(document, bitstring.refer({**entry, "statusListIndex": str(index)}))
        assert value.number == entries.get(index, 0)
        if size > 1 and value.number:
            assert value.note == f"m{value.number}"


class TestEntries:
    @pytest.mark.parametrize("index", ["-1", "12abc", "1.5", "007", "", "\u0e51", "9" * 11, 7, 1.0, None, "+1", " 1"])
    def test_i08_an_index_has_one_spelling(self, index: object) -> None:
        assert code(bitstring.refer, {**BIT_ENTRY, "statusListIndex": index}) == "STATUS_INDEX"

    @pytest.mark.parametrize("index", [-1, 1.0, "1", None, True])
    def test_an_idx_is_a_whole_number(self, index: object) -> None:
        assert code(token_list.refer, {"idx": index, "uri": lists.URL}) == "STATUS_INDEX"

    @pytest.mark.parametrize(
        "url",
        [
            *("http://status.example/7", "https://status.example/7?holder=1", "https://status.example/7#x", 7, None),
            *(
                "https://user@status.example/7",
                "ftp://status.example",
                "https://",
                "https://status.example/" + "a" * 2048,
            ),
            *("https://status.example/\u0e51", "file:///etc/passwd", "https://[::1]/7"),
        ],
    )
    def test_an_address_is_plain_https_and_the_same_for_every_holder(self, url: object) -> None:
        assert code(token_list.refer, {"idx": 1, "uri": url}) == "STATUS_URI"
        assert code(bitstring.refer, {**BIT_ENTRY, "statusListCredential": url}) == "STATUS_URI"

    @pytest.mark.parametrize(
        "change",
        [
            {"statusPurpose": None},
            {"statusSize": 0},
            {"statusSize": 9},
            {"statusSize": "1"},
            {"statusSize": 2},
            {"statusPurpose": "message"},
            {"statusPurpose": "message", "statusMessage": [{"status": "0x0", "message": "a"}]},
            {"statusPurpose": "message", "statusMessage": [{"status": "zero", "message": "a"}]},
            {"statusPurpose": "message", "statusMessage": ["a", "b"]},
        ],
        ids=str,
    )
    def test_an_entry_says_what_its_values_mean(self, change: Json) -> None:
        assert code(bitstring.refer, {**BIT_ENTRY, **change}) == "STATUS_SHAPE"


class TestLists:
    at = bitstring.refer(BIT_ENTRY)

    def look(self, **subject: object) -> str:
        return code(bitstring.look, lists.bitstring_document(subject=subject), self.at)

    def test_i06_another_purpose(self) -> None:
        assert self.look(statusPurpose="suspension") == "STATUS_PURPOSE"

    def test_i08_behind_the_end(self) -> None:
        far = bitstring.refer({**BIT_ENTRY, "statusListIndex": str(lists.LENGTH)})
        assert code(bitstring.look, lists.bitstring_document(), far) == "STATUS_INDEX"
        assert bitstring.look(lists.bitstring_document(), far._replace(position=lists.LENGTH - 1)).meaning == "valid"
        claims = lists.token_claims(length=16)
        assert code(token_list.look, claims, Reference(lists.URL, 16, None)) == "STATUS_INDEX"

    def test_i09_shorter_than_a_herd(self) -> None:
        assert self.look(encodedList=lists.encoded(bytes(16 * 1024 - 1))) == "STATUS_LENGTH"

    def test_i10_a_bomb(self) -> None:
        bomb = gzip.compress(bytes(limits.STATUS_BYTES + 1))
        assert self.look(encodedList="u" + b64(bomb)) == "LIMIT_STATUS"
        assert inflate(gzip.compress(bytes(limits.STATUS_BYTES)), 31) == bytes(limits.STATUS_BYTES)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda data: zlib.compress(gzip.decompress(data)),
            lambda data: data + data,
            lambda data: data + b"\0",
            lambda data: data[:-1],
            lambda data: data[:-8] + b"\0\0\0\0" + data[-4:],
            lambda _: b"",
        ],
        ids=["zlib", "two members", "trailing byte", "torn", "wrong checksum", "empty"],
    )
    def test_i11_not_one_whole_gzip(self, spoil: object) -> None:
        data = spoil(gzip.compress(lists.bits({})))  # type: ignore[operator]
        assert self.look(encodedList="u" + b64(data)) == "STATUS_ENCODING"

    def test_the_multibase_is_asked_for(self) -> None:
        assert self.look(encodedList=lists.encoded(lists.bits({}))[1:]) == "STATUS_ENCODING"
        assert self.look(encodedList=lists.encoded(lists.bits({})) + "=") == "STATUS_ENCODING"
        assert self.look(encodedList=None) == "STATUS_SHAPE"
        assert self.look(type="StatusList2021") == "STATUS_SHAPE"

    @pytest.mark.parametrize(
        "content", [{"bits": 3}, {"bits": 16}, {"bits": "1"}, {"bits": True}, {"lst": 7}, {"lst": None}]
    )
    def test_i13_values_of_1_2_4_or_8_bits(self, content: Json) -> None:
        good = lists.token_claims()["status_list"]
        assert (
            code(token_list.look, {"status_list": {**good, **content}}, Reference(lists.URL, 1, None)) == "STATUS_SHAPE"
        )

    def test_a_token_list_is_zlib(self) -> None:
        for spoilt in (b64(gzip.compress(bytes(9))), "%%%", "\u0e51"):
            claims = {"status_list": {"bits": 1, "lst": spoilt}}
            assert code(token_list.look, claims, Reference(lists.URL, 1, None)) == "STATUS_ENCODING"


def test_what_values_mean() -> None:
    reference = Reference(lists.URL, 5, None)

    def outcome(value: int) -> str | None:
        return judge(token_list.look(lists.token_claims({5: value}, size=4), reference), reference)

    assert outcome(0) is None
    assert [code(outcome, value) for value in (1, 2, 3, 15)] == [
        *("STATUS_REVOKED", "STATUS_SUSPENDED", "STATUS_OTHER", "STATUS_OTHER")
    ]
    with pytest.raises(Fault) as caught:
        outcome(3)
    assert caught.value.unknown
    refresh = bitstring.refer({**BIT_ENTRY, "statusPurpose": "refresh"})
    newer = bitstring.look(lists.bitstring_document({94567: 1}, subject={"statusPurpose": "refresh"}), refresh)
    assert judge(newer, refresh) == "a newer one is to be had from its issuer"
