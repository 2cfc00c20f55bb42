"""A verifier that has judged others before says exactly what one says that is asked for the first time."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.codec import limits
from defa_id.corridor.settled import Authorised, Kind, Settled
from defa_id.policy import Expected, Policy
from defa_id.trust.registry import Registry
from defa_id.verifier import Verifier
from tests.properties.material import CERTIFIED_ISSUER, YEAR, accepted, certified, material
from tests.properties.test_moments import DATES, ISSUED, MOMENTS, SECOND, dated, show
from tests.support.world import NOW, PERSON, PRESENTED, Json, Signer, key_binding, sd_jwt, vc, vc_jwt
from tests.support.world import claims as vct_claims

NOON: Json = {"ES256": "2026-11-15T12:34:56Z"}
POLICIES: dict[str, Json] = {
    "any level": {"id": "test"},
    "low": {"id": "test", "min_level": "low", "formats": ["vc-jwt", "sd-jwt-vc"]},
    "high": {"id": "test", "min_level": "high"},
    "its own algorithms": {"id": "test", "algorithms": NOON},
}
NEAR = st.sampled_from(
    [date + step for date in (*DATES, datetime.fromisoformat(NOON["ES256"])) for step in (-SECOND, timedelta(), SECOND)]
)
SOON = st.one_of(NEAR, MOMENTS)
COUNTRIES: list[Json] = [{}, {"issuing_country": "SG"}, {"issuing_country": "TH"}, {"issuingCountry": ["SG"]}]


@cache
def registry() -> Registry:
    return dated()[0].registry()


@cache
def shared(policy: str) -> Verifier:
    """One verifier for all examples: whatever it settled stays with it."""
    return fresh(registry(), policy)


def fresh(snapshot: Registry, policy: str) -> Verifier:
    return Verifier(snapshot, Policy.from_document(POLICIES[policy]).asking(for_state="TH"))


@cache
def holder() -> Signer:
    return Signer.make()


def made(kind: str, issued: datetime | None, country: Json, types: list[str]) -> str:
    """A credential of the dated registry's issuer."""
    _, signer = dated()
    when: dict[str, Any] = {"iat": None if issued is None else int(issued.timestamp())}
    if kind == "vc-jwt":
        document = vc(validFrom=None, **when, type=["VerifiableCredential", *types])
        return vc_jwt(signer, {**document, "credentialSubject": {**document["credentialSubject"], **country}})
    token = sd_jwt(signer, vct_claims(**when, **country, cnf={"jwk": dict(holder().public.jwk)}))
    return key_binding(holder(), token) if kind == "presented" else token


@given(
    st.sampled_from(sorted(POLICIES)),
    st.sampled_from(("vc-jwt", "sd-jwt-vc", "presented")),
    st.none() | SOON,
    SOON,
    st.sampled_from(COUNTRIES),
    st.sampled_from(([PERSON], [PERSON, PERSON], [], [PERSON, "Strange"])),
    st.none() | SOON,
)
def test_what_was_judged_before_changes_nothing(
    policy: str,
    kind: str,
    issued: datetime | None,
    at: datetime,
    country: Json,
    types: list[str],
    known_at: datetime | None,
) -> None:
    """Asked of the shared verifier twice, and of one that has never been asked."""
    expected = PRESENTED if kind == "presented" else Expected()
    data = made(kind, issued, country, types)
    said = [
        verifier.verify(data, at=at, known_at=known_at, expected=expected)
        for verifier in (fresh(registry(), policy), shared(policy), shared(policy))
    ]
    assert len({verdict.to_json() for verdict in said}) == 1
    assert len({repr(verdict._subject) for verdict in said}) == 1


@pytest.mark.parametrize("date", sorted({*DATES, datetime.fromisoformat(NOON["ES256"])}), ids=show)
@pytest.mark.parametrize("policy", POLICIES)
def test_every_date_counts_at_its_very_second(policy: str, date: datetime) -> None:
    """Judged or issued just before it and just after it, on one day, by one verifier."""
    verifier, moments = fresh(registry(), policy), [date - SECOND, date, date + SECOND]
    for issued, at in [*((ISSUED, at) for at in moments), *((issued, date + YEAR) for issued in moments)]:
        data = made("vc-jwt", issued, {}, [PERSON])
        alone = fresh(registry(), policy).verify(data, at=at)
        assert verifier.verify(data, at=at).to_json() == alone.to_json()


@given(st.integers(-400, 800), st.integers(-400, 800))
def test_certificates_begin_and_end_at_their_own_second(issued: int, judged: int) -> None:
    """Below a listed authority: the certificates' own dates count, and stand in no registry."""
    case = certified()
    x5c = [base64.b64encode(case.leaf).decode()]
    for step in (-SECOND, timedelta(), SECOND):
        when, at = NOW + timedelta(days=issued) + step, NOW + timedelta(days=judged) + step
        data = vc_jwt(case.signer, vc(CERTIFIED_ISSUER, iat=int(when.timestamp()), validFrom=None), kid=None, x5c=x5c)
        alone = Verifier(case.verifier.registry, case.verifier.policy)
        assert case.verifier.verify(data, at=at).to_json() == alone.verify(data, at=at).to_json()


@pytest.mark.parametrize("name", accepted())
@given(days=st.integers(-800, 2000))
def test_every_format_is_judged_afresh(name: str, days: int) -> None:
    case, verifier = accepted()[name], material().verifier
    at = NOW + timedelta(days=days)
    alone = Verifier(verifier.registry, verifier.policy).verify(case.data, at=at, expected=case.expected)
    assert verifier.verify(case.data, at=at, expected=case.expected).to_json() == alone.to_json()


def test_a_bent_signature_finds_no_comfort_in_what_was_settled() -> None:
    """The same kind was accepted a moment ago; this one's proof is another's."""
    verifier, (_, signer) = fresh(registry(), "any level"), dated()
    at = ISSUED + timedelta(days=30)
    good, other = (vc_jwt(signer, vc(jti=f"urn:uuid:{number}")) for number in (1, 2))
    bent = f"{good.rpartition('.')[0]}.{other.rpartition('.')[2]}"
    assert verifier.verify(good, at=at)
    refused = verifier.verify(bent, at=at)
    assert not refused
    assert refused.to_json() == fresh(registry(), "any level").verify(bent, at=at).to_json()


def test_only_so_much_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound everything is forgotten, and nothing is wrong afterwards."""
    monkeypatch.setattr(limits, "SETTLED", 3)
    settled, found = Settled(), Authorised((), (), (), (), {}, {}, {})
    kinds = [Kind("vc-jwt", "", f"did:example:{number}", None, (), (), ()) for number in range(5)]
    for kind in kinds:
        settled.keep(kind, None, NOW, [NOW - YEAR, NOW + YEAR], found)
    assert [settled.find(kind, None, NOW) is found for kind in kinds] == [False, False, False, True, True]


def test_what_a_caller_does_to_one_answer_is_not_in_the_next() -> None:
    """The JSON form is the caller's own, down to its last list."""
    case, verifier = accepted()["vc-jwt ES256"], material().verifier
    before = verifier.verify(case.data, at=NOW).to_dict()
    kept = json.dumps(before)

    def spoil(value: Any) -> None:
        for member in value.values() if isinstance(value, dict) else value:
            if isinstance(member, dict | list):
                spoil(member)
        value.clear()

    spoil(before)
    assert json.dumps(verifier.verify(case.data, at=NOW).to_dict()) == kept
