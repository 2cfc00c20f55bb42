"""Names of people in standards that cut them in two, and back: nothing is split, joined or guessed.

A family name is written where a register holds one apart, or where ICAO's primary and secondary
identifier are what the standard asks for (ICAO Doc 9303 part 3 §3.4; ISO/IEC 18013-5 calls them by
these words). A person with one name has no family name, and gets none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from defa_id.people import scripts
from defa_id.types.outcome import Back, Out

UNDETERMINED: Final = "und"  # BCP 47, RFC 5646 §4.1: the language is not known
_SCRIPT_UNDETERMINED: Final = "Zyyy"  # ISO 15924

FAMILY_AND_GIVEN: Final = "family and given name as the register holds them; else both ICAO identifiers"
IDENTIFIERS: Final = "both ICAO identifiers in Latin-1, and family and given name in national characters"
HCERT: Final = "both ICAO identifiers as in a machine-readable zone, and family and given name"
PARTS_PHILSYS: Final = "given, middle and family name, and suffix"
PARTS_169: Final = "the official spelling, and given, middle and family name"
WHOLE_NAME: Final = "the official spelling"

_TOGETHER: Final = "the whole name was put together, primary identifier first; its register may write it otherwise"
_NO_FAMILY_NAME: Final = "a name without a family name has no place there"
_NO_PLACE: Final = "no place for it there"
_NOT_THESE: Final = frozenset({"mononym", "patronymic", "single_string"})  # primary is no family name
_PHILSYS: Final = ("given", "middle", "family", "suffix")
_MACHINE_READABLE: Final = re.compile(r"[A-Z]+(?: [A-Z]+)*")

Name = Mapping[str, Any]


def family_and_given(name: Any, _: str) -> Out:
    """Family name and given names (EU PID)."""
    parts = name.get("parts", {})
    family, given = parts.get("family"), parts.get("given")
    if family or given:
        same = (name.get("primary") == family, name.get("secondary") == given) if family and given else (False, False)
        of = ((".parts.family", *_if(same[0], ".primary")), (".parts.given", *_if(same[1], ".secondary")))
        return Out((family, given), of, _others(name, of))
    if name.get("secondary") and name.get("structure") not in _NOT_THESE:
        of = ((".primary",), (".secondary",))
        return Out((name.get("primary"), name["secondary"]), of, _others(name, of))
    return Out((None, None), (), (("", _NO_FAMILY_NAME),))


def from_family_and_given(values: tuple[Any, ...], _: str) -> Back:
    """A name out of family name and given names. One of them alone may be all there is, or all that
    was disclosed; so it becomes a part and no whole name."""
    family, given = values
    parts = _known(family=family, given=given)
    if not (family and given):
        return Back({"parts": parts})
    return Back(
        {"full": [_together(family, given)], "primary": family, "secondary": given, "parts": parts}, notes=(_TOGETHER,)
    )


def identifiers(name: Any, _: str) -> Out:
    """Primary and secondary identifier, family and given name in national characters (ISO mDL)."""
    parts = name.get("parts", {})
    of = ((".primary",), (".secondary",), (".parts.family",), (".parts.given",))
    values = (name.get("primary"), name.get("secondary"), parts.get("family"), parts.get("given"))
    return Out(values, of, _others(name, of))


def from_identifiers(values: tuple[Any, ...], _: str) -> Back:
    """A name out of an mDL's four elements."""
    primary, secondary, family, given = values
    parts = _known(family=family, given=given)
    made = _known(primary=primary, secondary=secondary, **({"parts": parts} if parts else {}))
    if not (primary and secondary):
        return Back(made)
    whole = _together(family, given) if family and given else _together(primary, secondary)
    return Back({"full": [whole], **made}, notes=(_TOGETHER,))


def hcert(name: Any, _: str) -> Out:
    """fn, fnt, gn, gnt of an HCERT; a person with one name has fn and fnt alone."""
    parts = name.get("parts", {})
    given, primary, secondary = parts.get("given"), _zone(name.get("primary")), _zone(name.get("secondary"))
    family, first = _spelling(name, official=True)
    if given or secondary:
        family, first = parts.get("family"), (".parts.family",)
    elif "secondary" in name:  # one of two names alone would be read as the whole
        family, first = None, ()
    of = (first, (".primary",) if primary else (), (".parts.given",), (".secondary",) if secondary else ())
    return Out((family, primary, given, secondary), of, _others(name, of))


