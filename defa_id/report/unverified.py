"""What is inside a credential, shown without a word on whether it is true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from defa_id.languages import ENGLISH, Texts
from defa_id.report.layout import Layout, shown
from defa_id.report.style import PLAIN, Style

_STRING: Final = 240
_DEEPEST: Final = 12


def unverified(document: Mapping[str, Any], style: Style = PLAIN, texts: Texts = ENGLISH) -> str:
    """The members of `UnverifiedCredential.to_dict()` as text; the first line says UNVERIFIED, in every language.

    The members keep their names: they are what stands in the credential.
    """
    page = Layout(style, texts)
    beside = page.word("Anybody can have written this. Nothing in it was checked.")
    page.banner("UNVERIFIED", "on yellow", beside=beside)
    page.blank()
    _members(page, document)
    page.heading(page.word("To have it judged"))
    page.entry("→", "defa-id verify SOURCE --for XX")
    page.draft()
    return page.text


def _members(page: Layout, document: Mapping[str, Any]) -> None:
    if problem := document.get("problem"):
        page.pair(page.word("Not readable"), f"{shown(problem.get('why'))} [{shown(problem.get('code'))}]", hue="red")
    for name, value in document.items():
        if name in ("unverified", "problem", "presented") or value in (None, [], {}):
            continue
        label = shown(name, 40).replace("_", " ").capitalize()
        if isinstance(value, Mapping | list) and not _plain(value):
            page.line(f"  {page.style.paint(label, 'dim')}")
            _tree(page, value, 4)
        elif isinstance(value, str) and page.narrow(value):
            page.pair(label)
            page.paragraph(_scalar(value), deep=4)
        else:
            page.pair(label, *_lines(value))
    for number, inside in enumerate(document.get("presented") or (), 1):
        page.heading(page.word("Presented inside, number {number}: as unverified as the rest", number=number))
        _members(page, inside)


def _plain(value: object) -> bool:
    return isinstance(value, list) and all(not isinstance(item, Mapping | list) for item in value)


def _lines(value: object) -> Iterable[str]:
    return [_scalar(item) for item in value] if isinstance(value, list) else [_scalar(value)]


def _scalar(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "null"}[value]
    if isinstance(value, str) and len(value) > _STRING:
        return f"{shown(value, _STRING)} ({len(value)} characters)"
    return shown(value, _STRING)


def _tree(page: Layout, value: Mapping[str, Any] | list[Any], deep: int) -> None:
    members = value.items() if isinstance(value, Mapping) else ((None, item) for item in value)
    for name, item in members:
        lead = "-" if name is None else f"{shown(name, 80)}:"
        inside = isinstance(item, Mapping | list)
        if inside and item and deep < _DEEPEST * 2:
            page.paragraph(lead, deep=deep)
            _tree(page, item, deep + 2)
        elif inside:
            page.paragraph(f"{lead} ({len(item)} inside)" if item else f"{lead} (empty)", deep=deep, hang=2)
        else:
            page.paragraph(f"{lead} {_scalar(item)}", deep=deep, hang=2)
