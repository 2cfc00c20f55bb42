"""Area I: status lists, through the whole corridor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from defa_id.sources import Document, RecordedSource
from defa_id.verdict import Outcome, Verdict
from tests.adversarial.rows import Stage
from tests.support import lists
from tests.support.lists import URL
from tests.support.world import NOW, PERSON, Json, Signer, World, claims, entity, sd_jwt, service, vc, vc_jwt

INDEX = 94_567
BIT_ENTRY: Json = {
    "id": f"{URL}#{INDEX}",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": str(INDEX),
    "statusListCredential": URL,
}
TOKEN_STATUS: Json = {"status_list": {"idx": INDEX, "uri": URL}}
SUSPENDABLE: Json = {**BIT_ENTRY, "id": f"{URL}#s", "statusPurpose": "suspension"}


class Asked:
    """A source with one list, that counts."""

    def __init__(self, data: bytes | None, retrieved: str | None = None) -> None:
        documents = {} if data is None else {URL: Document(data, retrieved)}
        self._recorded = RecordedSource(documents)
        self.urls: list[str] = []

    def get(self, url: str, limit: int) -> Document:
        self.urls.append(url)
        return self._recorded.get(url, limit)


class Place:
    """A registry and an issuer in it whose credentials name a status list."""

    def __init__(self) -> None:
        self.world, self.signer = World.make()

    def bit(self, *entries: Json, by: Signer | None = None) -> str:
        return vc_jwt(by or self.signer, vc(credentialStatus=list(entries) or [BIT_ENTRY]))

    def token(self) -> str:
        return sd_jwt(self.signer, claims(status=TOKEN_STATUS))

    def judge(self, credential: str, listed: bytes | None, **question: Any) -> Verdict:
        source = question.pop("source", None) or Asked(listed, question.pop("retrieved", None))
        return self.world.verify(credential, source=source, **question)


@pytest.fixture
def place() -> Place:
    return Place()


def told(verdict: Verdict) -> list[tuple[str, str | None]]:
    required = [line for line in verdict.problems if line.outcome is not Outcome.SKIPPED]
    return [(line.id, line.code) for line in required]


LISTS: dict[str, tuple[Callable[[Place], str], Callable[..., bytes]]] = {
    "bitstring": (Place.bit, lists.bitstring),
    "token": (Place.token, lists.token),
    "token as CWT": (Place.token, lists.token_cwt),
    "StatusList2021": (lambda place: place.bit({**BIT_ENTRY, "type": "StatusList2021Entry"}), lists.list_2021),
}
EVERY_KIND = pytest.mark.parametrize("kind", LISTS)


@EVERY_KIND
def test_nothing_stands_against_it(place: Place, kind: str) -> None:
    credential, made = LISTS[kind]
    verdict = place.judge(credential(place), made(place.signer, {INDEX - 1: 1, INDEX + 1: 1}))
    assert verdict, verdict.to_json(1)
    assert [line.outcome for line in verdict.checks if line.id.startswith("status.")] == [Outcome.PASSED] * 3
    assert verdict.documents[0]["url"] == URL


@EVERY_KIND
def test_i01_the_bit_is_set(place: Place, kind: str) -> None:
    credential, made = LISTS[kind]
    assert told(place.judge(credential(place), made(place.signer, {INDEX: 1}))) == [
        ("status.current", "STATUS_REVOKED")
    ]


def test_i02_suspended_and_values_of_the_issuers_own(place: Place) -> None:
    suspended = lists.bitstring(place.signer, {INDEX: 1}, subject={"statusPurpose": "suspension"})
    assert told(place.judge(place.bit(SUSPENDABLE), suspended)) == [("status.current", "STATUS_SUSPENDED")]
    for value, code in ((2, "STATUS_SUSPENDED"), (3, "STATUS_OTHER")):
        assert told(place.judge(place.token(), lists.token(place.signer, {INDEX: value}, size=2))) == [
            ("status.current", code)
        ]
    assert place.judge(place.token(), lists.token(place.signer, {INDEX: 3}, size=2)).decision == "indeterminate"


@EVERY_KIND
def test_i03_a_list_signed_by_anybody(place: Place, kind: str) -> None:
    credential, made = LISTS[kind]
    stranger = Signer.make(kid="key-9")
    assert told(place.judge(credential(place), made(stranger))) == [("status.signer", "STATUS_ISSUER")]
    impostor = Signer.make(kid=place.signer.kid)
    assert told(place.judge(credential(place), made(impostor))) == [("status.signer", "STATUS_SIGNATURE")]


def test_i04_a_list_of_another_listed_issuer(place: Place) -> None:
    other, id = Signer.make(kid="vn-1"), "did:web:vn.example"
    place.world.lists["VN"]["entities"].append(
        entity([service([other], ["X"], ["vc-jwt"], issuer=id, service_id="VN-1")])
    )
    for document in (lists.bitstring(other, issuer=id), lists.bitstring(other)):
        assert told(place.judge(place.bit(), document)) == [("status.signer", "STATUS_ISSUER")]
    assert told(place.judge(place.token(), lists.token(other, iss=id))) == [("status.signer", "STATUS_ISSUER")]


class TestAnotherSigner:
    """The registry entry may name who signs an issuer's lists."""

    def named(self, place: Place, signer: str) -> Signer:
        other = Signer.make(kid="status-1")
        record = service([other], ["StatusList"], ["vc-jwt"], issuer="did:web:status.sg.example", service_id="SG-0009")
        place.world.lists["SG"]["entities"].append(entity([record]))
        who = {"identifier": "did:web:status.sg.example", "key": other.thumbprint}[signer]
        place.world.sg["status_lists"] = [{"url": "https://status.example/lists/", "signer": who}]
        return other

    @pytest.mark.parametrize("by", ["identifier", "key"])
    def test_it_may(self, place: Place, by: str) -> None:
        other = self.named(place, by)
        assert place.judge(place.token(), lists.token(other))
        listed = lists.bitstring(other, issuer="did:web:status.sg.example")
        assert place.judge(place.bit(), listed)

    def test_then_the_issuer_itself_may_not(self, place: Place) -> None:
        self.named(place, "identifier")
        assert told(place.judge(place.token(), lists.token(place.signer))) == [("status.signer", "STATUS_ISSUER")]

    def test_nobody_of_another_state(self, place: Place) -> None:
        other = Signer.make(kid="vn-1")
        record = service([other], ["X"], ["vc-jwt"], issuer="did:web:vn.example", service_id="VN-1")
        place.world.lists["VN"]["entities"].append(entity([record]))
        place.world.sg["status_lists"] = [{"url": URL, "signer": "did:web:vn.example"}]
        assert told(place.judge(place.token(), lists.token(other))) == [("status.signer", "STATUS_ISSUER")]


