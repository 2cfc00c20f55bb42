"""Receipts of every format: each holds with everything at hand, tells nothing of its holder, and can be asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from defa_id import receipt
from defa_id.codec import canonical
from defa_id.policy import Expected
from defa_id.receipt.again import OTHERWISE, STANDS
from defa_id.verdict import Decision
from defa_id.verifier import Verifier
from tests.formats.test_data_integrity import world_of
from tests.receipt.made import OPENING, Filed, file, policy, world
from tests.support import mdocs
from tests.support.integrity import SUITES, document, key_for, secured, text
from tests.support.mdocs import GOLDEN
from tests.support.world import GRANT, NOW, PRESENTED, Signer, World, key_binding, simple_sd_jwt, vp_jwt

FRAUD = {"status": "withdrawn", "reason": "fraud", "effective": "2026-11-20T00:00:00Z", "recorded": GRANT}


class Case(NamedTuple):
    """A registry, what is presented, and what is expected of it."""

    world: World
    data: bytes
    expected: Expected = Expected()


def _integrity(*suites: str) -> Case:
    signers = [key_for(suite, f"key-{number}") for number, suite in enumerate(suites)]
    made = document()
    for signer, suite in zip(signers, suites, strict=True):
        made = secured(signer, suite, made)
    return Case(world_of(*signers), text(made).encode())


def _presented() -> Case:
    made, signer = world()
    holder = Signer.make()
    return Case(made, key_binding(holder, simple_sd_jwt(signer, {"name": "canary-x"}, holder)).encode(), PRESENTED)


def _envelope() -> Case:
    made, signer = world()
    holder = Signer.make()
    tokens = tuple(simple_sd_jwt(signer, {"name": f"canary-{n}"}, holder) for n in range(2))
    return Case(made, vp_jwt(holder, tokens).encode(), PRESENTED)


CASES: dict[str, Callable[[], Case]] = {
    "an mdoc as its issuer made it": lambda: Case(mdocs.world(), GOLDEN.bare()),
    "an mdoc's answer": lambda: Case(mdocs.world(), GOLDEN.answer(), mdocs.EXPECTED),
    "two mdocs in one answer": lambda: Case(mdocs.world(), GOLDEN.answer(GOLDEN), mdocs.EXPECTED),
    "an SD-JWT with its holder's proof": _presented,
    "two credentials in an envelope": _envelope,
    **{f"Data Integrity, {suite}": (lambda suite=suite: _integrity(suite)) for suite in SUITES},  # type: ignore[misc]
    "two proofs of Data Integrity": lambda: _integrity("eddsa-jcs-2022", "ecdsa-rdfc-2019"),
}
EACH = pytest.mark.parametrize("name", CASES)


def filed_of(case: Case) -> Filed:
    filed = file(case.world.registry(), case.data, expected=case.expected)
    assert filed.verdict, filed.verdict.to_json(1)
    return filed


@EACH
def test_with_everything_at_hand_it_holds(name: str) -> None:
    case = CASES[name]()
    filed = filed_of(case)
    at_hand = {"registry": filed.registry, "policy": filed.policy, "data": case.data, "opening": OPENING}
    found = filed.check(**at_hand, expected=case.expected)
    assert found.decision is Decision.ACCEPTED, found.to_dict()
    assert receipt.recheck(filed.receipt, filed.registry).standing == STANDS


@EACH
def test_it_tells_nothing_of_its_holder(name: str) -> None:
    told = canonical.encode(filed_of(CASES[name]()).receipt.document).decode()
    assert "canary" not in told
    assert "918273645" not in told


@EACH
def test_asked_again_after_a_fraud_it_agrees_with_verifying_again(name: str) -> None:
    case = CASES[name]()
    filed = filed_of(case)
    after = case.world.copy()
    after.version = 2
    after.sg["status_events"].append(FRAUD)
    registry = after.registry()
    again = Verifier(registry, policy()).verify(case.data, at=NOW, expected=case.expected)
    found = receipt.recheck(filed.receipt, registry, at=NOW)
    assert (found.standing, found.now) == (OTHERWISE, again.decision)
    lines = {(line.id, line.item): (str(line.outcome), line.code) for line in again.checks}
    assert all(lines[change.id, change.item] == change.now for change in found.changes)
    assert "SCOPE_ISSUER_ENDED" in {change.now[1] for change in found.changes}


def test_of_two_proofs_either_key_is_asked_about() -> None:
    case = CASES["two proofs of Data Integrity"]()
    filed = filed_of(case)
    keys = filed.receipt.document["credentials"][0]["keys"]
    assert len(keys) == 2
    for number in (1, 2):
        after = case.world.copy()
        after.version = 2
        after.sg["identifiers"][number]["compromised_since"] = GRANT
        found = receipt.recheck(filed.receipt, after.registry(), at=NOW)
        assert (found.standing, found.now) == (OTHERWISE, Decision.REJECTED)
