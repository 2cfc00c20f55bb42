"""Every rule by its name: what breaks it, where it is found, and the code a refusal carries."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from defa_id import keys
from defa_id.codec import base64url, strict_json, times
from defa_id.errors import ChangeRefused, Fault
from defa_id.issue import possession, signing
from defa_id.issue.signing import SigningKey
from defa_id.operator import admission, lint
from defa_id.operator.rules import RULES, Finding, holders
from defa_id.operator.tree import Tree
from defa_id.resolvers import did_jwk, did_key
from tests.operator.made import certificate, days, in_environment

Object = dict[str, Any]
FROM = "2026-01-01T00:00:00Z"
OFF_CURVE = base64url.encode((2).to_bytes(32, "little"))
SMALL_ORDER = base64url.encode((1).to_bytes(32, "little"))


class Case(NamedTuple):
    """What is changed in SG's list (or elsewhere), and where the finding is expected."""

    rule: str
    change: Callable[[Object], object]
    pointer: str = ""
    environment: str = "demo"
    document: str = "list"


def service(sg: Object) -> Object:
    found: Object = sg["entities"][0]["services"][0]
    return found


def retire(vocabulary: Object) -> None:
    vocabulary["types"][[entry["type"] for entry in vocabulary["types"]].index("PersonIdentityCredential")].update(
        status="retired", replaced_by="urn:defa-id:type:person-identity:2"
    )


def key(sg: Object) -> Object:
    found: Object = service(sg)["identifiers"][1]
    return found


def listed(public: Any, **members: Any) -> Object:
    return {"kind": "jwk", "jwk": dict(public.jwk), "thumbprint": public.thumbprint, "valid_from": FROM} | {
        "recorded": FROM,
        **members,
    }


def raw(jwk: Object) -> Object:
    return {"kind": "jwk", "jwk": jwk, "thumbprint": keys.thumbprint(jwk), "valid_from": FROM, "recorded": FROM}


def weak_rsa() -> Object:
    made = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    numbers = made.public_key().public_numbers()
    return raw({"kty": "RSA", "n": base64url.encode(numbers.n.to_bytes(128)), "e": "AQAB"})


def twin(sg: Object, **members: Any) -> None:
    """A second service of the same entity."""
    other = copy.deepcopy(service(sg))
    sg["entities"][0]["services"].append({**other, "service_id": "SG-0099", **members})


def party(**members: Any) -> Object:
    public = signing.generate().public
    return {
        "id": "SG-0201",
        "entity_id": "did:web:bank.demo.example",
        "names": [{"lang": "en", "value": "Demo bank (synthetic)"}],
        "kind": "company",
        "identifiers": [listed(public)],
        "requests": [
            {
                "type": "PersonIdentityCredential",
                "claims": ["name.full", "birth_date"],
                "purposes": ["banking.account-opening"],
            }
        ],
        "status_events": [{"status": "granted", "effective": FROM, "recorded": FROM}],
        "recorded": FROM,
        **members,
    }


def asks(claim: str, sg: Object) -> None:
    record = party()
    record["requests"][0].update(claims=[claim])
    sg["relying_parties"] = [record]


def lists(identifier: Object, sg: Object) -> None:
    service(sg)["identifiers"].append(identifier)


def grants(type: str, sg: Object) -> None:
    service(sg)["credentials"][0].update(type=type)


def signs(alg: str, sg: Object) -> None:
    service(sg)["algorithms"].append({"alg": alg})


def leaks(kind: str, secret: str, sg: Object) -> None:
    key(sg)["jwk"].update(d=secret)
    key(sg).update(kind=kind)


def bad_window(sg: Object) -> None:
    pem = certificate(signing.generate(), times.parse(FROM), times.parse(FROM) + days(10)).decode()
    found = admission.from_certificate(pem.encode()).identifier
    service(sg)["identifiers"].append(
        {**found, "valid_from": FROM, "valid_until": "2027-01-01T00:00:00Z", "recorded": FROM}
    )