def test_i05_a_list_nobody_signed(place: Place) -> None:
    from tests.support.world import dumps

    document = dumps(lists.bitstring_document())
    assert told(place.judge(place.bit(), document)) == [("status.list", "STATUS_SIGNATURE")]


def test_i06_i07_purposes(place: Place) -> None:
    listed = lists.bitstring(place.signer, subject={"statusPurpose": "suspension"})
    assert told(place.judge(place.bit(), listed)) == [("status.current", "STATUS_PURPOSE")]
    verdict = place.judge(place.bit(SUSPENDABLE), listed, policy={"status": "always"})
    assert told(verdict) == [("status.list", "STATUS_PURPOSE")]


def test_i08_i09_i10_i11_i13_what_the_list_holds_is_held_to_its_standard(place: Place) -> None:
    """Each way to spoil a list has its own test in tests/status; here one that it reaches the verdict."""
    far = place.bit({**BIT_ENTRY, "statusListIndex": str(lists.LENGTH)})
    assert told(place.judge(far, lists.bitstring(place.signer))) == [("status.current", "STATUS_INDEX")]
    short = lists.bitstring(place.signer, subject={"encodedList": lists.encoded(bytes(100))})
    assert told(place.judge(place.bit(), short)) == [("status.current", "STATUS_LENGTH")]


