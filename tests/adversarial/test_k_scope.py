"""Area K: who may say what about whom, at which level, and at which time.

The catalogue's LOA_EXCEEDS is no code here: a level a credential claims for itself is not read at all, so that it
can neither help nor harm. K03 keeps its line, with a note, when the end of an authorisation came later.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from defa_id.errors import PolicyInvalid
from defa_id.policy import Policy, overlay
from defa_id.verdict import Decision, Outcome, Verdict
from tests.adversarial.outside import PATH, abroad
from tests.adversarial.rows import FORMATS, SUBJECT, Row, Stage, accepted, refuse_each, refused, table
from tests.support import world as minting
from tests.support.loopback import response
from tests.support.world import GRANT, NOW, PERSON, PERSON_VCT, PRESENTED, Json, Signer, World, dumps, moment

GRANTED, SCOPE = "issuer.granted", "issuer.scope"
OTHER = "did:web:sg-health.example"
LATER = "2026-09-01T00:00:00Z"
LICENCE = "DrivingLicenceCredential"


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


def event(status: str, effective: str = LATER, **members: Any) -> Json:
    return {"status": status, "effective": effective, "recorded": effective, **members}


def ended(*events: Json) -> Stage:
    """A stage whose issuer's authorisation went on like this after it was granted."""
    return Stage.of(golden=False, status_events=[event("granted", GRANT), *events])


# -- K01 to K04, K12: whose key, under whose name ---------------------------------------------------------


@table(
    Row("K01-vc", lambda s: s.vc(issuer=OTHER, iss=OTHER), "issuer.listed", "SCOPE_ISSUER_UNKNOWN"),
    Row("K01-sd-jwt", lambda s: s.sd(iss=OTHER), "issuer.listed", "SCOPE_ISSUER_UNKNOWN"),
    Row("K01-vc-sd-jwt", lambda s: s.vc_sd(issuer=OTHER, iss=OTHER), "issuer.listed", "SCOPE_ISSUER_UNKNOWN"),
)
def test_k01_nobody_lists_it(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)


@pytest.mark.parametrize("reason", ["investigation", "supervision"])
def test_k02_suspended(reason: str) -> None:
    stage = ended(event("suspended", reason=reason))
    issued_since = stage.vc(iat=moment(-60), validFrom="2026-11-24T11:59:00Z")
    refused(stage.judge(issued_since), GRANTED, "SCOPE_ISSUER_SUSPENDED")
    before = stage.judge(stage.vc())
    assert (before.decision, [line.code for line in before.problems]) == (
        Decision.INDETERMINATE,
        ["SCOPE_ISSUER_SUSPENDED"],
    )


@pytest.mark.parametrize(("reason", "line"), [("ceased", None), ("fraud", "SCOPE_ISSUER_ENDED")])
def test_k03_withdrawn_after_it_was_issued(reason: str, line: str | None) -> None:
    stage = ended(event("withdrawn", reason=reason))
    verdict = stage.judge(stage.vc())
    if line:
        refused(verdict, GRANTED, line)
        return
    accepted(verdict)
    noted = next(one for one in verdict.checks if one.id == GRANTED)
    assert (noted.outcome, noted.code) == (Outcome.PASSED, "SCOPE_ISSUER_ENDED_NOTED")
    since = stage.vc(iat=moment(-60), validFrom="2026-11-24T11:59:00Z")
    refused(stage.judge(since), GRANTED, "SCOPE_ISSUER_ENDED")


def test_k04_its_live_document_has_a_key_the_registry_has_not(tmp_path: Any) -> None:
    """The document is served, and nobody asks it: a listed issuer's keys are those of its entry."""
    with abroad(tmp_path, safe=True) as host:
        newcomer = Signer.make(kid="key-2")
        document = host.document()
        method = document["verificationMethod"][0]
        document["verificationMethod"].append({**method, "id": f"{document['id']}#key-2", "publicKeyJwk": newcomer.jwk})
        host.server.answers[PATH] = response(dumps(document))
        token = minting.vc_jwt(newcomer, minting.vc(document["id"]))
        world, signer = World.make()
        world.sg["identifiers"][0]["value"] = document["id"]
        for verdict in (world.verify(token, source=host.source()), world.verify(token)):
            assert verdict.decision is Decision.REJECTED
            assert {line.code for line in verdict.problems} & {"SCOPE_ISSUER_KEY", "JOSE_KEY_UNKNOWN"}
            assert verdict.documents == ()
        assert world.verify(minting.vc_jwt(signer, minting.vc(document["id"])))


