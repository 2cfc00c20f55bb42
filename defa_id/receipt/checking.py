"""Whether a receipt holds: its form, its signature, that it adds up, and that asking again gives the same.

Three-valued like a verdict, by the same ledger and the same fold: what is not at hand is not known, and
not known is not checked.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from defa_id import catalogue
from defa_id.catalogue import CATALOGUE, Catalogue
from defa_id.codec import times
from defa_id.errors import Fault, Unknowable
from defa_id.keys import PublicKey
from defa_id.policy import ENVIRONMENTS, Expected, Policy
from defa_id.receipt import again, signed
from defa_id.receipt.questions import QUESTIONS
from defa_id.receipt.record import commitment, input_digest, kept
from defa_id.receipt.signed import Receipt
from defa_id.sources import NoSource, Source
from defa_id.trust.assurance import Vector
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple
from defa_id.verdict import Check, Decision, Found, Ledger, Outcome, Verdict, fold
from defa_id.verifier import Verifier
from defa_id.version import __version__
from defa_id.workers import EQUIPPED

Line = tuple[str, int]
_WALL_CLOCK: Final = "registry.current"  # answered by the clock of then, and by that very snapshot
_OPEN: Final = (Outcome.UNKNOWN, Outcome.SKIPPED)


class AtHand(NamedTuple):
    """What somebody who checks has beside the receipt. `registry` is to be opened with the receipt's
    `made` as the wall clock; `data` is what was presented then, `expected` and `source` what was
    expected and supplied."""

    registry: Registry | None = None
    policy: Policy | None = None
    data: bytes | None = None
    opening: bytes | None = None
    expected: Expected = Expected()
    source: Source = NoSource()


class Checked(NamedTuple):
    """The answer: lines, and what they add up to. `receipt` is None if there is none to speak of."""

    checks: tuple[Check, ...]
    receipt: Receipt | None
    catalogue: Catalogue = QUESTIONS

    @property
    def decision(self) -> Decision:
        """`accepted`: everything that was asked of the receipt holds."""
        return fold(self.checks, {line.id for line in self.checks})

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: the decision on the receipt, its lines, and what the receipt says."""
        return {
            "decision": str(self.decision),
            "checks": [
                {
                    "id": line.id,
                    "outcome": str(line.outcome),
                    "code": line.code,
                    "why": line.why,
                    "clause": self.catalogue.checks[line.id].clause,
                    "evidence": dict(line.evidence),
                }
                for line in self.checks
            ],
            "receipt": {"sha256": self.receipt.id, "key": self.receipt.kid, **self.receipt.document}
            if self.receipt
            else None,
        }


def check(data: bytes, trusted: Collection[PublicKey], at_hand: AtHand = AtHand()) -> Checked:
    """Whether the receipt in `data` holds under one of the keys trusted, as far as what is at hand tells.

    Raises `RegistryRejected` if a state's list needed here is not signed as it must be.
    """
    ledger = Ledger(QUESTIONS)
    receipt = ledger.run("receipt.form", lambda: _read(data))
    needs = ["receipt.form"]
    ledger.run("receipt.signature", lambda: _signed(_some(receipt), trusted), needs=needs)
    ledger.run("receipt.consistent", lambda: consistent(_some(receipt)), needs=needs)
    registry, presented = at_hand.registry, at_hand.data
    if registry is not None:
        ledger.run("receipt.registry", lambda: _same_registry(_some(receipt), registry), needs=needs)
        ledger.run("receipt.issuer", lambda: _issuer(_some(receipt), registry), needs=["receipt.registry"])
    if presented is not None:
        ledger.run("receipt.input", lambda: _input(_some(receipt), presented, at_hand.opening), needs=needs)
    if registry is not None and presented is not None:
        asked = [*needs, "receipt.registry", "receipt.input"]
        ledger.run("receipt.judged", lambda: _judged(_some(receipt), registry, presented, at_hand), needs=asked)
    return Checked(ledger.lines, receipt)


def was_judged(receipt: Receipt, data: bytes, opening: bytes) -> bool:
    """Whether these are the bytes the receipt is about."""
    return _same(receipt.document["input"], commitment(opening, "input", input_digest(data)))