def test_i15_a_token_of_another_url(place: Place) -> None:
    assert told(place.judge(place.token(), lists.token(place.signer, sub=f"{URL}0"))) == [("status.list", "STATUS_URI")]
    moved = lists.bitstring(place.signer, id=f"{URL}0")
    assert told(place.judge(place.bit(), moved)) == [("status.list", "STATUS_URI")]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"typ": "JWT"}, "JOSE_TYP"),
        ({"typ": "kb+jwt"}, "JOSE_TYP"),
        ({"typ": "vc+jwt"}, "MODEL_CONTEXT"),  # read as the credential it says it is
        ({"typ": ""}, "JOSE_HEADER_FORBIDDEN"),
        ({"alg": "none"}, "JOSE_ALG_FORBIDDEN"),
        ({"crit": ["x"], "x": 1}, "JOSE_CRIT"),
        ({"jku": "https://evil.example/"}, "JOSE_HEADER_FORBIDDEN"),
    ],
    ids=str,
)
def test_i16_a_token_of_another_kind(place: Place, header: Json, code: str) -> None:
    verdict = place.judge(place.token(), lists.token(place.signer, header=header))
    assert (verdict.decision, told(verdict)) == ("rejected", [("status.list", code)])


def test_i16_a_list_of_another_kind(place: Place) -> None:
    for spoilt, code in (({"alg": "none"}, "JOSE_ALG_FORBIDDEN"), ({"typ": "JWT"}, "JOSE_TYP")):
        listed = lists.bitstring(place.signer, header=spoilt)
        assert told(place.judge(place.bit(), listed)) == [("status.list", code)]
    assert told(place.judge(place.bit(), lists.token(place.signer))) == [("status.current", "STATUS_SHAPE")]
    assert told(place.judge(place.token(), lists.bitstring(place.signer))) == [("status.current", "STATUS_SHAPE")]
    cwt = lists.token_cwt(place.signer, typ="application/cwt")
    assert told(place.judge(place.token(), cwt)) == [("status.list", "JOSE_TYP")]


@pytest.mark.parametrize(
    ("changes", "code", "decision"),
    [
        ({"exp": -61}, "STATUS_STALE", "indeterminate"),
        ({"exp": -60}, None, "accepted"),
        ({"iat": 61}, "STATUS_TIME", "indeterminate"),
        ({"ttl": 0}, "STATUS_SHAPE", "rejected"),
        ({"ttl": -1}, "STATUS_SHAPE", "rejected"),
        ({"ttl": 315_360_000}, None, "accepted"),
        ({"exp": None, "iat": -31 * 86_400}, "STATUS_STALE", "indeterminate"),
        ({"exp": None, "iat": -29 * 86_400}, None, "accepted"),
        ({"iat": None}, "STATUS_SHAPE", "rejected"),
    ],
    ids=str,
)
def test_i17_a_list_has_its_time(place: Place, changes: Json, code: str | None, decision: str) -> None:
    from tests.support.world import moment

    said: Json = {n: moment(v) if n in ("exp", "iat") and v is not None else v for n, v in changes.items()}
    verdict = place.judge(place.token(), lists.token(place.signer, **said))
    assert verdict.decision == decision
    assert told(verdict) == ([("status.list", code)] if code else [])


def test_i17_the_more_is_asked_the_fresher_the_list(place: Place) -> None:
    """A list that lasts a week and asks to be fetched twice a day is enough for most; not for `high`."""
    place.world.sg["assurance"][0]["level"] = "high"
    kept: Json = {"listed": lists.token(place.signer), "retrieved": "2026-11-23T00:00:00Z"}
    assert place.judge(place.token(), **kept)
    verdict = place.judge(place.token(), **kept, policy={"min_level": "high"})
    assert ("status.list", "STATUS_STALE") in told(verdict)
    fresh = {**kept, "retrieved": "2026-11-24T11:00:00Z"}
    verdict = place.judge(place.token(), **fresh, policy={"min_level": "high"})
    assert not [id for id, _ in told(verdict) if id.startswith("status.")]


def test_i17_as_of_a_past_date_a_list_of_today_says_nothing(place: Place) -> None:
    verdict = place.judge(place.token(), lists.token(place.signer), at=NOW - timedelta(days=30))
    assert told(verdict) == [("status.list", "STATUS_TIME")]
    assert verdict.decision == "indeterminate"


def test_i20_a_status_that_was_taken_away(place: Place) -> None:
    place.world.sg["status_required"] = True
    assert told(place.judge(sd_jwt(place.signer), None)) == [("status.list", "STATUS_MISSING")]