S = "/entities/0/services/0"
CASES = [
    Case("shape.json", lambda sg: sg["state"].update({"x-weight": 0.5})),
    Case("shape.schema", lambda sg: service(sg)["assurance"][0].update(level="gold"), f"{S}/assurance/0/level"),
    Case("shape.member", lambda sg: service(sg).update(trusted=True), S),
    Case("shape.missing", lambda sg: service(sg).pop("interface"), S),
    Case("shape.reader", lambda sg: service(sg).update(recorded="2026-02-30T00:00:00Z")),
    Case("text.hidden", lambda sg: sg["entities"][0]["names"][0].update(value="Demo\u202eknab"), "/entities/0/names/0"),
    Case("text.hidden", lambda sg: sg["entities"][0]["names"][0].update(value="De\u200cmo"), "/entities/0/names/0"),
    Case("text.hidden", lambda sg: sg["entities"][0].update(supervisory_body="a\x1b[2Jb"), "/entities/0/superv"),
    Case("text.html", lambda sg: sg["recognitions"][0].update(conditions=["<b>none</b>"]), "/recognitions/0/cond"),
    Case("text.html", lambda sg: sg["recognitions"][0].update(conditions=["&lt;script"]), "/recognitions/0/cond"),
    Case("text.blank", lambda sg: sg["entities"][0].update(incident_contact=" "), "/entities/0/incident_contact"),
    Case("text.spelling", lambda sg: sg["entities"][0]["names"][0].update(value="Demo e\u0301"), "/entities/0/names"),
    Case("unique", lambda sg: sg["recognitions"].append(sg["recognitions"][0]), "/recognitions"),
    Case("id.form", lambda sg: service(sg)["identifiers"][0].update(value="sg issuer"), f"{S}/identifiers/0/value"),
    Case("id.form", lambda sg: service(sg)["identifiers"][0].update(kind="issuer_url"), f"{S}/identifiers/0/kind"),
    Case("id.conflict", lambda sg: service(sg)["identifiers"][0].update(value="did:web:th-identity.demo.example")),
    Case("id.conflict", lambda sg: service(sg)["identifiers"][0].update(value="did:web:TH-identity.demo.example")),
    Case(
        "id.conflict", lambda sg: service(sg)["identifiers"][0].update(value="did:web:th-identity.demo.example%3A443")
    ),
    Case("key.unreadable", lambda sg: key(sg)["jwk"].update(x="AAAA"), f"{S}/identifiers/1"),
    Case("key.private", lambda sg: key(sg)["jwk"].update(d="AAAA"), f"{S}/identifiers/1/jwk"),
    Case("key.weak", lambda sg: service(sg)["identifiers"].append(weak_rsa()), f"{S}/identifiers/2"),
    *(
        Case("key.weak", partial(lists, raw({"kty": "OKP", "crv": "Ed25519", "x": x})), f"{S}/identifiers/2")
        for x in (OFF_CURVE, SMALL_ORDER)
    ),
    Case("key.weak", lambda sg: key(sg)["jwk"].update(y=key(sg)["jwk"]["x"]), f"{S}/identifiers/1"),
    Case("key.digest", lambda sg: key(sg).update(thumbprint="A" * 43), f"{S}/identifiers/1"),
    Case("key.reuse", lambda sg: sg["entities"][1]["services"][0]["identifiers"].append(copy.deepcopy(key(sg)))),
    Case("key.compromised", lambda sg: twin(sg, identifiers=[*_struck(sg)]), "/entities/0/services/0/identifiers/1"),
    Case("key.name", lambda sg: service(sg)["identifiers"].extend(_same_kid()), f"{S}/identifiers/3"),
    Case("key.other", lambda sg: service(sg)["identifiers"][0].update(value=_foreign_did_key()), f"{S}/identifiers/0"),
    Case("key.none", lambda sg: service(sg)["identifiers"].pop(), f"{S}/identifiers"),
    Case("key.none", lambda sg: service(sg)["identifiers"].clear(), f"{S}/identifiers"),
    Case("key.window", bad_window, f"{S}/identifiers/2/valid_until"),
    Case("key.longest", lambda vocabulary: vocabulary.update(longest_validity_days=30), S, document="vocabulary"),
    Case("key.possession", lambda _: None, f"{S}/identifiers/1", "live"),
    Case("type.none", lambda sg: service(sg)["credentials"].clear(), f"{S}/credentials"),
    *(
        Case("type.wildcard", partial(grants, t), f"{S}/credentials/0/type")
        for t in ("*", "Person*", "Person.+", "Person(Identity)?", "VerifiableCredential", "A|B", "^Person$")
    ),
    Case("type.unknown", lambda sg: service(sg)["credentials"].append({"type": "T"}), f"{S}/credentials/1/type"),
    Case("type.retired", retire, f"{S}/credentials/0/type", document="vocabulary"),
    Case("format.none", lambda sg: service(sg)["formats"].clear(), f"{S}/formats"),
    Case("algorithm.none", lambda sg: service(sg)["algorithms"].clear(), f"{S}/algorithms"),
    *(Case("algorithm.refused", partial(signs, a), f"{S}/algorithms/1/alg") for a in ("none", "HS256", "RS1")),
    Case("algorithm.end", lambda sg: service(sg)["algorithms"].append({"alg": "PS256"}), f"{S}/algorithms/1"),
    Case("algorithm.key", lambda sg: service(sg)["algorithms"].append({"alg": "ES384"}), f"{S}/algorithms/1"),
    Case("schema.missing", lambda sg: service(sg)["credentials"][0]["schema"].update(target="SG/schemas/no.json")),
    Case("schema.digest", lambda sg: service(sg)["credentials"][0]["schema"].update(sha256="0" * 64)),
    Case("status-list.url", lambda sg: _status(sg, url="http://a.example/1", signer=key(sg)["thumbprint"])),
    Case("status-list.signer", lambda sg: _status(sg, url="https://a.example/1"), f"{S}/status_lists/1"),
    Case("status-list.signer", lambda sg: _status(sg, url="https://a.example/1", signer="did:web:no.example")),
    Case("assurance.version", lambda sg: service(sg)["assurance"][0].pop("framework_version"), f"{S}/assurance/0"),
    Case(
        "assurance.ceiling",
        lambda vocabulary: vocabulary.update(ceilings=[{"state": "SG", "level": "low", "source": "a test"}]),
        f"{S}/assurance/0/level",
        document="vocabulary",
    ),
    Case("assurance.basis", lambda _: None, f"{S}/assurance/0/basis", "pilot"),
    Case("assurance.evidence", lambda sg: service(sg)["assurance"][0].update(basis="audited"), environment="pilot"),
    Case("assurance.framework", lambda sg: service(sg)["assurance"][0].update(framework="another")),
    Case("scope.subjects", lambda sg: service(sg)["scope"].update(subjects=["minor"]), f"{S}/scope/subjects"),
    Case("purpose.unknown", lambda sg: service(sg)["scope"].update(purposes=["testing"]), f"{S}/scope/purposes/0"),
    Case("instrument.unknown", lambda sg: sg["recognitions"][0].update(instrument="treaty"), "/recognitions/0/instr"),
    Case("event.none", lambda sg: service(sg)["status_events"].clear(), f"{S}/status_events"),
    Case("event.final", lambda sg: service(sg)["status_events"].extend(_again())),
    Case(
        "event.back-dated",
        lambda sg: service(sg)["status_events"][0].update(recorded="2026-02-01T00:00:00Z"),
        f"{S}/status_events/0/effective",
        "live",
    ),
    Case("event.order", lambda sg: service(sg)["status_events"].append(_early()), f"{S}/status_events/1", "live"),
    Case("time.form", lambda sg: service(sg).update(recorded="2026-01-01"), f"{S}/recorded"),
    Case("time.window", lambda sg: key(sg).update(valid_until="2025-01-01T00:00:00Z"), f"{S}/identifiers/1"),
    Case("time.overlap", lambda sg: service(sg)["identifiers"].append(copy.deepcopy(key(sg))), f"{S}/identifiers/2"),
    Case("time.overlap", twin, "/entities/0/services/"),
    Case("time.overlap", lambda sg: service(sg)["assurance"].append(service(sg)["assurance"][0]), f"{S}/assurance/1"),
    Case("time.overlap", lambda sg: sg["arrangements"][0]["phases"].append(sg["arrangements"][0]["phases"][0])),
    Case("authority.number", lambda sg: service(sg).update(service_id="TH-0001"), f"{S}/service_id"),
    Case("authority.number", lambda sg: sg["recognitions"][0].update(id="TH-0901"), "/recognitions/0/id"),
    Case("authority.number", lambda sg: sg.update(relying_parties=[party(id="TH-0201")]), "/relying_parties/0/id"),
    Case("authority.party", lambda sg: sg["arrangements"][0].update(parties=["TH", "VN"]), "/arrangements/0/parties"),
    Case(
        "authority.deny", lambda sg: sg["denied"].append(_denial("did:web:th-identity.demo.example")), document="deny"
    ),
    Case("deny.unknown", lambda sg: sg["denied"].append(_denial("did:web:nobody.example")), document="deny"),
    Case("environment", lambda sg: sg.update(environment="sandbox"), "/environment"),
    Case("entity.contact", lambda _: None, "/entities/0", "live"),
    Case("recognition.self", lambda sg: sg["recognitions"][0].update(of="SG"), "/recognitions/0/of"),
    Case("recognition.chain", lambda sg: sg["recognitions"][0].update(of="XX"), "/recognitions/0/of"),
    Case("recognition.basis", lambda _: None, "/recognitions/0", "live"),
    Case("arrangement.unsigned", lambda sg: sg["arrangements"][0].update(min_level="high"), "/arrangements/0"),
    *(
        Case("claims.wildcard", partial(asks, c), "/relying_parties/0/requests/0/claims/0")
        for c in ("*", "name.*", ".")
    ),
]