def consistent(receipt: Receipt) -> Found[None]:
    """receipt.consistent: nothing in it that could not have come out of the corridor together.

    Raises `Fault` RECEIPT_CONTRADICTION.
    """
    document, lines = receipt.document, receipt.checks
    places = {(line.id, line.item) for line in lines}
    if len(places) != len(lines):
        raise Fault("RECEIPT_CONTRADICTION", "a line stands twice")
    decision = fold(lines, document["required"])
    if decision is not receipt.decision:
        why = f"its checks add up to {decision}, and it says {receipt.decision}"
        raise Fault("RECEIPT_CONTRADICTION", why)
    if any(kept(line) != line.evidence for line in lines):
        raise Fault("RECEIPT_CONTRADICTION", "a line holds evidence that belongs to another check")
    for credential in document["credentials"]:
        _require_possible(credential, document["registry"]["environment"], places)
    _require_asked(receipt, lines)
    return Found(None, f"{decision}, from {len(lines)} lines", {"lines": len(lines)})


def _require_possible(credential: Any, environment: str, places: Collection[Line]) -> None:
    recognition = credential["recognition"]
    if ("issuer.listed", credential["item"]) not in places:
        raise Fault("RECEIPT_CONTRADICTION", "a credential has no lines")
    if len({not member for member in (credential["keys"], credential["issuer"], recognition)}) != 1:
        raise Fault("RECEIPT_CONTRADICTION", "a credential is proven only in part")
    if recognition is None:
        return
    level = recognition["level"]
    if Vector(**level["vector"]).label() != level["label"]:
        raise Fault("RECEIPT_CONTRADICTION", "a level's label is not that of its vector")
    named = recognition["environment"]
    if named in ENVIRONMENTS and ENVIRONMENTS.index(named) > ENVIRONMENTS.index(environment):
        raise Fault("RECEIPT_CONTRADICTION", f"it is {named} by a registry that is {environment}")


def _require_asked(receipt: Receipt, lines: Collection[Check]) -> None:
    """That it asked what this library asks of every credential; another version may ask otherwise."""
    if receipt.document["library"] != f"defa-id {__version__}":
        return
    listed = receipt.document["question"]["relying_state"] is not None
    waived = {line.id for line in lines if line.code == "POLICY_WAIVED"}
    always = CATALOGUE.required([catalogue.LISTED if listed else catalogue.UNLISTED])
    if missing := sorted(always - waived - set(receipt.document["required"])):
        raise Fault("RECEIPT_CONTRADICTION", f"it did not ask for {missing[0]}", checks=missing)


def _read(data: bytes) -> Found[Receipt]:
    receipt = signed.read(data)
    return Found(receipt, f"made {receipt.document['made']}", {"sha256": receipt.id})


def _signed(receipt: Receipt, trusted: Collection[PublicKey]) -> Found[None]:
    key = signed.verify(receipt, trusted)
    alg = receipt.token.header.alg
    return Found(None, f"{alg} by {key.thumbprint[:12]}…", {"alg": alg, "thumbprint": key.thumbprint})


def _same_registry(receipt: Receipt, registry: Registry) -> Found[None]:
    """receipt.registry: that very snapshot, or a later one of the same registry."""
    recorded = receipt.document["registry"]
    evidence = {"version": registry.version, "recorded": recorded["version"]}
    if registry.name != recorded["name"]:
        raise Unknowable("RECEIPT_REGISTRY_OTHER", "it is of another name", **evidence)
    if registry.version < recorded["version"]:
        why = f"version {registry.version} is at hand, {recorded['version']} is recorded"
        raise Unknowable("RECEIPT_REGISTRY_OTHER", why, **evidence)
    if registry.sha256 == recorded["sha256"]:
        return Found(None, f"version {registry.version}, the very one", evidence)
    if registry.version == recorded["version"]:
        raise Fault("RECEIPT_REGISTRY_FORKED", **evidence)
    return Found(None, f"version {registry.version}, a later one; asked as known then", evidence)