def two_issuers(world: World, other: Signer) -> None:
    """SG lists a second issuer beside the first, for the same types and formats."""
    service = minting.service([other], [PERSON, PERSON_VCT], FORMATS, issuer=OTHER, service_id="SG-0002")
    world.lists["SG"]["entities"].append(minting.entity([service]))


def test_k12_the_key_of_one_with_the_name_of_another() -> None:
    other = Signer.make(kid="key-2")
    stage = Stage.of(edit=lambda world: two_issuers(world, other))
    for token in (
        stage.vc(by=other, header={"kid": "key-2"}),
        stage.vc(by=other, header={"kid": other.thumbprint}),
        stage.vc(issuer=OTHER, iss=OTHER),
    ):
        verdict = stage.judge(token)
        assert verdict.decision is Decision.REJECTED
        assert {line.code for line in verdict.problems} & {"SCOPE_ISSUER_KEY", "JOSE_KEY_UNKNOWN"}
    accepted(stage.judge(stage.vc(by=other, issuer=OTHER, iss=OTHER, header={"kid": "key-2"})))


# -- K07 to K10, K13: what, about whom, in which form ------------------------------------------------------


def licences(world: World) -> None:
    world.lists["TH"]["recognitions"][0]["types"].append(LICENCE)


def test_k07_a_type_outside_its_scope() -> None:
    stage = Stage.of(edit=licences)
    for types in ([LICENCE], [PERSON, LICENCE]):
        refused(stage.judge(stage.vc(type=["VerifiableCredential", *types])), SCOPE, "SCOPE_TYPE")
    refused(stage.judge(stage.sd(vct="urn:defa-id:driving-licence:1")), SCOPE, "SCOPE_TYPE")


@pytest.mark.parametrize("country", ["TH", "sg", "SGP", "702", "", ["SG"], None, 7])
def test_k08_it_speaks_for_another_state(stage: Stage, country: Any) -> None:
    if country is None:
        accepted(stage.judge(stage.vc(credentialSubject={**SUBJECT, "issuing_country": "SG"})))
        return
    refused(stage.judge(stage.vc(credentialSubject={**SUBJECT, "issuing_country": country})), SCOPE, "SCOPE_STATE")


def test_k09_in_a_format_that_is_not_listed() -> None:
    def one_format(world: World) -> None:
        world.sg["formats"] = ["sd-jwt-vc"]

    stage = Stage.of(golden=False, edit=one_format)
    accepted(stage.judge(stage.sd()))
    refused(stage.judge(stage.vc()), SCOPE, "SCOPE_FORMAT")
    refused(stage.judge(stage.vc_sd()), SCOPE, "SCOPE_FORMAT")


def test_k10_about_a_subject_it_may_not_speak_of() -> None:
    def about(world: World) -> None:
        world.vocabulary["types"] = [{"type": PERSON, "format": "vc", "subject": "legal"}]

    stage = Stage.of(edit=about, golden=False)
    refused(stage.judge(stage.vc()), SCOPE, "SCOPE_SUBJECT")
    accepted(stage.judge(stage.sd()))


