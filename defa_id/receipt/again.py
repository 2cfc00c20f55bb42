"""A filed decision asked again: what a registry says now of the issuer, its key, the recognition and the level.

The corridor's own answers are asked, with what the receipt holds in place of the credential. What only
the credential itself could answer (its dates, its status, its content, its holder) stands as recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, product
from typing import Any, Final, NoReturn, TypeVar

from defa_id.answers import authority, listing, reliance
from defa_id.answers.listing import Signer, Signers
from defa_id.codec import times
from defa_id.credential import Credential, Holder, KeyHint, Proof, Window
from defa_id.errors import Fault, Unknowable
from defa_id.keys import PublicKey
from defa_id.policy import Policy
from defa_id.receipt.signed import Receipt
from defa_id.trust import assurance
from defa_id.trust.assurance import Shown
from defa_id.trust.records import ListedCertificate, ListedKey, Service, known
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple
from defa_id.verdict import Check, Decision, Found, Ledger, fold

T = TypeVar("T")
Object = dict[str, Any]

STANDS: Final = "stands"
OTHERWISE: Final = "otherwise"
OPEN: Final = "open"

_NOTHING_ASKED: Final = "it asked nothing of a registry"
_OTHER_REGISTRY: Final = "it rests on another registry"
_LATER_VERSION: Final = "it rests on a later version of the registry"
_NOTHING_PROVEN: Final = "nothing was proven in it that could be asked again"
_LESS_AGAINST: Final = "less speaks against it now: judge the credential again"
_HOUR: Final = "it depends on the hour of issuance, which a receipt does not hold"
WHYS: Final = frozenset({_NOTHING_ASKED, _OTHER_REGISTRY, _LATER_VERSION, _NOTHING_PROVEN, _LESS_AGAINST, _HOUR})

_GRAVITY: Final = (Decision.ACCEPTED, Decision.INDETERMINATE, Decision.REJECTED)
_SOUGHT_IN_CLAIMS: Final = frozenset({"SCOPE_STATE"})  # what a receipt cannot answer again
_DAY: Final = timedelta(days=1)
_TICK: Final = timedelta(microseconds=1)


class Change(NamedTuple):
    """A line that is answered otherwise: outcome and reason code, as filed and now."""

    id: str
    item: int
    before: tuple[str, str | None]
    now: tuple[str, str | None]


class Rechecked(NamedTuple):
    """What became of a filed decision. `standing`: `stands`, `otherwise`, or `open` (it cannot be told
    from the receipt alone; `why` says why). A refusal in which nothing was proven stands: nobody relied
    on it, and there is nothing to ask about. `now`: the decision now, where it is but one; `asked`: the
    checks that were asked again."""

    standing: str
    filed: Decision
    now: Decision | None
    why: str
    changes: tuple[Change, ...] = ()
    asked: tuple[str, ...] = ()


def recheck(
    receipt: Receipt, registry: Registry, *, at: datetime | None = None, known_at: datetime | None = None
) -> Rechecked:
    """The decision as of `at` (None: as of its own moment), with what was on record at `known_at`.

    Raises `RegistryRejected` if a state's list needed here is not signed as it must be.
    """
    filed, recorded = receipt.decision, receipt.document["registry"]
    if receipt.document["question"]["relying_state"] is None:
        return Rechecked(STANDS, filed, filed, _NOTHING_ASKED)
    if registry.name != recorded["name"]:
        return Rechecked(OPEN, filed, None, _OTHER_REGISTRY)
    if registry.version < recorded["version"]:
        return Rechecked(OPEN, filed, None, _LATER_VERSION)
    moment = at or times.parse(receipt.document["at"])
    proven = [credential for credential in receipt.document["credentials"] if credential["keys"]]
    if not proven:
        return Rechecked(STANDS, filed, filed, _NOTHING_PROVEN)
    answered = [_answers(receipt, credential, registry, moment, known_at) for credential in proven]
    return _summed(receipt, answered)


def _summed(receipt: Receipt, answered: list[list[tuple[Check, ...]]]) -> Rechecked:
    """What the lines add up to, for every way the day of issuance leaves open."""
    filed, required = receipt.decision, receipt.document["required"]
    found: dict[Decision, None] = {}
    changes: dict[Change, None] = {}
    for combined in product(*answered):
        lines = {(line.id, line.item): line for line in receipt.checks}
        fresh = {(line.id, line.item): line for lines in combined for line in lines}
        changes |= dict.fromkeys(_changes(lines, fresh))
        found[fold([*(lines | fresh).values()], required)] = None
    asked = tuple(dict.fromkeys(line.id for line in answered[0][0]))
    told = (tuple(changes), asked)
    worse = [decision for decision in found if _GRAVITY.index(decision) > _GRAVITY.index(filed)]
    now = next(iter(found)) if len(found) == 1 else None
    if found.keys() == {filed}:
        return Rechecked(STANDS, filed, filed, "", *told)
    if len(worse) == len(found):
        return Rechecked(OTHERWISE, filed, now, "", *told)
    if now is not None:
        return Rechecked(OPEN, filed, None, _LESS_AGAINST, *told)
    return Rechecked(OPEN, filed, None, _HOUR, *told)


def _changes(before: dict[tuple[str, int], Check], now: dict[tuple[str, int], Check]) -> Iterator[Change]:
    for place, line in now.items():
        then = before.get(place)
        was = (str(then.outcome), then.code) if then is not None else ("absent", None)
        if was != (str(line.outcome), line.code):
            yield Change(*place, was, (str(line.outcome), line.code))


def _answers(
    receipt: Receipt, recorded: Object, registry: Registry, at: datetime, known_at: datetime | None
) -> list[tuple[Check, ...]]:
    """The lines about one credential, once for each way they can come out within its day of issuance."""
    found: dict[tuple[tuple[str, str, str | None], ...], tuple[Check, ...]] = {}
    for issued in _moments(recorded, registry, known_at):
        lines = _Asking(receipt, recorded, registry, issued, at, known_at).lines()
        found.setdefault(tuple((line.id, str(line.outcome), line.code) for line in lines), lines)
    return list(found.values())


def _moments(recorded: Object, registry: Registry, known_at: datetime | None) -> list[datetime | None]:
    """The moments of the day of issuance between which nothing about the issuer changes: its beginning
    and end, and either side of every boundary within it."""
    if recorded["issued"] is None:
        return [None]
    begins = times.parse(f"{recorded['issued']}T00:00:00Z")
    last = begins + _DAY - _TICK
    within = {
        moment
        for boundary in _boundaries(_services(recorded, registry, known_at), known_at)
        for moment in (boundary, boundary - _TICK)
        if begins <= moment <= last
    }
    return [*sorted({begins, *within, last})]


def _boundaries(services: Iterable[Service], known_at: datetime | None) -> Iterator[datetime]:
    for service in services:
        for event in service.events:
            yield from filter(None, (event.effective, event.compromised_since))
        for name in known(service.names, known_at):
            yield from filter(None, (name.valid_from, name.valid_until))
        held = chain[ListedKey | ListedCertificate](service.keys, service.certificates)
        for key in known(held, known_at):
            yield from filter(None, (key.valid_from, key.valid_until, key.compromised_since))
        for level in known(service.assurance, known_at):
            yield from filter(None, (level.effective, level.until))


def _services(recorded: Object, registry: Registry, known_at: datetime | None) -> tuple[Service, ...]:
    """The issuer's authorisations: by its identifier, or where it has none by the certificates that list it."""
    if recorded["issuer"]["id"] is not None:
        return registry.services(recorded["issuer"]["id"], known_at)
    listed = set(recorded["certificates"])
    return tuple(
        service
        for service in registry.certified(known_at)
        if any(certificate.sha256 in listed for certificate in known(service.certificates, known_at))
    )


