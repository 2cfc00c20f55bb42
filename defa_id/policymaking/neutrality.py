"""Does a policy favour somebody? Names of issuers, wallets and products, and lists that rest on nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from defa_id.policy import Policy
from defa_id.policymaking.draft import Draft
from defa_id.policymaking.finding import Finding
from defa_id.trust.registry import Registry

# A name before a word for a product, an identifier, or an address: whoever stands there is somebody.
_PRODUCT: Final = re.compile(r"\b[A-Z][\w'&-]+ (?:Wallet|wallet|App|app|Pay|ID app|Identity app)\b")
_IDENTIFIER: Final = re.compile(r"\bdid:[a-z0-9]+:\S+|\bhttps?://\S+|\b(?:[a-z0-9-]+\.)+(?:com|io|net|org|example)\b")
_CRITERION: Final = re.compile(
    r"\bor (?:an?|any) (?:other|equivalent)\b|\bor equivalent\b|\band others? (?:that|which)\b", re.IGNORECASE
)
# "A wallet", "The app": no name.
_ARTICLES: Final = frozenset({"A", "An", "Any", "The", "This", "Each", "Every", "Your", "Their", "Another", "No"})
_WHO: Final = frozenset(
    {
        *("issuer", "issuing_authority", "authority", "certificate_issuer", "awarding_body", "accountability_agent"),
        *("wallet", "wallet_provider", "provider", "vendor", "brand", "manufacturer", "product", "app", "operator"),
    }
)
_LISTS: Final = ("formats", "algorithms")


def findings(draft: Draft, registry: Registry | None) -> Iterator[Finding]:
    """Where somebody is named, compared with, or preferred on no ground."""
    policy = draft.policy
    names = _listed(registry)
    for member, text in _texts(policy):
        named = _named(text, names)
        if named and not _CRITERION.search(text):
            yield Finding(member, "neutrality.named", f"{named} is named, and no criterion with it")
    for one in policy.predicates:
        who = [step for step in one.claim if step in _WHO]
        if one.test == "equals" and who:
            yield Finding(f"predicates.{one.name}", "neutrality.compared", f"{'.'.join(one.claim)} is compared")
    for member in _LISTS:
        if getattr(policy, member) is not None and not draft.set_by(member).get("source"):
            yield Finding(member, "neutrality.source", "no source is given")


def _texts(policy: Policy) -> Iterator[tuple[str, str]]:
    yield "id", policy.id
    for one in policy.predicates:
        yield f"predicates.{one.name}", one.name
    for number, condition in enumerate(policy.conditions):
        yield f"conditions.{number}", condition.text
    for name, rule in sorted(policy.purposes.items()):
        for number, text in enumerate(rule.conditions):
            yield f"purposes.{name}.conditions.{number}", text


def _listed(registry: Registry | None) -> frozenset[str]:
    """What issuers on the lists are called; states themselves and their authorities are no vendors."""
    if registry is None:
        return frozenset()
    return frozenset(
        name
        for state in registry.states()
        for service in registry.state_list(state).services
        for name in (service.name, *(one.value for one in service.names))
        if len(name) > 3  # shorter ones stand inside other words
    )


def _named(text: str, listed: Iterable[str]) -> str | None:
    for found in _PRODUCT.finditer(text):
        if found[0].split()[0] not in _ARTICLES:
            return found[0]
    identifier = _IDENTIFIER.search(text)
    if identifier:
        return identifier[0]
    lowered = text.casefold()
    return next((name for name in sorted(listed) if name.casefold() in lowered), None)
