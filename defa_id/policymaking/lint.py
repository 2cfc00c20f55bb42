"""Everything that a policy can be asked before anybody relies on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from defa_id.policymaking import contradictions, inclusion, neutrality, reach
from defa_id.policymaking.draft import Draft
from defa_id.policymaking.finding import ERROR, Finding
from defa_id.report.layout import Layout, shown
from defa_id.report.style import PLAIN, Style
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple

# How the vocabulary calls a kind of format, and the formats of that kind.
_KINDS: Final[Mapping[str, frozenset[str]]] = {
    "vc": frozenset({"vc-jwt", "vc-sd-jwt", "data-integrity", "vc-cose"}),
    "sd-jwt-vc": frozenset({"sd-jwt-vc"}),
    "mdoc": frozenset({"mdoc"}),
    "cwt": frozenset({"cwt"}),
}
_AREAS: Final = {
    "contradiction": "Contradictions",
    "algorithm": "Algorithms",
    "reach": "Out of reach",
    "neutrality": "Neutrality",
    "inclusion": "Inclusion",
}


class Lint(NamedTuple):
    """What was found in one policy, the errors first."""

    policy: str
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """How many of them are errors."""
        return sum(one.severity == ERROR for one in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "policy": self.policy,
            "errors": self.errors,
            "warnings": len(self.findings) - self.errors,
            "findings": [one.to_dict() for one in self.findings],
        }


def lint(draft: Draft, registry: Registry, at: datetime) -> Lint:
    """Hold a policy against the rules of `finding.RULES`. Raises `RegistryRejected`."""
    formats = {
        entry["type"]: _KINDS.get(entry["format"], frozenset()) for entry in registry.vocabulary.get("types", ())
    }
    found = [
        *contradictions.findings(draft.policy, formats),
        *reach.findings(draft.policy, registry, at),
        *neutrality.findings(draft, registry),
        *inclusion.findings(draft.policy),
    ]
    areas = list(_AREAS)
    found.sort(key=lambda one: (one.severity != ERROR, areas.index(one.rule.partition(".")[0])))
    return Lint(draft.policy.id, tuple(dict.fromkeys(found)))


def lint_text(found: Lint, style: Style = PLAIN) -> str:
    """The same for people: area by area, each finding with its rule and remedy."""
    page = Layout(style)
    warnings = len(found.findings) - found.errors
    told = f"{shown(found.policy, 80)}: {found.errors} error{'s' * (found.errors != 1)}, "
    told += f"{warnings} warning{'s' * (warnings != 1)}"
    page.banner("LINT" if found.findings else "CLEAN", "bold", beside=told)
    for area, heading in _AREAS.items():
        own = [one for one in found.findings if one.rule.startswith(f"{area}.")]
        if own:
            page.heading(heading)
        for rule in dict.fromkeys(one.rule for one in own):
            alike = [one for one in own if one.rule == rule]
            _rule(page, alike)
    return page.text


def _rule(page: Layout, alike: list[Finding]) -> None:
    mark, hue = ("✗", "red") if alike[0].severity == ERROR else ("!", "yellow")
    page.entry(mark, f"{alike[0].rule}: {alike[0].asked}", hue=hue)
    for one in alike:
        page.paragraph(f"{shown(one.member, 120)}: {shown(one.found, 300)}", deep=4, hang=2)
    page.entry("→", alike[0].remedy, deep=4)