@pytest.mark.parametrize("name", ["issuing_jurisdiction", "issuingJurisdiction"])
def test_k11_a_part_of_the_state_that_is_not_the_issuers(name: str) -> None:
    """ISO 3166-2, as ISO/IEC 18013-5 writes it. Naming no part says nothing; one of another state is never its own."""
    scope = {"subjects": ["natural"], "purposes": [], "sectors": [], "territories": ["SG-01", "SG-03"]}
    district, whole = Stage.of(golden=False, scope=scope), Stage.of()

    def judged(stage: Stage, part: Any) -> Verdict:
        return stage.judge(stage.vc(credentialSubject={**SUBJECT, name: part}))

    accepted(district.judge(district.vc()))
    for part in ("SG-01", "SG-03"):
        accepted(judged(district, part))
        accepted(judged(whole, part))
    others: tuple[Any, ...] = ("SG-02", "SG", "sg-01", "SG-01 ", "", 1, ["SG-01"], "MY-01", {"a": "SG-01"})
    for other in others:
        refused(judged(district, other), SCOPE, "SCOPE_TERRITORY")
    refused(judged(whole, "MY-01"), SCOPE, "SCOPE_TERRITORY")
    accepted(judged(whole, "Central Region"))


def test_k13_a_health_certificate_of_a_kind_its_signer_is_not_for() -> None:
    """The corpus's cases CO6 to CO11, against a signer listed for the kind and certified for another."""
    from tests.conformance import test_hcert as corpus

    for number in range(6, 12):
        assert corpus.failing(corpus.verdict_on(f"common/CO{number}")) == [(SCOPE, "SCOPE_TYPE")]


# -- K15 to K17, K27: at which level -----------------------------------------------------------------------


@pytest.mark.parametrize("claimed", ["high", "none", "Substantial", 3, {"framework": "defa-id-reference"}])
def test_k15_a_level_the_credential_claims_for_itself_is_not_read(stage: Stage, claimed: Any) -> None:
    for name in ("assurance", "assurance_level", "loa", "acr", "level"):
        claiming = {**SUBJECT, name: claimed, "id": stage.holder_did}
        for token in (stage.vc(**{"credentialSubject": claiming, name: claimed}), stage.sd(**{name: claimed})):
            verdict = stage.judge(token)
            accepted(verdict)
            assert json.loads(verdict.to_json())["recognition"]["level"]["granted"] == "substantial"


@pytest.mark.parametrize(
    "change",
    [
        {"level": "Substantial"},
        {"level": "SUBSTANTIAL"},
        {"level": "4"},
        {"level": ""},
        {"framework": "nobodys"},
        {"framework": "defa-id-reference ", "level": "high"},
        {"effective": "2027-01-01T00:00:00Z"},
        {"until": "2026-01-02T00:00:00Z"},
        None,
    ],
)
def test_k16_a_level_that_is_absent_or_unknown_is_none(change: Json | None) -> None:
    def edit(world: World) -> None:
        (record,) = world.sg["assurance"]
        world.sg["assurance"] = [] if change is None else [{**record, **change}]

    stage = Stage.of(edit=edit, golden=False)
    refused(stage.judge(stage.vc()), "assurance.granted", "LOA_UNKNOWN")


def test_k17_more_than_was_granted_is_asked_by_the_recognition_or_by_the_relying_party() -> None:
    def strict(world: World) -> None:
        world.lists["TH"]["recognitions"][0]["min_level"] = "high"

    stage = Stage.of(edit=strict, golden=False)
    refused(stage.judge(stage.vc()), "assurance.granted", "LOA_INSUFFICIENT")
    asking = Stage.of(policy={"min_level": "high"}, golden=False)
    refused(asking.judge(asking.kb(), expected=PRESENTED), "assurance.achieved", "LOA_NOT_ACHIEVED")


@pytest.mark.parametrize(
    "policy",
    [
        {},
        {"min_level": "low"},
        {"purposes": {"x": {"min_level": "low"}}, "purpose": "x"},
        {"purposes": {"x": {"vector": {"P": 0}}}, "purpose": "x"},
        {"waive": {"assurance.achieved": "we do not mind any level"}},
    ],
)
def test_k27_a_policy_never_lowers_what_the_recognition_asks(policy: Json) -> None:
    def strict(world: World) -> None:
        world.lists["TH"]["recognitions"][0]["min_level"] = "high"

    stage = Stage.of(policy=policy, edit=strict, golden=False)
    refused(stage.judge(stage.kb(), expected=PRESENTED), "assurance.granted", "LOA_INSUFFICIENT")