def from_hcert(values: tuple[Any, ...], _: str) -> Back:
    """A name out of an HCERT: its machine-readable form is the one that is always there."""
    fn, fnt, gn, gnt = values
    primary, secondary = (zone and " ".join(zone.replace("<", " ").split()) for zone in (fnt, gnt))
    spelt = ((1, fnt, primary), (3, gnt, secondary))
    lost = tuple(
        (at, "not words with one filler between") for at, text, words in spelt if text and _zone(words) != text
    )
    made = _known(primary=primary, secondary=secondary)
    if fn and not gn and not secondary:  # of one name; given names of fillers alone are none
        return Back({"full": [_form(fn)], **made}, lost)
    parts = _known(family=fn, given=gn)
    zone = "<<".join(text for _, text, words in spelt if words)
    whole = [{"value": zone, "lang": UNDETERMINED, "script": "Latn", "kind": "mrz"}]
    return Back({**({"full": whole} if primary else {}), **made, **({"parts": parts} if parts else {})}, lost)


def parts_169(name: Any, _: str) -> Out:
    """Full name, first, middle and last name of claim 169."""
    parts = name.get("parts", {})
    full, first = _spelling(name)
    of = (first, (".parts.given",), (".parts.middle",), (".parts.family",))
    values = (full, parts.get("given"), parts.get("middle"), parts.get("family"))
    return Out(values, of, _others(name, of))


def from_parts_169(values: tuple[Any, ...], _: str) -> Back:
    """A name out of claim 169; it has no ICAO identifier."""
    full, given, middle, family = values
    parts = _known(given=given, middle=middle, family=family)
    return Back({**({"full": [_form(full)]} if full else {}), **({"parts": parts} if parts else {})})


def parts_philsys(name: Any, _: str) -> Out:
    """First, middle and last name and suffix of a PhilSys document."""
    parts = name.get("parts", {})
    of = ((".parts.given",), (".parts.middle",), (".parts.family",), (".parts.suffix",))
    return Out(tuple(parts.get(one) for one in _PHILSYS), of, _others(name, of))


def from_parts_philsys(values: tuple[Any, ...], _: str) -> Back:
    """A name out of a PhilSys document, in parts alone: it has no ICAO identifier, and no whole name."""
    return Back({"parts": _known(**dict(zip(_PHILSYS, values, strict=True)))})


def whole_name(name: Any, _: str) -> Out:
    """The name as one text."""
    full, first = _spelling(name)
    return Out((full,), (first,), _others(name, (first,)))


def from_whole_name(values: tuple[Any, ...], _: str) -> Back:
    """A name that is known as one text."""
    return Back({"full": [_form(values[0])]})


def identity(name: Any, _: str) -> Out:
    """The name as an IdentityObject of Open Badges 3.0, not hashed."""
    plain = whole_name(name, "")
    made = {"type": "IdentityObject", "hashed": False, "identityHash": plain.values[0], "identityType": "name"}
    return plain._replace(values=([made] if plain.values[0] else None,))


def from_identity(values: tuple[Any, ...], _: str) -> Back:
    """The name among IdentityObjects; one that is hashed can be compared with a name and not read."""
    plain = {"type": "IdentityObject", "hashed": False, "identityType": "name"}
    named = [one["identityHash"] for one in values[0] if {**one, "identityHash": ""} == {**plain, "identityHash": ""}]
    lost = () if len(named) == len(values[0]) == 1 else ((0, "identifiers that are no name in plain text"),)
    return Back({"full": [_form(named[0])]} if named else None, lost)


def _spelling(name: Name, *, official: bool = False) -> tuple[str | None, tuple[str, ...]]:
    """The official spelling of the whole name and the part of the claims it is, if that is read back as
    it stood. Where none is official the first one stands for it, unless it has to be `official`."""
    full = name.get("full", [])
    at = next((at for at, form in enumerate(full) if form.get("kind") == "official"), None)
    if at is None:
        return (full[0].get("value") if full and not official else None), ()
    return full[at].get("value"), (".full[0].value", ".full[0].kind") if at == 0 else ()


def _others(name: Name, carried: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, str], ...]:
    """The parts of a name that are not carried."""
    kept = {path for paths in carried for path in paths}
    return tuple((path, _NO_PLACE) for path in _leaves(name) if path not in kept)


def _leaves(value: Any, path: str = "") -> list[str]:
    if isinstance(value, dict) and value:
        return [leaf for name, one in value.items() for leaf in _leaves(one, f"{path}.{name}")]
    if isinstance(value, list) and value:
        return [leaf for at, one in enumerate(value) for leaf in _leaves(one, f"{path}[{at}]")]
    return [path]


def _zone(text: str | None) -> str | None:
    """A text as a machine-readable zone writes it; None if it is not written in A to Z and spaces."""
    return text.replace(" ", "<") if text and _MACHINE_READABLE.fullmatch(text) else None


def _form(value: str, kind: str = "official") -> dict[str, str]:
    found = scripts.scripts_of(value)
    script = next(iter(found)) if len(found) == 1 else _SCRIPT_UNDETERMINED
    return {"value": value, "lang": UNDETERMINED, "script": script, "kind": kind}


def _together(first: str, second: str) -> dict[str, str]:
    return _form(f"{first} {second}")


def _known(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}


def _if(true: bool, path: str) -> tuple[str, ...]:
    return (path,) if true else ()