def test_i21_two_entries_and_one_revoked(place: Place) -> None:
    both = place.bit(SUSPENDABLE, BIT_ENTRY)
    listed = lists.bitstring(place.signer, {INDEX: 1}, subject={"statusPurpose": ["revocation", "suspension"]})
    assert told(place.judge(both, listed)) == [
        ("status.current", "STATUS_SUSPENDED"),
        ("status.current", "STATUS_REVOKED"),
    ]
    clear = lists.bitstring(place.signer, subject={"statusPurpose": ["revocation", "suspension"]})
    assert place.judge(both, clear)


def test_i22_an_unknown_kind_is_never_ignored(place: Place) -> None:
    verdict = place.judge(place.bit(BIT_ENTRY, {"id": URL, "type": "NewStatus2030"}), lists.bitstring(place.signer))
    assert told(verdict) == [("status.list", "STATUS_TYPE")]
    assert verdict.decision == "indeterminate"


def test_i23_a_list_the_entry_does_not_name(place: Place) -> None:
    place.world.sg["status_lists"] = [{"url": "https://status.example/other"}, {"url": "https://status.example/lists"}]
    asked = Asked(lists.token(place.signer))
    assert told(place.judge(place.token(), None, source=asked)) == [("status.list", "STATUS_URI")]
    assert not asked.urls
    place.world.sg["status_lists"] = [{"url": URL}]
    assert place.judge(place.token(), lists.token(place.signer))


def test_i27_an_address_that_could_tell_one_holder_from_another(place: Place) -> None:
    asked = Asked(lists.token(place.signer))
    for url in (f"{URL}?credential=4711", f"{URL}#4711", "http://status.example/lists/7"):
        credential = sd_jwt(place.signer, claims(status={"status_list": {"idx": INDEX, "uri": url}}))
        assert told(place.judge(credential, None, source=asked)) == [("status.list", "STATUS_URI")]
    assert not asked.urls


def test_i24_a_list_with_a_status(place: Place) -> None:
    listed = lists.bitstring(place.signer, credentialStatus=BIT_ENTRY)
    assert told(place.judge(place.bit(), listed)) == [("status.list", "STATUS_RECURSION")]


def test_i25_a_list_so_short_that_it_tells_holders_apart(place: Place) -> None:
    verdict = place.judge(sd_jwt(place.signer, claims(status={"status_list": {"idx": 5, "uri": URL}})),
                          lists.token(place.signer, length=128))  # fmt: skip
    assert verdict
    assert next(line.code for line in verdict.checks if line.id == "status.current") == "STATUS_NOTED"


def test_i26_nothing_is_asked_before_everything_left_of_it_holds(place: Place) -> None:
    asked = Asked(lists.bitstring(place.signer))
    for credential in (
        place.bit(by=Signer.make(kid="key-1")),
        vc_jwt(place.signer, vc(credentialStatus=BIT_ENTRY, exp=1_700_000_000)),
        vc_jwt(place.signer, vc("did:web:stranger.example", credentialStatus=BIT_ENTRY)),
    ):
        assert not place.judge(credential, None, source=asked)
    assert not asked.urls
    assert place.judge(place.bit(), None, source=asked)
    assert asked.urls == [URL]


def test_i28_what_one_issuer_put_at_an_address_says_nothing_of_anothers_credential(place: Place) -> None:
    """One verifier, one list, two issuers: the list read once is asked for its signer each time."""
    from defa_id.policy import Policy
    from defa_id.verifier import Verifier

    other, id = Signer.make(kid="key-2"), "did:web:sg-other.example"
    listing = place.world.lists["SG"]["entities"]
    listing.append(entity([service([other], [PERSON], ["vc-jwt"], issuer=id, service_id="SG-0002")]))
    verifier = Verifier(place.world.registry(), Policy.from_document({"id": "t"}).asking(for_state="TH"))
    source = Asked(lists.bitstring(other, issuer=id))
    theirs = vc_jwt(other, vc(id, credentialStatus=BIT_ENTRY))
    for _ in range(2):
        assert verifier.verify(theirs, at=NOW, source=source)
        assert told(verifier.verify(place.bit(), at=NOW, source=source)) == [("status.signer", "STATUS_ISSUER")]


