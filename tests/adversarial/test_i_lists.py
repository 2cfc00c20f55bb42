"""Area I, the lists themselves: each way to spoil one, signed genuinely, in every mechanism and over the network."""

from __future__ import annotations

import gzip
import re
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from defa_id.codec import limits
from defa_id.net.budget import Bounds
from defa_id.sources import Document, Source, Unavailable
from defa_id.verdict import Verdict
from tests.adversarial.outside import Abroad, abroad
from tests.adversarial.rows import accepted, refused, undecided
from tests.adversarial.test_i_status import BIT_ENTRY, INDEX, Asked, Place
from tests.formats.test_data_integrity import world_of
from tests.support import certificates as made
from tests.support import lists, mdocs
from tests.support import world as minting
from tests.support.integrity import document, key_for, secured, text
from tests.support.lists import URL
from tests.support.loopback import HOST, PUBLIC, Answer, Authority, response, serving
from tests.support.world import NOW, Json, Signer, b64, claims, moment, sd_jwt, vc, vc_jwt

LIST, SIGNER, CURRENT = "status.list", "status.signer", "status.current"
PACKED = lists.bits({})


@pytest.fixture
def place() -> Place:
    return Place()


# -- every mechanism: passing, failing, stale, unreachable, another's ------------------------------------------------


class Kind(NamedTuple):
    """A mechanism: the credential that points at its list, and the list with these entries, made `age` days ago
    and good for seven, by this signer (None: the genuine one)."""

    credential: Callable[[Place], str | bytes]
    listed: Callable[[Place, dict[int, int], int, Signer | None], bytes]
    world: Callable[[Place], minting.World] = lambda place: place.world