def _struck(sg: Object) -> list[Object]:
    """The same key given up in the new service and left standing in the first."""
    return [service(sg)["identifiers"][0], {**copy.deepcopy(key(sg)), "compromised_since": "2026-05-01T00:00:00Z"}]


def _same_kid() -> list[Object]:
    made = [signing.generate().public for _ in range(2)]
    return [listed(public, jwk={**public.jwk, "kid": "k"}) for public in made]


def _foreign_did_key() -> str:
    return did_key.encode(signing.generate().public)


def _status(sg: Object, **members: Any) -> None:
    service(sg)["status_lists"].append(members)


def _again() -> list[Object]:
    ended = {"status": "withdrawn", "effective": "2026-05-01T00:00:00Z", "recorded": "2026-05-01T00:00:00Z"}
    granted = {"status": "granted", "effective": "2026-06-01T00:00:00Z", "recorded": "2026-06-01T00:00:00Z"}
    return [{**ended, "reason": "ceased"}, granted]


def _early() -> Object:
    return {"status": "granted", "effective": FROM, "recorded": "2025-12-01T00:00:00Z"}


def _denial(id: str) -> Object:
    return {"id": id, "effective": FROM, "recorded": FROM, "reason": "fraud"}


def changed(tree: Tree, case: Case) -> Tree:
    if case.document == "vocabulary":
        vocabulary = copy.deepcopy(tree.vocabulary)
        case.change(vocabulary)
        return tree._replace(vocabulary=vocabulary)
    source = tree.states["SG"]
    document = copy.deepcopy(source.deny if case.document == "deny" else source.listing)
    case.change(document)
    member = "deny" if case.document == "deny" else "listing"
    return in_environment(tree.with_state("SG", source._replace(**{member: document})), case.environment)


