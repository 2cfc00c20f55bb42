"""What the registry is asked about one credential: who issues its kind, and who may rely on that, how far."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from defa_id.answers import authority, document, listing, reliance, rules
from defa_id.answers.listing import Signers
from defa_id.corridor import record
from defa_id.corridor.settled import Authorised, Kind, Reliance, Settled, moments
from defa_id.credential import Credential
from defa_id.errors import Unknowable
from defa_id.policy import Policy
from defa_id.trust import assurance
from defa_id.trust.assurance import Shown
from defa_id.trust.records import SchemaReference, Service
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple
from defa_id.verdict import Found, Ledger

T = TypeVar("T")
_LISTING: Final = ("issuer.listed", "registry.current", "key.listed", "key.algorithm")
_AUTHORITY: Final = ("issuer.granted", "issuer.scope")
_RELIANCE: Final = (
    *("recognition.in_force", "recognition.instrument", "recognition.environment"),
    *("assurance.mapping", "assurance.granted", "assurance.achieved"),
    *("policy.format", "policy.type", "policy.algorithm"),
)


class Asked(NamedTuple):
    """Of whom one verifier asks: its registry and policy, with what they settled before."""

    registry: Registry
    policy: Policy
    settled: Settled


class Asking:
    """The registry's lines about one credential, each asked once or, where that was settled before, written again.

    `services` are the issuer's authorisations, `covered` those that cover this credential, `schemas` what they say
    it has to look like; `home` is their state.
    """

    def __init__(
        self,
        asked: Asked,
        ledger: Ledger,
        credential: Credential,
        at: datetime,
        known_at: datetime | None,
        item: int,
    ) -> None:
        self._registry, self._policy, self._settled = asked
        self._ledger, self._at, self._known_at, self._item = ledger, at, known_at, item
        self._kind, self._issued = Kind.of(credential), credential.window.issued
        self._held: Authorised | None = None
        if known_at is None and self._policy.safe:
            self._held = self._settled.find(self._kind, self._issued, at)
        self.services: tuple[Service, ...] = ()
        self.covered: tuple[Service, ...] = ()
        self.schemas: tuple[SchemaReference, ...] = ()
        self.signers: Signers | None = None

    @property
    def home(self) -> str | None:
        """The state that lists the issuer."""
        return self.services[0].state if self.services else None

    def listing(self, resolve: Callable[[Credential], Found[Signers]]) -> None:
        """Who issued it, with which key. `resolve` finds the key where the registry is not asked for trust."""
        if self._held is not None:
            self.services, self.signers = self._held.services, self._held.signers
            self._ledger.write(self._held.listing, self._item)
        else:
            self._list(resolve)

    def authority(self) -> None:
        """What the issuer was authorised for, and whether it still stands."""
        if self._held is not None:
            self.covered, self.schemas = self._held.covered, self._held.schemas
            self._ledger.write(self._held.authority, self._item)
        else:
            self._authorise()
            self.schemas = document.schema_of(self.covered, self._kind.types)
            self._settle()

    def reliance(self, shown: Shown) -> Reliance:
        """Who may rely on it, and on what level. The lines stand even where nobody may."""
        if self._held is None or not self._ledger.passed("proof.signature", self._item):
            return self._rely(shown)
        found = self._held.reliance.get(shown)
        if found is not None:
            self._ledger.write(found.lines, self._item)
            return found
        found = self._rely(shown)
        lines = self._ledger.page(_RELIANCE, self._item)
        if lines is not None:
            self._held.reliance[shown] = found._replace(lines=lines)
        return found

    def _list(self, resolve: Callable[[Credential], Found[Signers]]) -> None:
        registry, policy, at, known_at = self._registry, self._policy, self._at, self._known_at
        credential = self._kind.credential(self._issued)
        run, item = self._ledger.run, self._item
        self.services = (
            run(
                "issuer.listed",
                lambda: listing.issuer_listed(registry, credential, known_at),
                needs=["format.model"],
                item=item,
            )
            or ()
        )
        states = sorted(state for state in {self.home, policy.for_state} & set(registry.states()) if state)
        run("registry.current", lambda: document.registry_current(registry, policy, states), item=item)
        if policy.safe:
            key, need = "key.listed", "issuer.listed"
        else:
            key, need = "key.resolved", "format.model"

        def found() -> Found[Signers]:
            if policy.safe:
                return listing.key_listed(registry, credential, self.services, at, known_at)
            return resolve(credential)

        signers = self.signers = run(key, found, needs=[need], item=item)
        run("key.algorithm", lambda: listing.key_algorithm(credential, some(signers), at), needs=[key], item=item)

    def _authorise(self) -> None:
        registry, policy, at, known_at = self._registry, self._policy, self._at, self._known_at
        credential, signers = self._kind.credential(self._issued), self.signers
        run, needs, item = self._ledger.run, ["key.listed"], self._item
        run(
            "issuer.granted",
            lambda: authority.issuer_granted(registry, credential, some(signers), policy, at, known_at),
            needs=needs,
            item=item,
        )
        scope = lambda: authority.issuer_scope(registry, credential, some(signers))  # noqa: E731
        self.covered = run("issuer.scope", scope, needs=needs, item=item) or ()

    def _settle(self) -> None:
        """Remember who issued it, where all of that was found."""
        listed, authorised = (self._ledger.page(ids, self._item) for ids in (_LISTING, _AUTHORITY))
        if self._known_at is None and self._policy.safe and listed and authorised and self.signers:
            held = Authorised(self.services, self.signers, self.covered, self.schemas, listed, authorised, {})
            dates = moments(self._registry, self._policy, self._kind, held)
            self._settled.keep(self._kind, self._issued, self._at, dates, held)
            self._held = held

    def _rely(self, shown: Shown) -> Reliance:
        registry, policy, at, known_at, home = self._registry, self._policy, self._at, self._known_at, self.home
        credential = self._kind.credential(self._issued)
        level = authority.level_of(registry, credential, self.covered, at, known_at)
        reached, capped_by = assurance.achieved(level.vector, shown)

        def phased(id: str, step: Callable[[], Found[None]]) -> Callable[[], Found[None]]:
            return rules.in_its_phase(policy, id, home, at, step)

        run, item, proven = self._ledger.run, self._item, ["issuer.scope", "proof.signature"]
        relied = run(
            "recognition.in_force",
            lambda: reliance.recognised(registry, policy, some(home), credential, level, at, known_at),
            needs=proven,
            item=item,
        )
        needs, relying = ["recognition.in_force"], policy.for_state or ""
        run(
            "recognition.instrument",
            lambda: reliance.instrument(registry, some(relied), relying, some(home), at),
            needs=needs,
            item=item,
        )
        run("recognition.environment", lambda: reliance.environment(policy, some(relied)), needs=needs, item=item)
        run("assurance.mapping", lambda: reliance.mapping(level, some(relied), at), needs=needs, item=item)
        run("assurance.granted", lambda: reliance.level_granted(level, some(relied)), needs=needs, item=item)
        run(
            "assurance.achieved",
            phased("assurance.achieved", lambda: reliance.level_achieved(reached, capped_by, policy)),
            needs=proven,
            item=item,
        )
        needs = ["format.model"]
        for id, step in (
            ("policy.format", lambda: rules.format_taken(policy, credential)),
            ("policy.type", lambda: rules.type_taken(policy, credential)),
            ("policy.algorithm", lambda: rules.algorithm_taken(policy, credential, at)),
        ):
            run(id, phased(id, step), needs=needs, item=item)
        said = record.recognition(registry, policy, self.services, credential.types, relied, level, reached, capped_by)
        return Reliance(record.named(credential, self.services), reached.label(), relied, {}, said)


def some(value: T | None) -> T:
    """A value that a check before this one found. The ledger skips this one where that did not pass;
    where the policy waived it there is nothing to build on, and not knowing is the answer."""
    if value is None:
        raise Unknowable("CHECK_NEEDS", "a check it builds on was waived")
    return value
