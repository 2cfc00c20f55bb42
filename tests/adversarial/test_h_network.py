"""Area H, the network: who is asked, and everything a host can do instead of answering."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from defa_id.codec import limits
from defa_id.net.budget import Bounds
from defa_id.net.source import NetworkSource
from defa_id.sources import NoSource
from defa_id.verdict import Decision, Verdict
from tests.adversarial.outside import PATH, RESOLVED, Abroad, abroad, naming
from tests.adversarial.rows import accepted, refused, short, undecided
from tests.formats.test_data_integrity import world_of
from tests.resolvers.made import DID, did_document, lookup, method
from tests.support import mdocs
from tests.support.certificates import crl_point, p256
from tests.support.integrity import document, key_for, secured, text
from tests.support.loopback import HOST, PATIENT, PUBLIC, Authority, Outside, response, serving
from tests.support.world import NOW, PRESENTED, moment, vc_jwt
from tests.verifier.test_sources import left_of_status, with_schema

STATUS = {
    "id": f"https://{HOST}/status/1#7",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "7",
    "statusListCredential": f"https://{HOST}/status/1",
}


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Abroad]:
    with abroad(tmp_path) as made:
        yield made


@pytest.fixture
def listed(tmp_path: Path) -> Iterator[Abroad]:
    """The same under the baseline policy."""
    with abroad(tmp_path, safe=True) as made:
        yield made


def test_the_genuine_document_is_taken(host: Abroad) -> None:
    verdict = host.judge(host.token())
    assert accepted(verdict).issuer == DID
    (document,) = verdict.documents
    assert document["url"] == f"https://{HOST}{PATH}"
    assert host.server.asked == [PATH], "twice judged, once asked"


# -- H01: nobody is asked about what has failed -----------------------------------------------------------


@pytest.mark.parametrize("name", sorted(left_of_status()))
def test_h01_nobody_is_asked_once_something_left_of_status_has_failed(name: str, listed: Abroad) -> None:
    """As in tests/verifier/test_sources.py, with the network itself as the source, and URLs everywhere."""
    change, expected = left_of_status()[name]
    world, signer = with_schema()
    naming(DID)(world)
    for field in ("algorithms", "status_required"):
        if field in change:
            world.sg[field] = change[field]
    if "events" in change:
        suspended = {"status": "suspended", "effective": "2026-02-01T00:00:00Z", "recorded": "2026-02-01T00:00:00Z"}
        world.sg["status_events"].append({**suspended, "reason": "supervision"})
    document = change.get("document") or listed.stage.document()
    if not change.get("status_required"):
        document = {**document, "credentialStatus": STATUS}
    text = change.get("text", vc_jwt(change.get("signer", signer), document, **change.get("header", {})))
    listed.outside.hosts = {HOST: (PUBLIC,), "schema.example": (PUBLIC,)}
    source = NetworkSource.of(world.registry(), reach=listed.outside.reach)
    verdict = world.verify(text, source=source, expected=expected)
    assert verdict.decision is Decision.REJECTED
    assert listed.untouched()


@pytest.mark.parametrize("lane", ["vc", "old_vc", "sd", "vc_sd", "bound_vc"])
def test_h01_a_bad_signature_in_every_lane(lane: str, listed: Abroad) -> None:
    make: Callable[..., str] = getattr(listed.stage, lane)
    document = {"document": {"credentialStatus": STATUS}} if lane == "old_vc" else {"credentialStatus": STATUS}
    token = make(**({} if lane == "sd" else document), header={"kid": listed.stage.signer.kid})
    head, payload, rest = token.split(".", 2)
    signature, _, tail = rest.partition("~")
    spoilt = f"{head}.{payload}.{'AAAA' + signature[4:]}" + (f"~{tail}" if tail else "")
    refused(listed.judge(spoilt), "proof.signature", "JOSE_SIGNATURE")
    assert listed.untouched()


def test_h01_a_bad_signature_of_a_certificates_key(listed: Abroad) -> None:
    """An mdoc that names a status list and whose certificate names a revocation list: both asked for if it holds."""
    own, revoked = STATUS["statusListCredential"], f"https://{HOST}/iaca.crl"
    world = mdocs.world(status_lists=[{"url": own}, {"url": revoked}])
    source = NetworkSource.of(world.registry(), reach=listed.outside.reach, bounds=PATIENT)
    status = {"status": {"status_list": {"idx": 7, "uri": own}}}
    signed = mdocs.GOLDEN.but(certificate=mdocs.DS.also(crl_point(revoked)), mso=lambda mso: {**mso, **status})
    forged = signed.but(key=p256(99))
    refused(world.verify(forged.bare(), source=source), "proof.signature", "COSE_SIGNATURE")
    assert listed.untouched()
    verdict = world.verify(signed.bare(), source=source)
    undecided(verdict, "status.list", "STATUS_UNAVAILABLE", "status.certificate", "STATUS_UNAVAILABLE")
    assert sorted(listed.server.asked) == ["/iaca.crl", "/status/1"]


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-jcs-2019", "ecdsa-rdfc-2019"])
def test_h01_a_bad_signature_over_a_document(suite: str, listed: Abroad) -> None:
    signer = key_for(suite)
    world = world_of(signer)
    naming(DID)(world)
    source = NetworkSource.of(world.registry(), reach=listed.outside.reach, bounds=PATIENT)
    made = secured(signer, suite, document(credentialStatus=STATUS))
    changed = {**made, "credentialSubject": {**made["credentialSubject"], "nationality": ["TH"]}}
    refused(world.verify(text(changed), source=source), "proof.signature", "DI_SIGNATURE")
    assert listed.untouched()
    undecided(world.verify(text(made), source=source), "status.list", "STATUS_UNAVAILABLE")
    assert listed.server.asked == ["/status/1"]


def test_h01_a_holders_document_is_not_asked_for_about_a_credential_that_failed(listed: Abroad) -> None:
    token = listed.stage.vp(
        listed.stage.bound_vc(exp=moment(-3600)), holder=DID, iss=DID, header={"kid": f"{DID}#key-1"}
    )
    verdict = listed.judge(token, expected=PRESENTED)
    assert verdict.decision is Decision.REJECTED
    assert short(verdict) == [("time.window", "TIME_EXPIRED"), ("holder.proof", "NET_OFFLINE")]
    assert listed.untouched()


# -- H02: offline -----------------------------------------------------------------------------------------


def test_h02_offline_is_the_default(host: Abroad) -> None:
    undecided(host.judge(host.token(), source=NoSource()), RESOLVED, "NET_OFFLINE")
    assert host.untouched()


def test_h02_a_recorded_document_does(host: Abroad) -> None:
    at_hand = lookup({f"https://{HOST}{PATH}": did_document(method(host.signer))}).source
    assert accepted(host.judge(host.token(), source=at_hand)).issuer == DID
    assert host.untouched()


# -- H04 to H11: names and addresses ----------------------------------------------------------------------

LOOPBACK = ["127.0.0.1", "localhost", "0", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "0.0.0.0"]  # noqa: S104


@pytest.mark.parametrize("name", LOOPBACK)
def test_h04_an_address_is_no_host(name: str, host: Abroad) -> None:
    for did in (f"did:web:{name}", f"did:web:{name}%3A8443", f"did:web:{name}:a"):
        refused(host.judge(host.token(did, None)), RESOLVED, "DID_HOST")
    assert host.untouched()


def test_h04_brackets_belong_into_no_did(host: Abroad) -> None:
    for did in ("did:web:[::1]", "did:web:%5B%3A%3A1%5D"):
        refused(host.judge(host.token(did, None)), RESOLVED, "DID_SYNTAX")
    assert host.untouched()


PRIVATE = [
    *("::1", "::", "fc00::1", "fdff::1", "fe80::1", "fec0::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b:1::1", "2002:7f00:1::", "2001::1", "100::1", "ff00::1", "fe80::1%1", "2001:db8::1"),
    *("10.0.0.1", "169.254.169.254", "100.64.0.1", "192.168.0.1", "127.0.0.1", "0.0.0.0", "255.255.255.255"),  # noqa: S104
]


@pytest.mark.parametrize("address", PRIVATE)
def test_h06_a_private_address_is_not_connected_to(address: str, host: Abroad) -> None:
    host.outside.hosts = {HOST: (address,)}
    undecided(host.judge(host.token()), RESOLVED, "NET_ADDRESS")
    assert host.outside.connected == []


@pytest.mark.parametrize("answers", [(PUBLIC, "10.0.0.1"), ("10.0.0.1", PUBLIC), (PUBLIC,) * 15 + ("::1",)])
def test_h07_one_private_answer_among_public_ones(answers: tuple[str, ...], host: Abroad) -> None:
    host.outside.hosts = {HOST: answers}
    undecided(host.judge(host.token()), RESOLVED, "NET_ADDRESS")
    assert host.outside.connected == []


def test_h08_rebinding(host: Abroad) -> None:
    """What was checked is what is connected to: a second look-up would say loopback, and there is none."""
    asked = []

    def look_up(name: str) -> tuple[str, ...]:
        asked.append(name)
        return (PUBLIC,) if len(asked) == 1 else ("127.0.0.1",)

    host.outside.look_up = look_up  # type: ignore[method-assign, assignment]
    assert accepted(host.judge(host.token()))
    assert (asked, host.outside.connected) == ([HOST], [(PUBLIC, 443)])


MOVED = {"Location": f"https://{HOST}/other.json"}


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_h09_a_redirect_is_not_followed(status: str, host: Abroad) -> None:
    for target in (MOVED["Location"], "https://evil.example/", "http://127.0.0.1/", "//evil.example/"):
        verdict = host.answered(response(b"{}", status=status, Location=target), source=host.source())
        undecided(verdict, RESOLVED, "NET_REDIRECT")
    assert set(host.server.asked) == {PATH}
    assert set(host.outside.looked_up) == {HOST}


def test_h09_nor_is_a_refresh(host: Abroad) -> None:
    undecided(host.answered(response(b"{}", Refresh=f"0; url={MOVED['Location']}")), RESOLVED, "NET_REDIRECT")
    page = b'<meta http-equiv="refresh" content="0; url=https://evil.example/">'
    undecided(host.answered(response(page, "text/html"), source=host.source()), RESOLVED, "NET_TYPE")
    assert set(host.outside.looked_up) == {HOST}


SYNTAX = [
    *("issuer.example%3A22", "user%40issuer.example", "user%3Apw%40issuer.example", "issuer.example:..:x"),
    *("issuer.example:%2e%2e:x", "issuer.example:a%2F..%2Fb", "issuer.example:a?b=c", "issuer.example:a%00"),
    *("issuer.example/a", "issuer.example%2Fa", "", "issuer.example:", "issuer.example::a", "issuer.example%3A"),
]


@pytest.mark.parametrize("rest", SYNTAX)
def test_h10_what_is_no_did_web(rest: str, host: Abroad) -> None:
    refused(host.judge(host.token(f"did:web:{rest}", None)), RESOLVED, "DID_SYNTAX")
    assert host.untouched()


def test_h10_a_fragment_is_no_part_of_an_issuer(host: Abroad) -> None:
    refused(host.judge(host.token(f"{DID}#key-1", f"{DID}#key-1")), RESOLVED, "SCOPE_ISSUER_KEY")
    assert host.untouched()


HOSTS = [
    *("issuer.example.", "x" * 64 + ".example", ".".join(["a" * 61] * 4) + ".example", "issuer", "-a.example"),
    *("printer.local", "metadata.internal", "issuer_1.example"),
]


@pytest.mark.parametrize("name", HOSTS)
def test_h11_what_is_no_public_host(name: str, host: Abroad) -> None:
    refused(host.judge(host.token(f"did:web:{name}", None)), RESOLVED, "DID_HOST")
    assert host.untouched()


@pytest.mark.parametrize("name", ["issüer.example", "issuer。example", "іssuer.example", "issuer.example."])
def test_h11_letters_beyond_ascii_belong_into_no_did(name: str, host: Abroad) -> None:
    did = f"did:web:{name}"
    refused(
        host.judge(host.stage.sd(iss=did, header={"kid": None})),
        RESOLVED,
        "DID_HOST" if name.isascii() else "DID_SYNTAX",
    )
    if not name.isascii():
        assert host.judge(host.token(did, None)).decision is Decision.REJECTED
    assert host.untouched()


def test_h11_a_host_the_registry_does_not_name(host: Abroad) -> None:
    host.outside.hosts = {"elsewhere.example": (PUBLIC,), HOST: (PUBLIC,)}
    for did in ("did:web:elsewhere.example", f"{DID}%3A8443", f"did:web:sub.{HOST}"):
        undecided(host.judge(host.token(did, None)), RESOLVED, "NET_HOST")
    assert host.untouched()


# -- H12: TLS ---------------------------------------------------------------------------------------------

TLS: dict[str, Callable[[Authority, Path], dict[str, Any]]] = {
    "expired": lambda authority, _: {"certificate": authority.issue(HOST, days=(-30, -1))},
    "self-signed": lambda authority, _: {"certificate": authority.issue(HOST, self_signed=True)},
    "another name": lambda authority, _: {"certificate": authority.issue("other.example")},
    "another authority": lambda _, folder: {"certificate": Authority(folder).issue(HOST)},
    "TLS 1.1": lambda authority, _: {"certificate": authority.issue(HOST), "old": True},
    "no encryption": lambda authority, _: {"certificate": authority.issue(HOST), "ciphers": "eNULL:@SECLEVEL=0"},
}


@pytest.mark.parametrize("case", TLS)
def test_h12_a_host_that_does_not_prove_who_it_is(case: str, host: Abroad, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    made = TLS[case](host.outside.authority, other)
    with serving(made.pop("certificate"), **made) as server:
        outside = Outside(server, host.outside.authority)
        source = NetworkSource.of(host.registry, reach=outside.reach, bounds=PATIENT)
        undecided(host.judge(host.token(), source=source), RESOLVED, "NET_TLS")
        assert server.asked == []


# -- H14 to H17: answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate", "identity, gzip"])
def test_h14_a_bomb_is_not_unpacked(coding: str, host: Abroad) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    undecided(host.answered(response(bomb, Content_Encoding=coding)), RESOLVED, "NET_ENCODING")
    undecided(
        host.answered(response(bomb, Transfer_Encoding=f"{coding}, chunked"), source=host.source()),
        RESOLVED,
        "NET_ENCODING",
    )


def dripping(data: bytes) -> Callable[[ssl.SSLSocket], None]:
    def answer(secured: ssl.SSLSocket) -> None:
        for octet in data:
            secured.sendall(bytes([octet]))
            time.sleep(0.05)

    return answer


SLOW: dict[str, Callable[[ssl.SSLSocket], None]] = {
    "body": dripping(response(bytes(500))),
    "headers": dripping(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500),
    "nothing": lambda _: time.sleep(5),
}


@pytest.mark.parametrize("name", SLOW)
def test_h15_a_slow_host_is_given_up(name: str, host: Abroad) -> None:
    verdict = host.answered(SLOW[name], source=host.source(bounds=Bounds(seconds=0.3)))
    undecided(verdict, RESOLVED, "NET_TIMEOUT")


def test_h15_after_three_seconds(host: Abroad) -> None:
    """It would drip for twenty-five."""
    begins = time.monotonic()
    undecided(
        host.answered(dripping(response(bytes(500))), source=host.source(bounds=Bounds())), RESOLVED, "NET_TIMEOUT"
    )
    assert limits.NET_TOTAL_SECONDS - 0.1 < time.monotonic() - begins < 20


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (response(b"{}", "text/html"), "NET_TYPE"),
        (response(b"{}", "text/plain"), "NET_TYPE"),
        (response(b"{}", ""), "NET_TYPE"),
        (response(b"", status="204 No Content"), "NET_STATUS"),
        (response(b"{}", status="206 Partial Content", Content_Range="bytes 0-1/2"), "NET_STATUS"),
        (response(b"{}", status="404 Not Found"), "NET_STATUS"),
        (response(b"{}", status="500 Oops"), "NET_STATUS"),
    ],
)
def test_h17_only_a_whole_document_of_a_known_kind(answer: bytes, code: str, host: Abroad) -> None:
    undecided(host.answered(answer), RESOLVED, code)


# -- H28: the resolver ------------------------------------------------------------------------------------


def failing(number: int) -> Callable[[str], list[str]]:
    def look_up(_: str) -> list[str]:
        raise socket.gaierror(number, "as the resolver says")

    return look_up


def silent(_: str) -> list[str]:
    """It would answer, later than anybody waits for it."""
    time.sleep(limits.NET_DNS_SECONDS + 2)
    return [PUBLIC]


DNS: dict[str, Callable[[str], list[str]]] = {
    "NXDOMAIN": failing(socket.EAI_NONAME),
    "SERVFAIL": failing(socket.EAI_AGAIN),
    "CNAME loop": failing(socket.EAI_FAIL),
    "500 answers": lambda _: [f"93.184.{number // 250}.{number % 250}" for number in range(500)],
    "no answers": lambda _: [],
    "timeout": silent,
}


@pytest.mark.parametrize("case", DNS)
def test_h28_no_addresses_within_a_second(case: str, host: Abroad) -> None:
    host.outside.look_up = DNS[case]  # type: ignore[method-assign, assignment]
    undecided(host.judge(host.token()), RESOLVED, "NET_DNS")
    assert host.outside.connected == []


# -- H32 to H35: what is said, and how often --------------------------------------------------------------


def test_h32_the_environment_changes_nothing(host: Abroad, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text(f"machine {HOST} login somebody password secret\n")
    (home / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NETRC", str(home / ".netrc"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("SSLKEYLOGFILE", str(home / "keys"))
    assert accepted(host.judge(host.token()))
    assert not (home / "keys").exists()
    assert b"uthorization" not in host.server.heads[0]
    monkeypatch.setenv("SSL_CERT_FILE", str(host.outside.authority.file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    reach = host.outside.reach._replace(authorities=None)
    source = NetworkSource.of(host.registry, reach=reach, bounds=PATIENT)
    undecided(host.judge(host.token(), source=source), RESOLVED, "NET_TLS")


def test_h33_a_thousand_credentials_that_name_a_thousand_hosts(tmp_path: Path) -> None:
    names = [f"h{number}.example" for number in range(1000)]
    with abroad(tmp_path, issuers=[f"did:web:{name}" for name in names]) as host:
        host.outside.hosts = dict.fromkeys(names, (PUBLIC,))
        host.outside.server = None
        source = host.source()
        codes = []
        for name in names:
            token = host.token(f"did:web:{name}", None)
            verdict = host.stage.verifier.verify(token, at=NOW, source=source)
            codes += [line.code for line in verdict.checks if line.id == RESOLVED]
        spent = limits.NET_QUESTIONS
        assert codes == ["NET_CONNECT"] * spent + ["NET_BUDGET"] * (1000 - spent)
        assert len(host.outside.looked_up) == spent


def test_h33_a_thousand_paths_of_one_host(host: Abroad) -> None:
    source = host.source()
    codes = []
    for number in range(100):
        verdict = host.stage.verifier.verify(host.token(f"{DID}:{number}", None), at=NOW, source=source)
        codes += [line.code for line in verdict.checks if line.id == RESOLVED]
    spent = limits.NET_QUESTIONS_A_HOST
    assert codes == ["NET_STATUS"] * spent + ["NET_BUDGET"] * (100 - spent)


def test_h34_nothing_is_said_but_the_address(host: Abroad) -> None:
    accepted(host.judge(host.token(id="urn:uuid:canary")))
    assert sorted(host.server.heads[0].decode().strip().split("\r\n")) == [
        "Accept-Encoding: identity",
        f"GET {PATH} HTTP/1.1",
        f"Host: {HOST}",
        "User-Agent: defa-id",
    ]


def test_h34_an_address_with_a_query_stands_in_the_registry_or_nowhere(listed: Abroad) -> None:
    """A query could say which credential is being judged."""
    entry = {**STATUS, "statusListCredential": f"https://{HOST}/status?credential=7"}
    refused(listed.judge(listed.stage.vc(credentialStatus=entry)), "status.list", "STATUS_URI")
    assert listed.untouched()


def test_h35_a_flood_of_unknown_kids_is_one_question(host: Abroad) -> None:
    source, codes = host.source(), set()
    for number in range(2_000):
        token = host.token(kid=f"{DID}#key-{number + 2}")
        verdict: Verdict = host.stage.verifier.verify(token, at=NOW, source=source)
        codes |= {line.code for line in verdict.checks if line.id == RESOLVED}
    assert codes == {"DID_KEY_UNKNOWN"}
    assert host.server.asked == [PATH]
    del host.server.answers[PATH]
    source, codes = host.source(), set()
    for number in range(200):
        token = host.token(kid=f"{DID}#key-{number + 2}")
        verdict = host.stage.verifier.verify(token, at=NOW, source=source)
        codes |= {line.code for line in verdict.checks if line.id == RESOLVED}
    assert (codes, host.server.asked) == ({"NET_STATUS"}, [PATH] * 2)
