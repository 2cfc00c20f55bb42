"""Receipts to turn over: a verdict of the small world filed under the relying party's key."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from defa_id import receipt
from defa_id.codec import canonical
from defa_id.issue import signing
from defa_id.issue.signing import SigningKey
from defa_id.policy import Expected, Policy
from defa_id.receipt import AtHand, Checked, Receipt
from defa_id.trust.registry import Registry
from defa_id.verdict import Verdict
from defa_id.verifier import Verifier
from tests.support.world import NOW, Json, Signer, World, dumps, vc_jwt

OPENING = bytes(range(32))
POLICY: Json = {"id": "test"}


@cache
def bank() -> SigningKey:
    """The relying party's key."""
    return signing.from_native(ec.generate_private_key(ec.SECP256R1()))


@cache
def other_bank() -> SigningKey:
    return signing.from_native(ed25519.Ed25519PrivateKey.generate())


def policy(document: Json = POLICY, **asked: Any) -> Policy:
    return Policy.from_document(document).asking(**{"for_state": "TH", **asked})


class Filed(NamedTuple):
    """A decision, what it was about, and its receipt."""

    verdict: Verdict
    data: bytes
    registry: Registry
    policy: Policy
    token: bytes

    @property
    def receipt(self) -> Receipt:
        return receipt.read(self.token)

    def check(self, **at_hand: Any) -> Checked:
        return receipt.check(self.token, [bank().public], AtHand(**at_hand))

    def bent(self, change: Callable[[Json], None]) -> Filed:
        """The receipt with its content changed, signed again with the genuine key."""
        document = copy.deepcopy(self.receipt.document)
        change(document)
        return self._replace(token=signed(canonical.encode(document)))


def signed(payload: bytes, key: SigningKey | None = None, **header: Any) -> bytes:
    """Any payload under the header of a receipt, genuinely signed; a header member of None is left out."""
    key = key or bank()
    head = {"alg": key.algorithm, "kid": key.public.thumbprint, "typ": "defa-id-receipt+jws", **header}
    signer = Signer(key.native, str(head["alg"]))
    return signer.token(dumps({name: value for name, value in head.items() if value is not None}), payload).encode()


def file(
    registry: Registry,
    data: str | bytes,
    rules: Policy | None = None,
    *,
    at: datetime = NOW,
    known_at: datetime | None = None,
    expected: Expected = Expected(),
    made: datetime = NOW,
) -> Filed:
    """Judge and file."""
    raw = data.encode() if isinstance(data, str) else data
    rules = rules or policy()
    verdict = Verifier(registry, rules).verify(raw, at=at, known_at=known_at, expected=expected)
    document = receipt.record(verdict, raw, opening=OPENING, made=made)
    return Filed(verdict, raw, registry, rules, receipt.sign(document, bank()).encode())


@cache
def world() -> tuple[World, Signer]:
    return World.make()


@cache
def accepted() -> Filed:
    """TH accepts a VC-JWT of SG."""
    made, signer = world()
    filed = file(made.registry(), vc_jwt(signer))
    assert filed.verdict
    return filed


def codes(found: Checked) -> dict[str, str | None]:
    """The codes of the lines that did not pass."""
    return {line.id: line.code for line in found.checks if line.outcome != "passed"}