class _Verified(PublicKey):
    """A key under which the signature was verified already; of the key itself its name is left."""

    __slots__ = ()

    def __init__(self, thumbprint: str) -> None:
        self.thumbprint = thumbprint

    def fits(self, alg: str) -> bool:  # noqa: ARG002
        """It did."""
        return True

    def verify(self, alg: str, signature: bytes, message: bytes) -> NoReturn:  # noqa: ARG002
        """There is nothing to verify it with."""
        raise LookupError("a receipt holds no key")


class _Asking:
    """One credential of a receipt, as if issued at one moment, before the corridor's questions."""

    def __init__(
        self,
        receipt: Receipt,
        recorded: Object,
        registry: Registry,
        issued: datetime | None,
        at: datetime,
        known_at: datetime | None,
    ) -> None:
        item = recorded["item"]
        self._lines = {line.id: line for line in receipt.checks if line.item == item}
        waived = {line.id: "as recorded" for line in receipt.checks if line.code == "POLICY_WAIVED"}
        self._recorded, self._registry, self._item = recorded, registry, item
        self._at, self._known_at = at, known_at
        self._ledger = Ledger(waived=waived)
        self._policy = _policy(receipt.document)
        self._credential = _credential(recorded, issued)

    def lines(self) -> tuple[Check, ...]:
        """The lines, in the corridor's order, each needing what it needs there."""
        run, registry, credential = self._ledger.run, self._registry, self._credential
        at, known_at, policy, item = self._at, self._known_at, self._policy, self._item
        services = run("issuer.listed", self._listed, item=item)
        signers = run("key.listed", lambda: self._signers(_given(services)), needs=["issuer.listed"], item=item)
        listed = {"needs": ["key.listed"], "item": item}
        run("key.algorithm", lambda: listing.key_algorithm(credential, _given(signers), at), **listed)
        run("key.current", lambda: listing.key_current(credential, _given(signers), policy, at, known_at), **listed)
        run("proof.signature", lambda: Found(None, "", {}), needs=["key.algorithm"], item=item)
        run(
            "issuer.granted",
            lambda: authority.issuer_granted(registry, credential, _given(signers), policy, at, known_at),
            **listed,
        )
        covered = run("issuer.scope", lambda: self._scope(_given(signers)), **listed) or ()
        level = authority.level_of(registry, credential, covered, at, known_at)
        caps = self._recorded["recognition"]["level"]["capped_by"]
        reached, capped_by = assurance.achieved(level.vector, Shown("bearer" not in caps, "status" not in caps))
        needs = ["issuer.scope", "proof.signature"]
        relied = run(
            "recognition.in_force",
            lambda: reliance.recognised(registry, policy, _given(services)[0].state, credential, level, at, known_at),
            needs=needs,
            item=item,
        )
        resting = {"needs": ["recognition.in_force"], "item": item}
        relying, home = policy.for_state or "", _given(services)[0].state if services else ""
        run(
            "recognition.instrument",
            lambda: reliance.instrument(registry, _given(relied), relying, home, at),
            **resting,
        )
        run("recognition.environment", lambda: reliance.environment(policy, _given(relied)), **resting)
        run("assurance.mapping", lambda: reliance.mapping(level, _given(relied), at), **resting)
        run("assurance.granted", lambda: reliance.level_granted(level, _given(relied)), **resting)
        run("assurance.achieved", lambda: reliance.level_achieved(reached, capped_by, policy), needs=needs, item=item)
        return self._ledger.lines

    def _listed(self) -> Found[tuple[Service, ...]]:
        if self._credential.issuer is not None:
            return listing.issuer_listed(self._registry, self._credential, self._known_at)
        services = _services(self._recorded, self._registry, self._known_at)
        if not services:
            raise Fault("SCOPE_ISSUER_UNKNOWN")
        return Found(services, "", {})

    def _signers(self, services: tuple[Service, ...]) -> Found[Signers]:
        return Found(tuple(self._signer(proof, services) for proof in self._credential.proofs), "", {})

    def _signer(self, proof: Proof, services: tuple[Service, ...]) -> Signer:
        """By the listed key; else by the listed certificates that the signer's own led to."""
        name, certificates = proof.hint.kid or "", self._recorded["certificates"]
        by_key = any(key.thumbprint == name for service in services for key in known(service.keys, self._known_at))
        if by_key or not certificates:
            return listing.signer_of(self._registry, self._credential, proof, services, self._at, self._known_at)
        records = [
            (service, certificate)
            for service in services
            for certificate in known(service.certificates, self._known_at)
            if certificate.sha256 in certificates
        ]
        if not records:
            raise Fault("X509_CHAIN")
        return listing.signer_by(_Verified(name), self._credential, records)

    def _scope(self, signers: Signers) -> Found[tuple[Service, ...]]:
        line = self._lines.get("issuer.scope")
        if line is not None and line.code in _SOUGHT_IN_CLAIMS:
            raise Fault(line.code or "")
        return authority.issuer_scope(self._registry, self._credential, signers)


def _policy(document: Object) -> Policy:
    """As much of the policy as these questions need, as the receipt records it."""
    asked = document["question"]
    return Policy(
        id=document["policy"]["id"],
        sha256=document["policy"]["sha256"],
        for_state=asked["relying_state"],
        purpose=asked["purpose"],
        min_level=asked["min_level"],
        environments=frozenset(asked["environments"]),
    )


def _credential(recorded: Object, issued: datetime | None) -> Credential:
    """The credential as far as a receipt knows it: no claims, no holder, its keys by name."""
    return Credential(
        format=recorded["format"],
        model=recorded["model"] or "",
        issuer=recorded["issuer"]["id"],
        types=tuple(recorded["types"]),
        claims={},
        subject={},
        window=Window(issued),
        proofs=tuple(Proof("", key["alg"], KeyHint(key["thumbprint"]), b"", b"") for key in recorded["keys"]),
        status=(),
        holder=Holder(),
        digest="",
    )


def _given(value: T | None) -> T:
    """What a check before this one found; where that was waived, not knowing is the answer."""
    if value is None:
        raise Unknowable("CHECK_NEEDS", "a check it builds on was waived")
    return value
