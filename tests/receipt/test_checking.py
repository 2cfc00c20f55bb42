"""Each question put to a receipt, with a case in which it holds and the cases in which it does not."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from defa_id import receipt
from defa_id.policy import Policy
from defa_id.receipt.again import OTHERWISE
from defa_id.receipt.questions import QUESTIONS
from defa_id.sources import Document, RecordedSource
from defa_id.trust.registry import Registry
from defa_id.verdict import Decision
from defa_id.verifier import Verifier
from tests.receipt.made import OPENING, POLICY, Filed, accepted, bank, codes, file, policy, world
from tests.support.world import (
    NOW,
    PRESENTED,
    Json,
    Signer,
    World,
    key_binding,
    simple_sd_jwt,
    vc,
    vc_jwt,
)

LATER = "2026-11-20T00:00:00Z"


def at_hand(filed: Filed, **changes: Any) -> dict[str, Any]:
    everything = {"registry": filed.registry, "policy": filed.policy, "data": filed.data, "opening": OPENING}
    return {**everything, **changes}


def test_everything_at_hand_and_everything_the_same() -> None:
    found = accepted().check(**at_hand(accepted()))
    assert found.decision is Decision.ACCEPTED
    assert [line.id for line in found.checks] == list(QUESTIONS.checks)
    assert accepted().check().decision is Decision.ACCEPTED
    assert [line.id for line in accepted().check(registry=accepted().registry).checks][3:] == [
        "receipt.registry",
        "receipt.issuer",
    ]


def test_the_json_form_holds_the_lines_and_what_the_receipt_says() -> None:
    document = accepted().check().to_dict()
    assert document["decision"] == "accepted"
    assert [set(line) for line in document["checks"]] == [{"id", "outcome", "code", "why", "clause", "evidence"}] * 3
    assert document["receipt"]["question"] == accepted().receipt.document["question"]
    assert receipt.check(b"", []).to_dict()["receipt"] is None


def test_a_refusal_is_filed_and_holds_as_well() -> None:
    made, signer = world()
    for token in (vc_jwt(Signer.make(kid="key-1")), vc_jwt(signer, vc(exp=1)), "nothing", ""):
        filed = file(made.registry(), token)
        assert filed.verdict.decision is Decision.REJECTED
        assert filed.check(**at_hand(filed)).decision is Decision.ACCEPTED


# -- receipt.consistent: signed genuinely, and not true -----------------------------------------------


def _line(document: Json, id: str) -> Json:
    return next(line for line in document["checks"] if line["id"] == id)


def _first(document: Json) -> Json:
    found: Json = document["credentials"][0]
    return found


LIES: dict[str, Callable[[Json], Any]] = {
    "another decision": lambda d: d.update(decision="rejected"),
    "a failed line under an acceptance": lambda d: _line(d, "time.window").update(outcome="failed"),
    "a line left out": lambda d: d["checks"].remove(_line(d, "proof.signature")),
    "nothing was required": lambda d: d.update(required=[]),
    "less was required": lambda d: d["required"].remove("recognition.in_force"),
    "less was required and less was asked": lambda d: (
        d["required"].remove("recognition.in_force"),
        d["checks"].remove(_line(d, "recognition.in_force")),
    ),
    "a line twice": lambda d: d["checks"].append(_line(d, "time.window")),
    "evidence of another line": lambda d: _line(d, "time.window").update(evidence={"state": "SG"}),
    "a level above its vector": lambda d: _first(d)["recognition"]["level"].update(label="high"),
    "live by a demo registry": lambda d: _first(d)["recognition"].update(environment="live"),
    "a credential without lines": lambda d: _first(d).update(item=7),
    "a key without an issuer": lambda d: _first(d).update(issuer=None),
}


@pytest.mark.parametrize("name", LIES)
def test_what_does_not_add_up(name: str) -> None:
    found = accepted().bent(LIES[name]).check()
    assert codes(found) == {"receipt.consistent": "RECEIPT_CONTRADICTION"}
    assert found.decision is Decision.REJECTED


def test_another_version_of_the_library_may_have_asked_otherwise() -> None:
    def older(document: Json) -> None:
        LIES["less was required"](document)
        document["library"] = "defa-id 0.0.1"

    assert accepted().bent(older).check().decision is Decision.ACCEPTED


def test_a_waived_check_need_not_have_been_required() -> None:
    made, signer = world()
    waiving = {**POLICY, "waive": {"time.window": "for the sake of this test"}}
    filed = file(made.registry(), vc_jwt(signer, vc(exp=1, nbf=None)), policy(waiving))
    assert filed.verdict
    assert filed.check(**at_hand(filed)).decision is Decision.ACCEPTED


# -- receipt.registry -----------------------------------------------------------------------------------


def next_version(change: Callable[[World], Any] = lambda _: None, version: int = 2) -> World:
    made = world()[0].copy()
    made.version = version
    change(made)
    return made


def test_a_later_version_is_asked_as_known_then() -> None:
    def fraud(made: World) -> None:
        event = {"status": "withdrawn", "reason": "fraud", "effective": LATER, "recorded": "2026-11-25T00:00:00Z"}
        made.sg["status_events"].append(event)

    later = next_version(fraud).registry()
    assert accepted().check(**at_hand(accepted(), registry=later)).decision is Decision.ACCEPTED
    assert receipt.recheck(accepted().receipt, later).standing == OTHERWISE


def test_a_registry_that_cannot_tell() -> None:
    other = next_version()
    other.name = "another"
    for registry in (other.registry(),):
        assert codes(accepted().check(registry=registry))["receipt.registry"] == "RECEIPT_REGISTRY_OTHER"
    filed = file(next_version(version=3).registry(), accepted().data)
    found = filed.check(registry=next_version().registry())
    assert codes(found) == {"receipt.registry": "RECEIPT_REGISTRY_OTHER", "receipt.issuer": "CHECK_NEEDS"}
    assert found.decision is Decision.INDETERMINATE


def test_a_registry_nobody_published() -> None:
    forked = next_version(lambda made: made.sg["formats"].append("mdoc"), version=1).registry()
    found = accepted().check(registry=forked)
    assert codes(found)["receipt.registry"] == "RECEIPT_REGISTRY_FORKED"
    assert found.decision is Decision.REJECTED


# -- receipt.issuer -------------------------------------------------------------------------------------


def test_a_receipt_that_says_otherwise_than_the_registry() -> None:
    made, signer = world()
    suspended = made.copy()
    event = {"status": "suspended", "reason": "supervision", "effective": "2026-05-01T00:00:00Z", "recorded": LATER}
    suspended.sg["status_events"].append(event)
    filed = file(suspended.registry(), vc_jwt(signer))
    assert filed.verdict.decision is Decision.REJECTED

    def whitewash(document: Json) -> None:
        for line in document["checks"]:
            line.update(outcome="passed", code=None)
        document["decision"] = "accepted"

    lying = filed.bent(whitewash)
    assert lying.check().decision is Decision.ACCEPTED
    found = lying.check(registry=filed.registry)
    assert codes(found) == {"receipt.issuer": "RECEIPT_OTHERWISE"}
    assert found.checks[-1].evidence["checks"] == ["issuer.granted"]


# -- receipt.input --------------------------------------------------------------------------------------


def test_what_was_judged_and_what_was_not() -> None:
    filed = accepted()
    assert codes(filed.check(data=filed.data)) == {"receipt.input": "RECEIPT_OPENING"}
    assert filed.check(data=filed.data, opening=OPENING).decision is Decision.ACCEPTED
    assert codes(filed.check(data=filed.data, opening=bytes(32))) == {"receipt.input": "RECEIPT_INPUT_OTHER"}
    for other in (vc_jwt(world()[1]).encode(), b"", b"nothing"):
        found = filed.check(data=other, opening=OPENING)
        assert codes(found)["receipt.input"] in ("RECEIPT_INPUT_OTHER", "RECEIPT_INPUT_PART")
        assert found.decision is not Decision.ACCEPTED


def test_the_same_credential_in_another_presentation() -> None:
    made, signer = world()
    holder = Signer.make()
    shown = simple_sd_jwt(signer, {"name": "Contoh"}, holder)
    filed = file(made.registry(), key_binding(holder, shown), expected=PRESENTED)
    assert filed.verdict
    found = filed.check(data=shown.encode(), opening=OPENING)
    assert codes(found) == {"receipt.input": "RECEIPT_INPUT_PART"}
    assert found.decision is Decision.INDETERMINATE
    whole = filed.check(**at_hand(filed, expected=PRESENTED))
    assert whole.decision is Decision.ACCEPTED


# -- receipt.judged -------------------------------------------------------------------------------------


def test_a_lie_that_adds_up_is_found_by_judging_again() -> None:
    made, signer = world()
    filed = file(made.registry(), vc_jwt(signer, vc(exp=1)))

    def forgive(document: Json) -> None:
        _line(document, "time.window").update(outcome="passed", code=None)
        document["decision"] = "accepted"

    lying = filed.bent(forgive)
    assert lying.check(registry=filed.registry).decision is Decision.ACCEPTED
    found = lying.check(**at_hand(filed))
    assert codes(found) == {"receipt.judged": "RECEIPT_OTHERWISE"}
    assert found.checks[-1].evidence["checks"] == ["time.window"]


def test_without_the_policy_it_is_not_judged_again() -> None:
    other = Policy.from_document({**POLICY, "require_expiry": True}).asking(for_state="TH")
    for rules in (None, other):
        found = accepted().check(**at_hand(accepted(), policy=rules))
        assert codes(found) == {"receipt.judged": "RECEIPT_POLICY"}
        assert found.decision is Decision.INDETERMINATE


def test_without_the_nonce_a_presentation_is_not_judged_again() -> None:
    made, signer = world()
    holder = Signer.make()
    filed = file(made.registry(), key_binding(holder, simple_sd_jwt(signer, {}, holder)), expected=PRESENTED)
    found = filed.check(**at_hand(filed))
    assert codes(found)["receipt.judged"] in ("RECEIPT_UNREPEATABLE", "RECEIPT_OTHERWISE")


def test_without_the_documents_it_rested_on_it_is_not_judged_again() -> None:
    made = world()[0].copy()
    signer = world()[1]
    data = json.dumps({"type": "object"}).encode()
    uri = "https://schemas.example/person.json"
    reference = {"uri": uri, "sha256": hashlib.sha256(data).hexdigest()}
    made.sg["credentials"] = [{**entry, "schema": reference} for entry in made.sg["credentials"]]
    source = RecordedSource({uri: Document(data, LATER)})
    registry = made.registry()
    token = vc_jwt(signer).encode()
    verdict = Verifier(registry, policy()).verify(token, at=NOW, source=source)
    assert verdict
    document = receipt.record(verdict, token, opening=OPENING, made=NOW)
    filed = Filed(verdict, token, registry, policy(), receipt.sign(document, bank()).encode())
    assert filed.check(**at_hand(filed, source=source)).decision is Decision.ACCEPTED
    found = filed.check(**at_hand(filed))
    assert codes(found) == {"receipt.judged": "RECEIPT_UNREPEATABLE"}


def test_freshness_is_that_of_then() -> None:
    made, signer = world()
    soon = made.copy()
    soon.expires = "2026-11-25T00:00:00Z"
    published = soon.files()

    def opened(now: datetime) -> Registry:
        return Registry.open(lambda name, _: published.get(name), published["root.json"], now=now)

    filed = file(opened(NOW), vc_jwt(signer))
    assert filed.receipt.document["registry"]["freshness"] == "fresh"
    aged = opened(NOW + timedelta(days=3))
    assert codes(filed.check(**at_hand(filed, registry=aged))) == {"receipt.judged": "RECEIPT_OTHERWISE"}
    made_then = filed.receipt.moment("made")
    assert made_then is not None
    assert filed.check(**at_hand(filed, registry=opened(made_then))).decision is Decision.ACCEPTED


def test_the_codes_of_receipts_are_those_this_room_gives() -> None:
    given = {
        node.args[0].value
        for path in Path(receipt.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
        if isinstance(node.func, ast.Name) and node.func.id in ("Fault", "Unknowable")
    }
    own = {code for code in QUESTIONS.reasons if code.startswith("RECEIPT_")}
    assert own == {code for code in given if str(code).startswith("RECEIPT_")}