def found(tree: Tree, rule: str) -> list[Finding]:
    return [one for one in lint.lint(tree) if one.rule == rule]


@pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case.rule}" for number, case in enumerate(CASES)])
def test_what_breaks_a_rule_is_found_where_it_stands(tree: Tree, case: Case) -> None:
    broken = changed(tree, case)
    findings = found(broken, case.rule)
    assert findings, [one.rule for one in lint.lint(broken)]
    assert any(one.pointer.startswith(case.pointer) for one in findings), [one.pointer for one in findings]
    for one in findings:
        assert one.file.startswith(("states/", "vocabulary.json"))
        assert one.where
        assert one.remedy.endswith(".")
        assert one.code == RULES[case.rule].code
    if case.environment == "demo" and all(one.level == lint.ERROR for one in lint.lint(broken)):
        with pytest.raises(ChangeRefused) as refused:
            lint.require_clean(broken)
        assert refused.value.code == next(one.code for one in lint.lint(broken) if one.level == lint.ERROR)


def test_every_rule_has_a_case() -> None:
    assert {case.rule for case in CASES} == set(RULES)


def test_a_private_key_is_not_repeated_in_a_finding(tree: Tree) -> None:
    secret = "c2VjcmV0" * 5
    for kind in ("jwk", "jws"):
        broken = changed(tree, Case("", partial(leaks, kind, secret)))
        assert secret not in json.dumps(lint.lint(broken))


