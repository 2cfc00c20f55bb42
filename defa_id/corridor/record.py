"""What one walk says of every credential it judged, and how it closes into the verdict."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from defa_id.answers.rules import Released
from defa_id.catalogue import HOLDER, Catalogue
from defa_id.codec.text import printable
from defa_id.corridor.door import Door
from defa_id.credential import Credential
from defa_id.parts import Parts
from defa_id.policy import ENVIRONMENTS, Policy, Review
from defa_id.trust import assurance
from defa_id.trust.assurance import Granted, Vector
from defa_id.trust.recognition import Relied
from defa_id.trust.records import Service
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple
from defa_id.verdict import NO_ENVIRONMENT, Accepted, Ledger, Verdict
from defa_id.version import __version__

if TYPE_CHECKING:
    from defa_id.corridor.settled import Reliance


class Premises(NamedTuple):
    """What every verdict of one verifier rests on, as it says so. `required`: which checks must pass where
    these groups of checks were opened."""

    registry: Mapping[str, Any]
    policy: Mapping[str, Any]
    asked: Mapping[str, Any]
    required: Callable[[frozenset[str]], frozenset[str]]
    review: Review | None
    not_run: tuple[Mapping[str, Any], ...]
    library: str

    @classmethod
    def of(cls, registry: Registry, policy: Policy, parts: Parts) -> Premises:
        """The premises of a registry snapshot and a policy."""
        return cls(
            {
                "version": registry.version,
                "sha256": registry.sha256,
                "freshness": registry.freshness,
                "environment": registry.environment,
                "name": registry.name,
                "anchor": registry.anchor,
            },
            {"id": policy.id, "sha256": policy.sha256},
            {
                "relying_state": policy.for_state,
                "purpose": policy.purpose,
                "min_level": None if policy.needed_level == "none" else policy.needed_level,
                "holder_binding": False,
                "environments": [name for name in ENVIRONMENTS if name in policy.environments],
            },
            cache(lambda asked: parts.catalogue.required(asked) - policy.waive.keys()),
            policy.review if policy.review != Review() else None,
            tuple(one._asdict() for one in policy.external if one.check not in parts.catalogue.checks),
            f"defa-id {__version__}",
        )


class Record:
    """What was asked and found, credential by credential, in the order they were judged."""

    def __init__(self, premises: Premises, ledger: Ledger) -> None:
        self.premises, self.ledger = premises, ledger
        self.credentials: list[Mapping[str, Any]] = []
        self.recognitions: list[Mapping[str, Any] | None] = []
        self.subjects: list[Accepted] = []

    def add(
        self,
        credential: Credential,
        services: tuple[Service, ...],
        reliance: Reliance,
        released: Released,
    ) -> None:
        """What the verdict says about this credential, and what it hands over if accepted."""
        types, issuer = reliance.named
        self.credentials.append(
            {"format": credential.format, "types": types, "digest": credential.digest, "issuer": issuer}
        )
        self.recognitions.append(reliance.said)
        self.subjects.append(
            Accepted(
                released.claims,
                credential.issuer or (services[0].entity_id if services else ""),
                reliance.label,
                credential.claims if released.whole else {},
                tuple(reliance.said["conditions"]) if reliance.said else (),
                predicates=released.predicates,
            )
        )

    def review(self) -> Mapping[str, Any] | None:
        """When a person has to look, by the policy; None where it does not ask for that."""
        wanted = self.premises.review
        if wanted is None:
            return None
        always = bool(wanted.states or wanted.types) and any(
            _concerns(wanted.states, wanted.types, said["issuer"]["state"], said["types"]) for said in self.credentials
        )
        return {"always": always, "before_refusal": wanted.before_refusal, "appeal": wanted.appeal}

    def composition(self) -> Mapping[str, Any] | None:
        """What several credentials reach together: the lowest on every axis, if they belong to one holder, and the
        weakest environment. A licence does not inherit the level of an identity that nothing links to it."""
        if len(self.recognitions) < 2:
            return None
        found = [said for said in self.recognitions if said is not None]
        if len(found) < 2:
            return None
        vectors = [said["level"]["vector"] for said in found]
        environment = min((said["environment"] for said in found), key=(NO_ENVIRONMENT, *ENVIRONMENTS).index)
        linked = self.ledger.passed("holder.linked")
        lowest = Vector(*(min(vector[axis] for vector in vectors) for axis in "PAFG"))
        reached = lowest if linked else assurance.LADDER["none"]
        return {
            "linked": linked,
            "label": reached.label(),
            "vector": reached._asdict(),
            "environment": environment,
        }

    def close(self, asked: frozenset[str], catalogue: Catalogue, door: Door, at: str, known_at: str | None) -> Verdict:
        """The fold is the verdict's own; here only what it depended on is written down. `asked` are the
        groups of checks that were opened; `at` and `known_at` as the verdict shows them."""
        subject, others = (self.subjects[0], self.subjects[1:]) if self.subjects else (None, [])
        if subject is not None and others:
            subject = subject._replace(others=tuple(others))
        premises = self.premises
        return Verdict(
            checks=self.ledger.lines,
            required=premises.required(asked),
            asked={**premises.asked, "holder_binding": HOLDER in asked},
            credentials=tuple(self.credentials),
            recognitions=tuple(self.recognitions),
            registry=premises.registry,
            policy=premises.policy,
            documents=tuple(door.documents),
            at=at,
            known_at=known_at,
            library=premises.library,
            review=self.review(),
            not_run=premises.not_run,
            composition=self.composition(),
            catalogue=catalogue,
            _subject=subject,
        )


def named(credential: Credential, services: tuple[Service, ...]) -> tuple[list[str], Mapping[str, Any]]:
    """The types and the issuer of a credential as the verdict names them."""
    first = services[0] if services else None
    listed = {name.value for service in services for name in service.names}.union(*(one.types for one in services))
    return [_named(type, listed) for type in credential.types], {
        "id": _named(credential.issuer, listed) if credential.issuer is not None else None,
        "state": first.state if first else None,
        "name": printable(first.name, 128) if first else None,
        "entity_id": printable(first.entity_id, 256) if first else None,
    }


def recognition(
    registry: Registry,
    policy: Policy,
    services: tuple[Service, ...],
    types: Collection[str],
    relied: Relied | None,
    level: Granted,
    reached: Vector,
    capped_by: tuple[str, ...],
) -> Mapping[str, Any] | None:
    """What the verdict says about relying on a credential: on what ground, and how far; None for a stranger's."""
    home = services[0].state if services else None
    if policy.safe and home is None:
        return None
    environment = relied.environment if relied else registry.environment
    conditions = relied.conditions if relied else ()
    return {
        "relying_state": policy.for_state,
        "home_state": home,
        "purpose": policy.purpose,
        "arrangement": relied.arrangement if relied else None,
        "environment": environment if policy.safe else NO_ENVIRONMENT,
        "level": {
            "label": reached.label(),
            "granted": level.vector.label(),
            "vector": reached._asdict(),
            "capped_by": list(capped_by),
        },
        "conditions": [*conditions, *_conditions(policy, home, types)],
    }


def _conditions(policy: Policy, home: str | None, types: Collection[str]) -> list[str]:
    """What the policy and the purpose attach to relying on this state's credential of these types."""
    own = [one.text for one in policy.conditions if _concerns(one.states, one.types, home, types)]
    return [*own, *policy.rule.conditions]


def _concerns(states: Collection[str], kinds: Collection[str], home: str | None, types: Collection[str]) -> bool:
    return (not states or home in states) and (not kinds or bool(set(kinds) & set(types)))


def _named(name: str, listed: Collection[str]) -> str:
    """An identifier as the registry spells it, whole; one that only the sender uses, made safe to show."""
    return name if name in listed else printable(name, 256)
