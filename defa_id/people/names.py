"""A person's name as a credential holds it: written in one or more scripts, with ICAO's identifiers, no part invented.

The schemas of person credentials ask for `full` and `primary` and nothing else, because most of what other
models ask for does not exist for many people of the region: a family name above all.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Self

from defa_id.codec import limits
from defa_id.errors import Fault
from defa_id.people import icao, scripts, traditions, words, writing
from defa_id.values import NamedTuple

OFFICIAL: Final = "official"
TRANSLITERATION: Final = "transliteration"
MRZ: Final = "mrz"
KINDS: Final = (OFFICIAL, TRANSLITERATION, MRZ)
STRUCTURES: Final = ("mononym", "family_given", "given_family", "patronymic", "single_string")
PARTS: Final = ("title", "given", "middle", "family", "patronymic", "suffix")


class Form(NamedTuple):
    """One way a name is written. `lang` is a BCP 47 tag, `script` an ISO 15924 code, `kind` one of `KINDS`.

    What is not known is None; a form of a credential always has all four.
    """

    value: str
    lang: str | None = None
    script: str | None = None
    kind: str = OFFICIAL
    romanisation: str | None = None


class Finding(NamedTuple):
    """Something to weigh about a name: a reason code, and where, as a path such as `full/0`; no part of the name."""

    code: str
    place: str


class Name(NamedTuple):
    """A name in all its forms. `primary` and `secondary` are ICAO's identifiers, None where not known.

    `state`: whose customs it follows, where that is known besides the languages of its forms.
    """

    full: tuple[Form, ...]
    primary: str | None = None
    secondary: str | None = None
    structure: str | None = None
    parts: Mapping[str, str] = MappingProxyType({})
    aliases: tuple[Form, ...] = ()
    state: str | None = None

    @classmethod
    def read(cls, claim: object, *, state: str | None = None) -> Self:
        """The name in a claim as `schemas/credentials` has it.

        Raises `Fault` NAME_SHAPE, naming the member at fault and never its value.
        """
        if not isinstance(claim, Mapping):
            raise Fault("NAME_SHAPE", "a name is an object", place="")
        structure = claim.get("structure")
        if structure is not None and structure not in STRUCTURES:
            raise Fault("NAME_SHAPE", "structure is not one of the known ones", place="structure")
        parts = claim.get("parts", {})
        if not isinstance(parts, Mapping) or not all(isinstance(part, str) for part in parts.values()):
            raise Fault("NAME_SHAPE", "parts are texts by name", place="parts")
        return cls(
            _forms(claim, "full", least=1),
            _text(claim, "primary", required=True),
            _text(claim, "secondary"),
            structure,
            MappingProxyType({name: parts[name] for name in PARTS if name in parts}),
            _forms(claim, "aliases"),
            state,
        )

    @classmethod
    def of(
        cls,
        value: str,
        *,
        lang: str | None = None,
        script: str | None = None,
        kind: str = OFFICIAL,
        state: str | None = None,
    ) -> Self:
        """A name of which no more than one writing is known, as another party's records have it."""
        return cls((Form(value, lang, script, kind),), state=state)

    def name_field(self, positions: int = icao.TD3) -> str:
        """ICAO's identifiers as the name field of a machine-readable zone. Raises `Fault` NAME_MRZ_FORM."""
        return icao.name_field(self.primary or "", self.secondary or "", positions)


def customs(form: Form, state: str | None) -> tuple[str, ...]:
    """The states whose customs a form may follow: those of its language, else the one that is known."""
    homes = traditions.states_of(form.lang)
    if state in homes or not homes:
        return (state,) if state else ()
    return homes


def examine(name: Name) -> tuple[Finding, ...]:
    """Everything there is to weigh about a name by itself, form by form, then its identifiers."""
    found: list[Finding] = []
    for member, forms in (("full", name.full), ("aliases", name.aliases)):
        for number, form in enumerate(forms):
            found.extend(Finding(code, f"{member}/{number}") for code in _of_form(form, name.state))
    for member, text in (("primary", name.primary), ("secondary", name.secondary)):
        if text is not None:
            tradition = traditions.of(customs(Form(text), name.state))
            found.extend(Finding(code, member) for code in _of_text(text, tradition, None))
    if name.secondary and words.key(name.primary or "") == words.key(name.secondary):
        found.append(Finding("NAME_REPEATED", "secondary"))
    return tuple(found)


def _of_form(form: Form, state: str | None) -> list[str]:
    tradition = traditions.of(customs(form, state))
    if form.kind == MRZ:
        try:
            field = icao.read_field(form.value)
        except Fault as fault:
            return [fault.code]
        text = ", ".join(" ".join(part) for part in (field.primary, field.secondary) if part)
        found = _of_text(text, tradition, scripts.language(form.lang))
        found.extend(["NAME_TRUNCATED"] if field.cut else [])
    else:
        found = _of_text(form.value, tradition, scripts.language(form.lang))
    if form.lang is not None and not scripts.is_language_tag(form.lang):
        found.append("NAME_LANGUAGE_TAG")
    bare = words.take_apart(writing.read(form.value).text, tradition).bare  # Dr before a Thai name is no Thai
    if form.script is not None and not scripts.fits(form.script, scripts.scripts_of(bare)):
        found.append("NAME_SCRIPT_TAG")
    return found


def _of_text(text: str, tradition: traditions.Tradition, language: str | None) -> list[str]:
    written = writing.read(text, language=language)
    found = list(written.findings)
    if not written.usable:
        return found
    taken = words.take_apart(written.text, tradition)
    found.extend(taken.notes)
    if taken.ways and words.is_repeated(taken.ways[0].words) and not tradition.whole:
        found.append("NAME_REPEATED")
    if any("NAME_ALIAS" in way.notes for way in taken.ways):
        found.append("NAME_ALIAS")
    return sorted(set(found))


def _forms(claim: Mapping[str, Any], member: str, *, least: int = 0) -> tuple[Form, ...]:
    given = claim.get(member, [])
    if not isinstance(given, list | tuple) or not least <= len(given) <= limits.NAME_FORMS:
        raise Fault("NAME_SHAPE", f"{member} is a list of {least} to {limits.NAME_FORMS} forms", place=member)
    return tuple(_form(form, f"{member}/{number}") for number, form in enumerate(given))


def _form(form: object, place: str) -> Form:
    if not isinstance(form, Mapping):
        raise Fault("NAME_SHAPE", f"{place} is not an object", place=place)
    value, lang, script, kind = (_text(form, name, required=True, within=place) for name in _REQUIRED)
    if kind not in KINDS:
        raise Fault("NAME_SHAPE", f"{place}/kind is not one of {', '.join(KINDS)}", place=f"{place}/kind")
    return Form(value or "", lang, script, kind, _text(form, "romanisation", within=place))


_REQUIRED: Final = ("value", "lang", "script", "kind")


def _text(holder: Mapping[str, Any], name: str, *, required: bool = False, within: str = "") -> str | None:
    place = f"{within}/{name}" if within else name
    value = holder.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or not value:
        raise Fault("NAME_SHAPE", f"{place} is missing or no text", place=place)
    return value