def test_one_key_is_recognised_in_every_encoding(tree: Tree, now: datetime) -> None:
    made = signing.generate()
    leaf = admission.from_certificate(certificate(made, now, now + days(9))).identifier
    times_of = {"valid_from": FROM, "recorded": FROM}
    spellings: list[Object] = [
        listed(made.public),
        {**leaf, **times_of, "valid_from": times.show(now.replace(microsecond=0))},
        {"kind": "did", "value": did_key.encode(made.public), **times_of},
        {"kind": "did", "value": did_jwk.encode(made.public_jwk), **times_of},
    ]
    for one in spellings:
        for other in spellings:
            if one is other and "value" in one:
                continue  # the same identifier twice is another rule's
            sg, th = copy.deepcopy(tree.states["SG"].listing), copy.deepcopy(tree.states["TH"].listing)
            sg["entities"][0]["services"][0]["identifiers"].append(one)
            th["entities"][0]["services"][0]["identifiers"].append(other)
            both = tree.with_state("SG", tree.states["SG"]._replace(listing=sg))
            both = both.with_state("TH", tree.states["TH"]._replace(listing=th))
            assert [finding.code for finding in found(both, "key.reuse")] == ["REG_KEY_REUSE"]


def test_a_key_denied_as_compromised_does_not_come_back(tree: Tree) -> None:
    source = tree.states["TH"]
    thumbprint = signing.generate().public
    deny = {**source.deny, "denied": [{**_denial(thumbprint.thumbprint), "reason": "compromise"}]}
    state = source._replace(deny=deny)
    assert not found(tree.with_state("TH", state), "key.compromised")
    sg = copy.deepcopy(tree.states["SG"].listing)
    struck = listed(thumbprint, compromised_since="2026-05-01T00:00:00Z")
    service(sg)["identifiers"].append(struck)
    sg["entities"][0]["services"].append(
        {**copy.deepcopy(service(sg)), "service_id": "SG-0098", "identifiers": [listed(thumbprint)]}
    )
    again = tree.with_state("SG", tree.states["SG"]._replace(listing=sg))
    assert [one.code for one in found(again, "key.compromised")] == ["REG_KEY_COMPROMISED"]


def proven(tree: Tree, made: SigningKey, proof: str) -> Tree:
    sg = copy.deepcopy(tree.states["SG"].listing)
    service(sg)["identifiers"][1] = listed(made.public, possession=proof)
    return in_environment(tree.with_state("SG", tree.states["SG"]._replace(listing=sg)), "live")