def test_unreachable_is_unknown_and_never_revoked(place: Place) -> None:
    verdict = place.judge(place.token(), None)
    assert told(verdict) == [("status.list", "STATUS_UNAVAILABLE")]
    assert verdict.decision == "indeterminate"
    relied = verdict.recognitions[0]
    assert relied is not None
    assert "status" in relied["level"]["capped_by"]


def test_without_a_registry_the_list_has_to_be_the_issuers_own() -> None:
    from defa_id.policy import Policy
    from defa_id.resolvers import did_jwk
    from defa_id.verifier import Verifier

    world, _ = World.make()
    signer, other = Signer.make(), Signer.make()
    did, stranger = did_jwk.encode(signer.public.jwk), did_jwk.encode(other.public.jwk)
    verifier = Verifier(world.registry(), Policy.preset("unsafe-any-issuer"))
    credential = vc_jwt(signer, vc(did, credentialStatus=BIT_ENTRY), kid=f"{did}#0")

    def judged(listed: bytes) -> Verdict:
        return verifier.verify(credential, at=NOW, source=Asked(listed))

    assert judged(lists.bitstring(signer, issuer=did, header={"kid": f"{did}#0"}))
    foreign = judged(lists.bitstring(other, issuer=stranger, header={"kid": f"{stranger}#0"}))
    assert told(foreign) == [("status.signer", "STATUS_ISSUER")]


# -- I22: a status claim of the token itself is one wherever a token has claims --------------------------------


def of_a_vc_jwt(status: Any) -> Verdict:
    world, signer = World.make()
    return world.verify(vc_jwt(signer, vc(status=status)), source=Asked(lists.token(signer, {INDEX: 1})))


def of_an_old_vc_jwt(status: Any) -> Verdict:
    stage = Stage.of(golden=False)
    token = stage.old_vc(status=status)
    return stage.judge(token, source=Asked(lists.token(stage.signer, {INDEX: 1})))


def of_a_vc_sd_jwt(status: Any) -> Verdict:
    stage = Stage.of(golden=False)
    return stage.judge(stage.vc_sd(status=status), source=Asked(lists.token(stage.signer, {INDEX: 1})))


def of_a_cwt(status: Any) -> Verdict:
    from tests.formats import test_cwt as cwt

    token = cwt.qr(cwt.signed({**cwt.own_token(), 65535: status}), "")
    signer = Signer(cwt.OWN_KEY.native, "ES256", "key-1")
    return cwt.judged(token, source=Asked(lists.token(signer, {INDEX: 1})))


def of_a_vc_cose(status: Any) -> Verdict:
    from tests.formats import test_vc_cose as cose

    envelope = cose.with_header({15: {65535: status}})
    signer = Signer(cose.KEY.native, "ES256", "key-1")
    return cose.judged(envelope, source=Asked(lists.token(signer, {INDEX: 1})))


TOKENS = (of_a_vc_jwt, of_an_old_vc_jwt, of_a_vc_sd_jwt, of_a_cwt, of_a_vc_cose)


@pytest.mark.parametrize("ask", TOKENS)
def test_i22_a_revoked_token_of_any_format(ask: Callable[[Any], Verdict]) -> None:
    verdict = ask(TOKEN_STATUS)
    assert told(verdict) == [("status.current", "STATUS_REVOKED")]
    assert not verdict


@pytest.mark.parametrize("ask", TOKENS)
def test_i22_a_mechanism_of_tomorrow_is_not_passed_over(ask: Callable[[Any], Verdict]) -> None:
    verdict = ask({"identifier_list": {"id": "x", "uri": URL}})
    assert told(verdict) == [("status.list", "STATUS_TYPE")]
    assert not verdict


@pytest.mark.parametrize("ask", TOKENS)
def test_i22_what_is_no_status_claim(ask: Callable[[Any], Verdict]) -> None:
    """In VCDM 2.0 the token and the document are one object, in which `status` may be the document's own word."""
    for value in ("active", ["a"], {}, {"status_list": 7}):
        verdict = ask(value)
        if ask in (of_a_vc_jwt, of_a_vc_sd_jwt):
            assert verdict
        else:
            assert told(verdict) == [("format.model", "STATUS_SHAPE")]
