"""What is known about a member state, for people: every line says where it was read and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from defa_id.languages import ENGLISH, Texts
from defa_id.packs import CONFIDENCES, INTERFACES, CountryPack
from defa_id.report.layout import Layout, shown
from defa_id.report.style import PLAIN, Style

_HUES: Final = {"V": "green", "V2": "yellow", "G": "yellow", "U": "red"}
_STRUCTURES: Final = {
    "mononym": "one name",
    "family_given": "family and given name",
    "given_family": "given and family name",
    "patronymic": "own and father's name",
    "single_string": "one text, not divided",
}
_ORDER: Final = {
    "family_given": "the family name stands first",
    "given_family": "the given name stands first",
    "none": "no family names",
    "several": "several customs side by side",
}
_IN_FORCE: Final = {
    "in_force": "in force",
    "not_in_force": "not in force",
    "not_enacted": "not enacted",
    "unchecked": "whether it is in force was not checked",
    "unknown": "whether it is in force is not known",
}
_CHECK_CHARACTER: Final = {
    "checked": "has a check character",
    "none": "has no check character",
    "unknown": "whether and how it is checked is not known",
}


def country_text(pack: CountryPack, style: Style = PLAIN, texts: Texts = ENGLISH) -> str:
    """One state: schemes and ways in, languages, names, numbers, levels, data protection.

    In another language the facts themselves stay as they were taken down, beside their sources.
    """
    page = Layout(style, texts)
    word = page.word
    document = pack.document
    codes = document["codes"]
    page.banner(shown(pack.territory), "bold", beside=shown(texts.label(pack.name)))
    page.paragraph(word("Collected by this project from public sources; no statement of that state."), hue="dim")
    page.blank()
    page.pair(word("Codes"), f"{pack.territory}, {shown(codes['alpha_3'])}, {shown(codes['numeric'])} (ISO 3166-1)")
    page.pair(word("Verify abroad"), word(INTERFACES[pack.interface]))
    page.heading(word("Schemes"))
    for scheme in pack.schemes:
        contested = f", {word('contested')}" if scheme.get("contested") else ""
        _fact(page, scheme, f"{scheme['name']}: {scheme['authority']} ({scheme['interface']}{contested})")
        if scheme.get("note"):
            page.paragraph(shown(scheme["note"]), deep=4)
        _facts(page, scheme.get("facts", ()), deep=4)
    page.heading(word("Languages"))
    for language in document["languages"]:
        _fact(page, language, f"{language['lang']}, {language['script']}")
    names = document["personal_names"]
    page.heading(word("Names of persons"))
    structures = ", ".join(word(_STRUCTURES[one]) for one in names["structures"])
    _fact(page, names, f"{structures}: {word(_ORDER[names['order']])}")
    if names["words"]:
        _fact(page, names, f"{word('Titles and joining words')}: {', '.join(names['words'])}")
    _facts(page, names["facts"])
    _group(page, "Numbers", document["numbers"], "formats", _number)
    _group(page, "Assurance levels", document["levels"], "frameworks", _framework)
    _group(page, "Data protection", document["data_protection"], "laws", _law)
    page.heading(word("How sure"))
    for mark, meaning in CONFIDENCES.items():
        page.pair(mark, word(meaning))
    page.draft()
    return page.text


def countries_text(packs: Iterable[CountryPack], style: Style = PLAIN, texts: Texts = ENGLISH) -> str:
    """All states, a line each."""
    page = Layout(style, texts)
    page.heading(page.word("Member states, and how their credentials can be checked abroad"))
    for pack in packs:
        way, name = page.word(INTERFACES[pack.interface]), shown(texts.label(pack.name))
        page.entry("•", way, term=f"{pack.territory}  {name}", room=38)
    page.blank()
    page.paragraph(page.word("One of them: {command}", command="defa-id country TH"), hue="dim")
    page.draft()
    return page.text


def _group(
    page: Layout, heading: str, group: Mapping[str, Any], member: str, said: Callable[[Mapping[str, Any], Layout], str]
) -> None:
    page.heading(page.word(heading))
    for item in group[member]:
        _fact(page, item, said(item, page))
    _facts(page, group["facts"])


def _number(item: Mapping[str, Any], page: Layout) -> str:
    return f"{item['check']}: {item['form']}; {page.word(_CHECK_CHARACTER[item['check_character']])}"


def _framework(item: Mapping[str, Any], page: Layout) -> str:  # noqa: ARG001
    return f"{item['name']}: {', '.join(item['levels'])}"


def _law(item: Mapping[str, Any], page: Layout) -> str:
    scope = f"; {item['scope']}" if "scope" in item else ""
    if "from" in item and item["in_force"] == "in_force":
        return f"{item['name']}: {page.word('in force since {date}', date=item['from'])}{scope}"
    return f"{item['name']}: {page.word(_IN_FORCE[item['in_force']])}{scope}"


def _facts(page: Layout, facts: Iterable[Mapping[str, Any]], deep: int = 2) -> None:
    for fact in facts:
        _fact(page, fact, fact["statement"], deep)


def _fact(page: Layout, fact: Mapping[str, Any], text: str, deep: int = 2) -> None:
    confidence = shown(fact["confidence"])
    page.entry(f"{confidence:2}", shown(text), hue=_HUES.get(confidence, ""), deep=deep)
    page.paragraph(f"{shown(fact['source'])}, {shown(fact['as_of'])}", deep=deep + 3, hue="dim")