def test_a_proof_of_possession_is_checked_again(tree: Tree) -> None:
    made, issuer = signing.generate(), "did:web:sg-identity.demo.example"
    recorded = times.parse(FROM)

    def refused(
        issuer: str = issuer, registry: str = tree.name, at: datetime = recorded, key: SigningKey = made
    ) -> bool:
        broken = proven(tree, made, possession.prove(key, issuer, registry, at))
        return any(one.where == "SG-0001" for one in found(broken, "key.possession"))

    assert not refused()
    assert not refused(at=recorded - days(6))
    assert refused(at=recorded - days(8))
    assert refused(at=recorded + days(1))
    assert refused(issuer="did:web:another.example")
    assert refused(registry="another registry")
    assert refused(key=signing.generate())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://id.example", "https://ID.example"),
        ("https://id.example", "https://id.example:443/"),
        ("https://id.example/a", "https://id.example./a/"),
        ("https://id.example/a%62", "https://id.example/ab"),
        ("https://id.example/A", "https://id.example/a"),
        ("did:web:id.example", "did:web:ID.example"),
        ("did:web:id.example", "did:web:id.example%3A443"),
        ("did:example:A", "did:example:a"),
    ],
)
def test_two_spellings_of_one_identifier(one: str, other: str) -> None:
    assert holders.normal_form(one) == holders.normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://id.example", "https://id.example:8443"),
        ("https://id.example/a", "https://id.example/b"),
        ("https://id.example", "did:web:id.example"),
        ("did:web:id.example", "did:web:id.example:a"),
        ("https://[", "https://]"),
    ],
)
def test_two_identifiers(one: str, other: str) -> None:
    assert holders.normal_form(one) != holders.normal_form(other)


def test_names_in_every_script_are_clean(tree: Tree) -> None:
    names = ["ราชอาณาจักรไทย", "กํ", "မြန်မာ", "ខ្មែរ", "ລາວ", "சிங்கப்பூர்", "新加坡", "Việt Nam", "क्\u200dष", "R&D; A < B"]
    labels = [{"lang": "en", "script": "Latn", "value": name} for name in names]
    assert lint.lint(changed(tree, Case("", lambda sg: sg["entities"][0]["names"].extend(labels)))) == []


def test_what_a_list_may_also_hold(tree: Tree) -> None:
    thumbprint = key(tree.states["SG"].listing)["thumbprint"]

    def full(sg: Object) -> None:
        document = {"uri": "https://sg-identity.demo.example/report.pdf", "sha256": "0" * 64}
        sg["entities"][0].update(
            legal_ids=[{"scheme": "UEN", "value": "T00DEMO00X"}],
            supervisory_body="Demo authority (synthetic)",
            incident_contact="mailto:incident@sg-identity.demo.example",
            provenance={"kind": "imported", "source": "a file", "sha256": "0" * 64, "retrieved": FROM},
        )
        service(sg)["assurance"][0].update(component="proofing", evidence=document)
        service(sg)["credentials"][0]["profile"] = document
        service(sg)["status_lists"] = [{"url": "https://sg-identity.demo.example/s/1", "signer": thumbprint}]
        service(sg)["scope"].update(subjects=["natural", "minor", "guardian", "assisted"])
        service(sg)["status_events"][0]["decision_ref"] = "decision 1"
        service(sg)["x-note"] = {"anything": [1, 2]}
        sg["relying_parties"] = [party()]
        wallet = party(
            id="SG-0301", entity_id="did:web:wallet.demo.example", identifiers=[listed(signing.generate().public)]
        )
        del wallet["requests"]
        named = {"id": "wallet-1", "names": wallet["names"], "formats": ["sd-jwt-vc"], "key_storage": "hardware"}
        sg["wallet_providers"] = [{**wallet, "solutions": [named]}]
        sg["arrangements"][0].update(conditions=sg["arrangements"][0]["conditions"])

    assert lint.lint(changed(tree, Case("", full))) == []


def test_provenance_of_what_was_imported_is_whole(tree: Tree) -> None:
    broken = changed(tree, Case("", lambda sg: sg["entities"][0].update(provenance={"kind": "imported"})))
    assert {one.rule for one in lint.lint(broken)} >= {"shape.missing"}


def test_duplicate_members_never_reach_the_rules() -> None:
    with pytest.raises(Fault) as refused:
        strict_json.load_object(b'{"a": 1, "a": 2}')
    assert refused.value.code == "JSON_DUPLICATE_MEMBER"