def _issuer(receipt: Receipt, registry: Registry) -> Found[None]:
    """receipt.issuer: what the registry says of the issuer, by the receipt alone."""
    found = again.recheck(receipt, registry, known_at=_known_then(receipt, registry))
    if found.standing == again.OPEN:
        raise Unknowable("RECEIPT_UNREPEATABLE", found.why)
    if found.changes:
        lines = [change.id for change in found.changes]
        raise Fault("RECEIPT_OTHERWISE", f"{lines[0]} is answered otherwise", checks=lines)
    return Found(None, found.why or f"{len(found.asked)} answers come out the same", {"asked": list(found.asked)})


def _known_then(receipt: Receipt, registry: Registry) -> datetime | None:
    """With which knowledge to ask: as recorded; of a later snapshot at most what was on record when it was made."""
    known_at = receipt.moment("known_at")
    if known_at is not None or registry.sha256 == receipt.document["registry"]["sha256"]:
        return known_at
    return receipt.moment("made")


def _input(receipt: Receipt, data: bytes, opening: bytes | None) -> Found[None]:
    """receipt.input: whether this is what was judged."""
    if opening is None:
        raise Unknowable("RECEIPT_OPENING")
    if was_judged(receipt, data, opening):
        return Found(None, "it is what was judged", {})
    digests = [str(credential["digest"]) for credential in _held(data)]
    made = [commitment(opening, "credential", digest) for digest in digests]
    if any(_same(credential["commitment"], one) for credential in receipt.document["credentials"] for one in made):
        raise Unknowable("RECEIPT_INPUT_PART")
    raise Fault("RECEIPT_INPUT_OTHER")


def _held(data: bytes) -> list[dict[str, Any]]:
    """The credentials in an input, unjudged."""
    from defa_id.inspection import inspect

    found = inspect(data)
    return [{**one.content} for one in (found, *found.presented) if "digest" in one.content]


def _judged(receipt: Receipt, registry: Registry, data: bytes, at_hand: AtHand) -> Found[None]:
    """receipt.judged: the whole corridor once more, as of then, and line by line the same."""
    document = receipt.document
    policy = _policy(receipt, at_hand.policy)
    at = times.parse(document["at"])
    known_at = _known_then(receipt, registry)
    verifier = Verifier(registry, policy, EQUIPPED)
    verdict = verifier.verify(data, at=at, known_at=known_at, expected=at_hand.expected, source=at_hand.source)
    differing = _differing(receipt, verdict, same=registry.sha256 == document["registry"]["sha256"])
    if not differing:
        return Found(None, f"{verdict.decision} again, line by line", {"lines": len(verdict.checks)})
    ids = sorted({id for id, _ in differing})
    documents = {str(one["sha256"]) for one in verdict.documents}
    if documents != set(document["documents"]) or all(_unanswered(verdict, place) for place in differing):
        raise Unknowable("RECEIPT_UNREPEATABLE", f"{ids[0]} could not be asked as it was then", checks=ids)
    raise Fault("RECEIPT_OTHERWISE", f"{ids[0]} comes out otherwise", checks=ids)


def _policy(receipt: Receipt, given: Policy | None) -> Policy:
    asked, recorded = receipt.document["question"], receipt.document["policy"]
    if given is None or given.sha256 != recorded["sha256"]:
        raise Unknowable("RECEIPT_POLICY", f"it was {recorded['id']}, sha256 {recorded['sha256'][:12]}…")
    return given.asking(for_state=asked["relying_state"], purpose=asked["purpose"], min_level=asked["min_level"])


def _differing(receipt: Receipt, verdict: Verdict, *, same: bool) -> set[Line]:
    """The lines that are not the same in outcome, reason and evidence kept."""
    then = {(line.id, line.item): (line.outcome, line.code, line.evidence) for line in receipt.checks}
    now = {(line.id, line.item): (line.outcome, line.code, kept(line)) for line in verdict.checks}
    left = set() if same else {place for place in (*then, *now) if place[0] == _WALL_CLOCK}
    return {place for place in {*then, *now} - left if then.get(place) != now.get(place)}


def _unanswered(verdict: Verdict, place: Line) -> bool:
    return any((line.id, line.item) == place and line.outcome in _OPEN for line in verdict.checks)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one, other)


def _some(receipt: Receipt | None) -> Receipt:
    """The receipt that was read; the ledger asks nothing of one that was not."""
    if receipt is None:
        raise LookupError("there is no receipt to ask")
    return receipt
