"""What was published when: every publication of a state that a folder keeps, each as what it changed, in words."""

from __future__ import annotations

from collections.abc import Iterator

from defa_id.codec import times
from defa_id.errors import ChangeRefused
from defa_id.operator import changeset, events, meaning, roles
from defa_id.operator.meaning import Said
from defa_id.operator.published import Published
from defa_id.operator.tree import Object, State, content
from defa_id.report.layout import Layout, shown
from defa_id.report.style import PLAIN, Style
from defa_id.values import NamedTuple

_LONGEST = 400


class Entry(NamedTuple):
    """One publication of one role of a state: its version, when it was issued, and what it changed. `whole`: the
    one before it is kept here too, or it is the first."""

    state: str
    role: str
    version: int
    issued: str
    whole: bool
    said: tuple[Said, ...]

    def to_dict(self) -> Object:
        """The JSON form."""
        changes = [{"about": one.about, "text": one.text} for one in self.said]
        return {**self._asdict(), "said": changes}


def entries(published: Published, state: str) -> list[Entry]:
    """What `state` published, oldest first. Raises `ChangeRefused` for a state that published nothing."""
    ops, deny = roles.operations(state).role, roles.denial(state).role
    if published.version_of(ops) is None:
        raise ChangeRefused(f"{state} has published nothing", hint="See who has: defa-id registry show --dir DIR")
    found = [*_of(published, state, ops, f"{state}/list.json"), *_of(published, state, deny, f"{state}/deny.json")]
    return sorted(found, key=lambda entry: times.parse(entry.issued))


def text(found: list[Entry], style: Style = PLAIN) -> str:
    """The same for people."""
    page = Layout(style)
    for entry in found:
        page.heading(f"{entry.issued} · {entry.role} version {entry.version}")
        if not entry.whole:
            page.paragraph("the version before it is not kept here; what it changed is not known", hue="yellow")
        elif not entry.said:
            page.paragraph("begun, with nothing in it" if entry.version == 1 else "signed anew as it stood", hue="dim")
        for one in entry.said:
            page.entry("•", shown(" · ".join(part for part in (one.about, one.text) if part), _LONGEST))
    return page.text


def _of(published: Published, state: str, role: str, path: str) -> Iterator[Entry]:
    """The publications of one role, by what it says in its one document."""
    tree = changeset.tree_of(published)
    last, before = published.version_of(role) or 0, _nothing(state)
    kept = True  # the one before the first is nothing at all
    for version in range(1, last + 1):
        digest = published.past_digest(role, version, path)
        document = published.past(path, digest) if digest else None
        if document is None:
            kept = False
            continue
        after = before._replace(**{"listing" if path.endswith("list.json") else "deny": content(document)})
        if version == 1 and path.endswith("list.json"):
            begun: Object = {member: [] for member in _EMPTY if member in after.listing}
            before = before._replace(listing={**after.listing, **begun})
        made = events.derive(before, after) if kept else ()
        said = meaning.said(made, tree.with_state(state, before), tree.with_state(state, after), state)
        yield Entry(state, role, version, document["issued"], kept, said)
        before, kept = after, True


_EMPTY: Object = {"entities": [], "recognitions": [], "arrangements": [], "relying_parties": [], "wallet_providers": []}


def _nothing(state: str) -> State:
    deny: Object = {"defa_id": "deny/1", "territory": state, "denied": []}
    return State({"defa_id": "state-list/1", "territory": state, **_EMPTY}, deny, {})