def bitstring_of(place: Place, entries: dict[int, int], age: int, by: Signer | None) -> bytes:
    begins = NOW - timedelta(days=age)
    return lists.bitstring(
        by or place.signer,
        entries,
        validFrom=begins.strftime("%Y-%m-%dT%H:%M:%SZ"),
        validUntil=(begins + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def list_2021_of(place: Place, entries: dict[int, int], age: int, by: Signer | None) -> bytes:
    return lists.list_2021(by or place.signer, entries, nbf=moment(timedelta(days=-age)), exp=week(age))


def token_of(place: Place, entries: dict[int, int], age: int, by: Signer | None) -> bytes:
    return lists.token(by or place.signer, entries, iat=moment(timedelta(days=-age)), exp=week(age))


def cwt_of(place: Place, entries: dict[int, int], age: int, by: Signer | None) -> bytes:
    return lists.token_cwt(by or place.signer, entries, claims={6: moment(timedelta(days=-age)), 4: week(age)})


def week(age: int) -> int:
    return moment(timedelta(days=7 - age))


KINDS = {
    "bitstring": Kind(Place.bit, bitstring_of),
    "StatusList2021": Kind(lambda place: place.bit({**BIT_ENTRY, "type": "StatusList2021Entry"}), list_2021_of),
    "token as JWT": Kind(Place.token, token_of),
    "token as CWT": Kind(Place.token, cwt_of),
}
EVERY = pytest.mark.parametrize("kind", KINDS)


def judged(place: Place, kind: str, source: bytes | Source | None) -> Verdict:
    found = source if not isinstance(source, bytes | None) else Asked(source)
    return place.world.verify(KINDS[kind].credential(place), source=found)


class Unreachable:
    """The network, when it fails in this way."""

    def __init__(self, code: str) -> None:
        self.code = code

    def get(self, url: str, limit: int) -> Document:  # noqa: ARG002  (the protocol's signature)
        raise Unavailable(url, self.code)


@EVERY
def test_i01_i03_i17_each_mechanism_has_five_answers(place: Place, kind: str) -> None:
    listed = KINDS[kind].listed
    accepted(judged(place, kind, listed(place, {INDEX - 1: 1}, 1, None)))
    refused(judged(place, kind, listed(place, {INDEX: 1}, 1, None)), CURRENT, "STATUS_REVOKED")
    impostor = Signer.make(kid=place.signer.kid)
    refused(judged(place, kind, listed(place, {}, 1, impostor)), SIGNER, "STATUS_SIGNATURE")
    # Revoked or not: a list whose time is over, or has not come, says neither
    for entries in ({}, {INDEX: 1}):
        undecided(judged(place, kind, listed(place, entries, 8, None)), LIST, "STATUS_STALE")
        undecided(judged(place, kind, listed(place, entries, -1, None)), LIST, "STATUS_TIME")
    for code in ("NET_OFFLINE", "NET_TIMEOUT", "NET_REDIRECT", "NET_TLS"):
        verdict = judged(place, kind, Unreachable(code))
        undecided(verdict, LIST, "STATUS_UNAVAILABLE")
        assert [line.evidence["network"] for line in verdict.checks if line.id == LIST] == [code]


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-jcs-2019", "ecdsa-rdfc-2019"])
def test_i01_i03_i17_nor_does_its_proof_make_a_difference(suite: str) -> None:
    """The same five answers from a list that is a document with a proof."""
    signer = key_for(suite)
    world = world_of(signer)
    credential = text(secured(signer, suite, document(credentialStatus=BIT_ENTRY)))

    def judged(entries: dict[int, int], by: Signer = signer, change: Json | None = None, **dates: str) -> Verdict:
        made_ = secured(by, suite, lists.bitstring_document(entries, **dates), created=NOW - timedelta(hours=1))
        return world.verify(credential, source=Asked(text({**made_, **(change or {})}).encode()))

    accepted(judged({INDEX - 1: 1}))
    refused(judged({INDEX: 1}), CURRENT, "STATUS_REVOKED")
    refused(judged({}, by=key_for(suite)), SIGNER, "STATUS_SIGNATURE")
    refused(judged({}, by=key_for(suite, "key-9")), SIGNER, "STATUS_ISSUER")
    refused(judged({}, change={"validUntil": "2026-12-30T00:00:00Z"}), SIGNER, "STATUS_SIGNATURE")
    undecided(judged({INDEX: 1}, validUntil="2026-11-24T11:58:59Z"), LIST, "STATUS_STALE")
    undecided(judged({}, validFrom="2026-11-24T12:01:01Z"), LIST, "STATUS_TIME")
    undecided(world.verify(credential), LIST, "STATUS_UNAVAILABLE")


@EVERY
def test_i17_a_list_that_begins_later_than_it_was_made(place: Place, kind: str) -> None:
    later = moment(3600)
    begun: dict[str, Callable[[], bytes]] = {
        "bitstring": lambda: lists.bitstring(place.signer, validFrom="2026-11-24T13:00:00Z", iat=moment(-60)),
        "StatusList2021": lambda: lists.list_2021(place.signer, nbf=later, iat=moment(-60)),
        "token as JWT": lambda: lists.token(place.signer, nbf=later),
        "token as CWT": lambda: lists.token_cwt(place.signer, claims={5: later}),
    }
    undecided(judged(place, kind, begun[kind]()), LIST, "STATUS_TIME")


def test_i01_i17_a_revocation_list_of_certificates_has_the_same_five_answers() -> None:
    url = "https://issuer.example/iaca.crl"
    signed = mdocs.GOLDEN.but(certificate=mdocs.DS.also(made.crl_point(url)))
    world = mdocs.world(status_lists=[{"url": url}])
    serial = int.from_bytes(re.sub(rb"^\x02.", b"", mdocs.DS.serial))

    def judged(source: Source | bytes) -> Verdict:
        found = Fixed(url, source) if isinstance(source, bytes) else source
        return world.verify(signed.bare(), source=found)

    line = "status.certificate"
    accepted(judged(made.revocations(mdocs.IACA, [serial + 1])))
    refused(judged(made.revocations(mdocs.IACA, [serial])), line, "X509_REVOKED")
    for entries in ([], [serial]):
        old = made.revocations(mdocs.IACA, entries, following=NOW - timedelta(seconds=1))
        early = made.revocations(mdocs.IACA, entries, issued=NOW + timedelta(seconds=61))
        another = made.revocations(mdocs.IACA, entries, key=made.p256(99))
        for data in (old, early, another, b"", b"no list"):
            undecided(judged(data), line, "X509_CRL")
    for code in ("NET_OFFLINE", "NET_TIMEOUT"):
        undecided(judged(Unreachable(code)), line, "STATUS_UNAVAILABLE")


class Fixed:
    """One document at one address."""

    def __init__(self, url: str, data: bytes) -> None:
        self.url, self.data = url, data

    def get(self, url: str, limit: int) -> Document:
        assert (url, len(self.data) <= limit) == (self.url, True)
        return Document(self.data, "2026-11-24T08:00:00Z")


# -- I08 to I13: what the entry and the list hold --------------------------------------------------------------------


def bit(listed: Callable[[Place], bytes], **entry: Any) -> Callable[[Any], Verdict]:
    """A credential with this entry, and the list as it is made."""
    return lambda place: place.judge(place.bit({**BIT_ENTRY, **entry}), listed(place))


def encoded(text: Any) -> Callable[[Place], bytes]:
    return lambda place: lists.bitstring(place.signer, subject={"encodedList": text})


def token(content: Json, **at: Any) -> Callable[[Any], Verdict]:
    """A token list with these members changed, asked at INDEX or `at`."""

    def judge(place: Place) -> Verdict:
        genuine = lists.token_claims()["status_list"]
        listed = lists.token(place.signer, status_list={**genuine, **content})
        status = {"status_list": {"idx": INDEX, "uri": URL, **at}}
        return place.judge(sd_jwt(place.signer, claims(status=status)), listed)

    return judge


def good(place: Place) -> bytes:
    return lists.bitstring(place.signer)


ZIPPED = gzip.compress(PACKED)
BOMB = gzip.compress(bytes(64 * 2**20))
SPOILT: dict[str, tuple[Callable[[Any], Verdict], str, str]] = {
    **{
        f"I08 index {index!r}": (bit(good, statusListIndex=index), LIST, "STATUS_INDEX")
        for index in ("-1", str(2**63), "12abc", "1.5", "007", "", "+1", "\u0e51", 7, None)
    },
    "I08 behind the end": (bit(good, statusListIndex=str(lists.LENGTH)), CURRENT, "STATUS_INDEX"),
    "I08 one more": (bit(good, statusListIndex=str(lists.LENGTH + 1)), CURRENT, "STATUS_INDEX"),
    **{f"I08 idx {index!r}": (token({}, idx=index), LIST, "STATUS_INDEX") for index in (-1, 1.5, "1", None, True)},
    "I08 idx behind the end": (token({}, idx=lists.LENGTH), CURRENT, "STATUS_INDEX"),
    "I08 idx far behind": (token({}, idx=2**53 - 1), CURRENT, "STATUS_INDEX"),
    "I09 a byte short": (bit(encoded(lists.encoded(PACKED[:-1]))), CURRENT, "STATUS_LENGTH"),
    "I09 empty": (bit(encoded(lists.encoded(b""))), CURRENT, "STATUS_LENGTH"),
    "I10 64 MiB": (bit(encoded("u" + b64(BOMB))), CURRENT, "LIMIT_STATUS"),
    "I10 64 MiB as zlib": (token({"lst": b64(zlib.compress(bytes(64 * 2**20)))}), CURRENT, "LIMIT_STATUS"),
    "I10 zlib for gzip": (bit(encoded("u" + b64(zlib.compress(PACKED)))), CURRENT, "STATUS_ENCODING"),
    "I10 gzip for zlib": (token({"lst": b64(ZIPPED)}), CURRENT, "STATUS_ENCODING"),
    "I11 two members": (bit(encoded("u" + b64(ZIPPED + ZIPPED))), CURRENT, "STATUS_ENCODING"),
    "I11 a byte behind": (bit(encoded("u" + b64(ZIPPED + b"\0"))), CURRENT, "STATUS_ENCODING"),
    "I11 wrong checksum": (bit(encoded("u" + b64(ZIPPED[:-8] + bytes(4) + ZIPPED[-4:]))), CURRENT, "STATUS_ENCODING"),
    "I11 torn": (bit(encoded("u" + b64(ZIPPED[:-1]))), CURRENT, "STATUS_ENCODING"),
    "I11 torn zlib": (token({"lst": b64(zlib.compress(PACKED)[:-1])}), CURRENT, "STATUS_ENCODING"),
    "I11 two zlib streams": (token({"lst": b64(zlib.compress(PACKED) * 2)}), CURRENT, "STATUS_ENCODING"),
    "I11 no multibase": (bit(encoded(b64(ZIPPED))), CURRENT, "STATUS_ENCODING"),
    "I11 padded": (bit(encoded("u" + b64(ZIPPED) + "=")), CURRENT, "STATUS_ENCODING"),
    **{f"I13 bits {bits!r}": (token({"bits": bits}), CURRENT, "STATUS_SHAPE") for bits in (3, 16, 0, "1", True, None)},
    "I13 no lst": (token({"lst": None}), CURRENT, "STATUS_SHAPE"),
    **{f"I13 statusSize {size!r}": (bit(good, statusSize=size), LIST, "STATUS_SHAPE") for size in (0, 9, "1", 2, 1.5)},
    "I13 the list of another kind": (bit(lambda place: lists.list_2021(place.signer)), CURRENT, "STATUS_SHAPE"),
    "I13 an ordinary credential": (
        bit(lambda place: vc_jwt(place.signer, vc(id=URL)).encode()),
        CURRENT,
        "STATUS_SHAPE",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_what_the_entry_and_the_list_hold(place: Place, name: str) -> None:
    judge, check, code = SPOILT[name]
    refused(judge(place), check, code)


def test_i10_a_bomb_costs_no_more_than_the_longest_list(place: Place) -> None:
    """256 MiB of zeros in a quarter of a megabyte: what is inflated is counted, not what is announced."""
    import tracemalloc

    bomb = gzip.compress(bytes(256 * 2**20))
    listed = encoded("u" + b64(bomb))(place)
    assert len(listed) < limits.STATUS_DOCUMENT_BYTES
    tracemalloc.start()
    refused(place.judge(place.bit(), listed), CURRENT, "LIMIT_STATUS")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * limits.STATUS_BYTES


# -- I23: over the network -------------------------------------------------------------------------------------------

ADDRESS = f"https://{HOST}/status/1"
ENTRY = {**BIT_ENTRY, "id": f"{ADDRESS}#7", "statusListIndex": "7", "statusListCredential": ADDRESS}


@pytest.fixture
def listed(tmp_path: Path) -> Iterator[Abroad]:
    with abroad(tmp_path, safe=True) as made_:
        made_.server.answers["/status/1"] = answer(made_)
        yield made_


def answer(abroad: Abroad, *revoked: int, **headers: str) -> bytes:
    data = lists.bitstring(abroad.stage.signer, dict.fromkeys(revoked, 1), id=ADDRESS)
    return response(data, "application/vc+jwt", **headers)


def asked(listed: Abroad, bounds: Bounds | None = None) -> Verdict:
    source = listed.source(bounds=bounds) if bounds else listed.source()
    return listed.judge(listed.stage.vc(credentialStatus=ENTRY), source=source)


def test_i01_over_the_network(listed: Abroad) -> None:
    verdict = asked(listed)
    accepted(verdict)
    assert [document["url"] for document in verdict.documents] == [ADDRESS]
    listed.server.answers["/status/1"] = answer(listed, 7)
    refused(asked(listed), CURRENT, "STATUS_REVOKED")
    assert set(listed.server.asked) == {"/status/1"}


def dripping(data: bytes) -> Callable[[ssl.SSLSocket], None]:
    def drip(secured: ssl.SSLSocket) -> None:
        for octet in data:
            secured.sendall(bytes([octet]))
            time.sleep(0.05)

    return drip


def endless(secured: ssl.SSLSocket) -> None:
    secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/vc+jwt\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        secured.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")


STATUSES = ("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent")


def moved(status: str, to: str = f"https://{HOST}/status/2") -> Callable[[Abroad], Answer]:
    return lambda _: response(b"", status=status, Location=to)


HOSTILE: dict[str, tuple[Callable[[Abroad], Answer], str]] = {
    **{f"I23 redirect {status[:3]}": (moved(status), "NET_REDIRECT") for status in STATUSES},
    "I23 redirect to http": (moved("302 Found", "http://127.0.0.1/"), "NET_REDIRECT"),
    "I10 compressed on the way": (
        lambda _: response(BOMB, "application/vc+jwt", Content_Encoding="gzip"),
        "NET_ENCODING",
    ),
    "I10 endless": (lambda _: endless, "NET_SIZE"),
    "I10 one byte too many": (
        lambda _: response(bytes(limits.STATUS_DOCUMENT_BYTES + 1), "application/vc+jwt"),
        "NET_SIZE",
    ),
    "I17 slow": (lambda listed: dripping(answer(listed)), "NET_TIMEOUT"),
    "I17 torn": (lambda listed: answer(listed)[:-40], "NET_TRUNCATED"),
    "I17 gone": (lambda _: response(b"", status="404 Not Found"), "NET_STATUS"),
    "I17 a page": (lambda _: response(b"<html>", "text/html"), "NET_TYPE"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_status_host_that_does_not_answer_revokes_nobody(listed: Abroad, name: str) -> None:
    how, code = HOSTILE[name]
    listed.server.answers["/status/1"] = how(listed)
    verdict = asked(listed, Bounds(seconds=0.5) if code == "NET_TIMEOUT" else None)
    undecided(verdict, LIST, "STATUS_UNAVAILABLE")
    assert [line.evidence["network"] for line in verdict.checks if line.id == LIST] == [code]
    assert set(listed.server.asked) == {"/status/1"}


def test_i23_a_status_host_within_ones_own_network(listed: Abroad) -> None:
    """Named to the registry as public, and answering with a private address; then rebinding after the check."""
    listed.outside.hosts = {HOST: ("10.0.0.1",)}
    verdict = asked(listed)
    undecided(verdict, LIST, "STATUS_UNAVAILABLE")
    assert [line.evidence["network"] for line in verdict.checks if line.id == LIST] == ["NET_ADDRESS"]
    assert listed.outside.connected == []
    answers = [(PUBLIC,), ("127.0.0.1",)]
    listed.outside.look_up = lambda _: answers.pop(0)  # type: ignore[method-assign, assignment]
    accepted(asked(listed))
    assert (listed.outside.connected, answers) == ([(PUBLIC, 443)], [("127.0.0.1",)])


def test_i23_a_status_host_of_another_name(listed: Abroad, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with serving(Authority(other).issue(HOST)) as server:
        listed.outside.server = server
        verdict = asked(listed)
    undecided(verdict, LIST, "STATUS_UNAVAILABLE")
    assert [line.evidence["network"] for line in verdict.checks if line.id == LIST] == ["NET_TLS"]


def test_i26_a_fresh_copy_is_asked_for_once_and_a_stale_one_again(listed: Abroad) -> None:
    from datetime import UTC, datetime

    from defa_id.net.kept import Cache

    clock = [datetime(2026, 11, 24, 12, tzinfo=UTC)]
    source = listed.source(cache=Cache(None, lambda: clock[0]))
    credential = listed.stage.vc(credentialStatus=ENTRY)
    listed.server.answers["/status/1"] = answer(listed, Cache_Control="max-age=600")
    accepted(listed.judge(credential, source=source))
    listed.server.answers["/status/1"] = answer(listed, 7, Cache_Control="max-age=600")
    clock[0] += timedelta(seconds=599)
    accepted(listed.judge(credential, source=source))
    assert listed.server.asked == ["/status/1"]
    clock[0] += timedelta(seconds=1)
    refused(listed.judge(credential, source=source), CURRENT, "STATUS_REVOKED")
    clock[0] += timedelta(seconds=601)
    del listed.server.answers["/status/1"]
    undecided(listed.judge(credential, source=source), LIST, "STATUS_UNAVAILABLE")