def test_k27_nor_what_its_base_asks() -> None:
    base = Policy.from_document({"id": "base", "min_level": "substantial", "formats": ["vc-jwt"]})
    for member, value in {"min_level": "low", "formats": ["vc-jwt", "mdoc"], "trust": "any-issuer"}.items():
        with pytest.raises(PolicyInvalid, match=f"relaxes {member}"):
            Policy.from_document({"id": "over", "base": "base", member: value}, base)
        assert member in overlay.relaxed(base, Policy.from_document({"id": "over", member: value}))


# -- K20 to K24: which key, when ---------------------------------------------------------------------------


def keys(world: World) -> list[Json]:
    return [one for one in world.sg["identifiers"] if one["kind"] == "jwk"]


def test_k20_a_key_retired_without_a_theft() -> None:
    def retired(world: World) -> None:
        keys(world)[0]["valid_until"] = LATER

    stage = Stage.of(edit=retired, golden=False)
    accepted(stage.judge(stage.vc()))
    since = stage.vc(iat=moment(-60), validFrom="2026-11-24T11:59:00Z")
    assert stage.judge(since).decision is Decision.REJECTED


def test_k21_dated_before_its_key_was_there() -> None:
    """Of the key KEY_TIME, of the authorisation SCOPE_TIME: the two have times of their own."""
    begins = moment(base=NOW.replace(month=6, day=1, hour=0, second=1))

    def young_key(world: World) -> None:
        keys(world)[0]["valid_from"] = "2026-06-01T00:00:01Z"

    young = Stage.of(edit=young_key, golden=False)
    newly = Stage.of(golden=False, status_events=[event("granted", "2026-06-01T00:00:01Z")])
    for stage, line, code in ((young, "key.current", "KEY_TIME"), (newly, GRANTED, "SCOPE_TIME")):
        refused(stage.judge(stage.vc()), line, code)
        accepted(stage.judge(stage.vc(iat=begins, validFrom="2026-06-01T00:00:01Z")))


@pytest.mark.parametrize(("seconds", "taken"), [(-1, True), (0, False), (1, False)])
def test_k23_an_algorithm_that_ended(seconds: int, taken: bool) -> None:
    stage = Stage.of(golden=False, algorithms=[{"alg": "ES256", "not_after": "2026-11-24T12:00:00Z"}])
    verdict = stage.judge(stage.vc(), at=NOW + timedelta(seconds=seconds))
    if taken:
        accepted(verdict)
    else:
        refused(verdict, "key.algorithm", "JOSE_ALG_EXPIRED")


def test_k24_two_entries_of_one_issuer_and_each_key_answers_for_its_own() -> None:
    """Old and new side by side: what the new one signs is judged by the new one's entry alone."""
    new = Signer.make(kid="key-1")  # the very same kid, so that only the thumbprint tells them apart
    ended_events = [event("granted", GRANT), event("withdrawn", GRANT.replace("01-01", "02-01"), reason="ceased")]

    def rotate(world: World) -> None:
        world.sg["status_events"] = ended_events
        world.lists["SG"]["entities"][0]["services"].append(
            minting.service([new], [PERSON, PERSON_VCT], FORMATS, service_id="SG-0002", level="high")
        )

    stage = Stage.of(edit=rotate, golden=False)

    def by(signer: Signer) -> Verdict:
        return stage.judge(stage.vc(by=signer, header={"kid": signer.thumbprint}))

    verdict = by(new)
    accepted(verdict)
    told = json.loads(verdict.to_json())
    assert told["recognition"]["level"]["granted"] == "high"
    granted = next(one for one in told["checks"] if one["id"] == GRANTED)
    assert granted["evidence"]["services"] == ["SG-0002"]
    refused(by(stage.signer), GRANTED, "SCOPE_ISSUER_ENDED")
