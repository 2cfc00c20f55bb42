"""Every member of a policy in words, with the document that set it and whether it may be relaxed."""

from __future__ import annotations

from typing import Any

from defa_id.policymaking import words
from defa_id.policymaking.draft import Draft
from defa_id.report.layout import Layout, shown
from defa_id.report.style import PLAIN, Style
from defa_id.values import NamedTuple


class Said(NamedTuple):
    """One sentence about a member. `set_by`: the document that brought it, or None where it is so without any."""

    member: str
    text: str
    set_by: str | None
    relaxable: bool


def explain(draft: Draft) -> tuple[Said, ...]:
    """All members in the order of `words.TITLES`, sentence by sentence."""
    policy = draft.policy
    below = [(base, words.sentences(base)) for base in draft.bases]

    def brought(member: str, text: str) -> str | None:
        setter = policy.provenance.get(member)
        for base, said in below:
            if member not in base.provenance or text not in said[member]:
                break
            setter = base.provenance[member]
        return setter

    return tuple(
        Said(member, text, brought(member, text), member in policy.relaxable)
        for member, texts in words.sentences(policy).items()
        for text in texts
    )


def to_dict(draft: Draft) -> dict[str, Any]:
    """The JSON form."""
    policy = draft.policy
    return {
        "policy": {"id": policy.id, "sha256": policy.sha256, "over": [base.id for base in draft.bases]},
        "members": [one._asdict() for one in explain(draft)],
    }


def explanation_text(draft: Draft, style: Style = PLAIN) -> str:
    """The same for people: document by document from the policy's own down, then what is so without any."""
    page = Layout(style)
    policy, found = draft.policy, explain(draft)
    page.banner("POLICY", "bold", beside=f"{shown(policy.id, 80)}, sha256 {policy.sha256[:16]}")
    for id in (policy.id, *(base.id for base in draft.bases)):
        _section(page, f"Set by {shown(id, 80)}", [one for one in found if one.set_by == id])
    _section(page, "As it is where no document says otherwise", [one for one in found if one.set_by is None])
    page.blank()
    relaxable = [words.TITLES.get(member, member) for member in sorted(policy.relaxable)]
    page.paragraph(
        "A policy laid over this one may tighten everything"
        + (f", and relax: {', '.join(relaxable)}." if relaxable else ", and relax nothing.")
    )
    return page.text


def _section(page: Layout, heading: str, own: list[Said]) -> None:
    if own:
        page.heading(heading)
    for member in dict.fromkeys(one.member for one in own):
        page.pair(words.TITLES[member], *(shown(one.text, 400) for one in own if one.member == member))
