"""Two names compared: a grade with its reasons, in whatever scripts they are written.

Names in one script are compared word by word; a contradiction there is a conflict. Across scripts one
writing may be found readable as the other; where it is not, the answer is `unknown` and never a conflict,
because most romanisation in the region is free. The result does not depend on which name comes first.
"""

from __future__ import annotations

from collections.abc import Iterable

from defa_id.codec import limits
from defa_id.errors import Fault
from defa_id.people import chinese, icao, latin, scripts, sequences, traditions, words, writing
from defa_id.people.folding import folded
from defa_id.people.grades import AGREEING, Grade, Match, best, worse
from defa_id.people.latin import Customs
from defa_id.people.names import MRZ, OFFICIAL, TRANSLITERATION, Form, Name, customs
from defa_id.people.readings import READERS, read_as
from defa_id.people.traditions import Tradition
from defa_id.people.words import Parts, Taken
from defa_id.values import NamedTuple


class _Side(NamedTuple):
    """One form of a name, ready to be compared. `free`: it was put into its script without a rule one could check."""

    text: str
    script: str
    tag: str | None
    tradition: Tradition
    taken: Taken
    free: bool
    alias: bool
    field: icao.Field | None


def compare(one: Name | str, other: Name | str) -> Match:
    """How well two names agree, and why. A bare text is a name of which nothing else is known.

    Symmetric; never raises, whatever the texts are. Where a name cannot be used at all (hidden
    characters, probable Zawgyi, a placeholder), the grade is `unknown` and the reasons say so.
    """
    names = [Name.of(name) if isinstance(name, str) else name for name in (one, other)]
    homes = [_homes(name) for name in names]
    sides, refused = [], []
    for name, own, others in zip(names, homes, reversed(homes), strict=True):
        usable, codes = _sides(name, own or others)
        sides.append(usable)
        refused.append(codes)
    codes = refused[0] | refused[1]
    if not sides[0] or not sides[1]:
        return Match(Grade.UNKNOWN, tuple(sorted(codes)))
    found = _all(sides[0], sides[1]).but(*codes)
    return found if found.reasons else found.but("NAME_SAME")


def _homes(name: Name) -> tuple[str, ...]:
    return tuple(sorted({state for form in name.full for state in customs(form, name.state)}))


def _sides(name: Name, homes: tuple[str, ...]) -> tuple[list[_Side], set[str]]:
    """The forms of a name that can be compared, and the reasons why others cannot."""
    sides: list[_Side] = []
    codes: set[str] = set()
    forms = [*((form, False) for form in name.full), *((form, True) for form in name.aliases)][: limits.NAME_FORMS]
    foreign = any(form.kind != MRZ and "Latn" not in scripts.scripts_of(form.value) for form, _ in forms)
    if name.primary and not any(_is_latin(form) for form in name.full):
        identifiers = ", ".join(part for part in (name.primary, name.secondary) if part)
        forms.append((Form(identifiers, None, "Latn", TRANSLITERATION if foreign else OFFICIAL), False))
    for form, alias in forms:
        tradition = traditions.of(customs(form, name.state) or homes)
        side = _side(form, tradition, alias=alias, derived=foreign)
        if isinstance(side, set):
            codes |= side
        else:
            sides.append(side)
    return sides, codes


def _is_latin(form: Form) -> bool:
    return form.kind == MRZ or scripts.scripts_of(form.value) == {"Latn"}


def _side(form: Form, tradition: Tradition, *, alias: bool, derived: bool) -> _Side | set[str]:
    """A form made ready, or the reasons why it cannot be compared."""
    language = scripts.language(form.lang)
    field = None
    value = form.value
    if form.kind == MRZ:
        try:
            field = icao.read_field(value)
        except Fault as fault:
            return {fault.code}
        value = ", ".join(" ".join(part) for part in (field.primary, field.secondary) if part)
    written = writing.read(value, language=language)
    if not written.usable:
        return set(written.findings) & writing.REFUSED
    taken = words.take_apart(written.text, tradition)
    if form.script is not None and not scripts.fits(form.script, scripts.scripts_of(taken.bare)):
        return {"NAME_SCRIPT_TAG"}
    found = {scripts.broad(script) for script in scripts.scripts_of(taken.bare)}
    if not taken.ways:
        return set(taken.notes) or {"NAME_TOO_LONG"}
    if not scripts.one_script(found):
        return {"NAME_MIXED_SCRIPTS"}
    own = scripts.OWN_SCRIPT.get(language or "", "Latn")
    free = form.kind == TRANSLITERATION or (form.kind == MRZ and (derived or own != "Latn"))
    script = "Hani" if "Hani" in found else min(found, default=scripts.UNKNOWN)
    return _Side(taken.bare, script, form.script, tradition, taken, free, alias, field)


def _all(ones: Iterable[_Side], others: Iterable[_Side]) -> Match:
    """Every form with every form. A conflict within one script decides; else the best that was found does."""
    within: dict[str, list[Match]] = {}
    across: list[Match] = []
    for one in ones:
        for other in others:
            match = _forms(one, other)
            (within.setdefault(one.script, []) if one.script == other.script else across).append(match)
    by_script = [found for matches in within.values() if (found := best(*matches))]
    conflict = best(*(match for match in by_script if match.grade is Grade.CONFLICT))
    return conflict or best(*by_script, *across) or Match(Grade.UNKNOWN, ("NAME_NOT_COMPARABLE",))


def _forms(one: _Side, other: _Side) -> Match:
    one, other = sorted((one, other), key=_place)
    match = _same_script(one, other) if one.script == other.script else _across(one, other)
    if one.alias or other.alias:
        match = match.but("NAME_ALIAS", at_best=Grade.VARIANT)
    if one.taken.sexes and other.taken.sexes and not one.taken.sexes & other.taken.sexes:
        match = match.but("NAME_TITLE_DIFFERS", at_best=Grade.VARIANT)
    return match.but(*one.taken.notes, *other.taken.notes)


def _place(side: _Side) -> tuple[str, str, str, bool, bool]:
    """Which of two sides is looked at first, so that the answer does not depend on who asks."""
    return side.script, side.text, side.tag or "", side.free, side.field is None


def _same_script(one: _Side, other: _Side) -> Match:
    if one.text == other.text:
        alike = (one.field is None) == (other.field is None)
        return Match(Grade.EXACT) if alike else Match(Grade.TRANSLITERATED, ("NAME_ICAO",))
    if one.script in scripts.UNSPACED and _unspaced(one.text) == _unspaced(other.text):
        return Match(Grade.NORMALISED, ("NAME_SPACING",))
    ways = [_ways(a, b, one, other) for a in one.taken.ways for b in other.taken.ways]
    found = best(*ways, _truncated(one, other), _truncated(other, one))
    if found is None or found.grade is Grade.CONFLICT:
        return found or _disagreement(one, other)
    if one.field or other.field:
        return found.but("NAME_ICAO", at_best=Grade.TRANSLITERATED)
    return found


def _unspaced(text: str) -> str:
    return "".join(words.key(word) for word in text.split(" "))


def _ways(a: Parts, b: Parts, one: _Side, other: _Side) -> Match | None:
    """Two names, each taken apart in one way; None if nothing says that they are the same."""
    customs = _customs(one, other)

    def same(x: str, y: str) -> Match | None:
        return latin.same_word(x, y, customs) if one.script == "Latn" else _same_elsewhere(x, y, one.script)

    match = sequences.in_order(a.words, b.words, same)
    # Where nobody has a family name, or both say whose child somebody is, another order is another name.
    movable = not (one.tradition.whole or other.tradition.whole or (a.relations and b.relations))
    if match is None and movable:
        match = best(sequences.reordered(a.words, b.words, same), sequences.lacking(a.words, b.words, same))
    if match is None:
        match = sequences.divided_otherwise(a.words, b.words, same, turning=movable)
    if match is None:
        return None
    found = _with_notes(_related(match, a, b), a, b)
    if found.grade is Grade.EXACT and "NAME_TITLE" not in found.reasons:
        return found.but("NAME_PUNCTUATION", at_best=Grade.NORMALISED)  # the texts are not the same, the words are
    return found


def _related(match: Match, a: Parts, b: Parts) -> Match:
    """The match, seen together with what the words for son and daughter of say."""
    if len(a.relations) != len(b.relations):
        return match.but("NAME_CONNECTOR_ABSENT", at_best=Grade.VARIANT)
    if a.relations != b.relations:
        if {traditions.SON, traditions.DAUGHTER} in [{x, y} for x, y in zip(a.relations, b.relations, strict=True)]:
            return Match(Grade.CONFLICT, ("NAME_CONNECTOR_DIFFERS",))
        return match.but("NAME_CONNECTOR_SPELLING", at_best=Grade.VARIANT)
    if a.connectors != b.connectors:
        languages = [["/" in word for word in parts.connectors] for parts in (a, b)]
        grade = Grade.NORMALISED if languages[0] == languages[1] else Grade.VARIANT
        return match.but("NAME_CONNECTOR_SPELLING", at_best=grade)
    return match


def _with_notes(match: Match, a: Parts, b: Parts) -> Match:
    if a.suffix != b.suffix:
        both = a.suffix is not None and b.suffix is not None
        match = Match(Grade.CONFLICT, ("NAME_SUFFIX",)) if both else match.but("NAME_SUFFIX", at_best=Grade.VARIANT)
    if match.grade is Grade.CONFLICT:
        return match
    notes = a.notes | b.notes
    if "NAME_ORDER" in notes:
        match = match.but(at_best=Grade.NORMALISED)
    if a.doubtful or b.doubtful:
        match = match.but(at_best=Grade.VARIANT)
    return match.but(*notes)


def _customs(one: _Side, other: _Side) -> Customs:
    return Customs(
        {**one.tradition.abbreviations, **other.tradition.abbreviations},
        one.tradition.old_spelling or other.tradition.old_spelling,
        one.free or other.free,
        latin.is_plain(one.text) or latin.is_plain(other.text),
        one.tradition.marked or other.tradition.marked,
    )


def _same_elsewhere(x: str, y: str, script: str) -> Match | None:
    """How two words in another script than Latin agree."""
    if x == y:
        return Match(Grade.EXACT)
    first, second = words.key(x), words.key(y)
    if first == second:
        return Match(Grade.NORMALISED, ("NAME_PUNCTUATION",))
    if folded(first, script) == folded(second, script):
        return Match(Grade.NORMALISED, ("NAME_ENCODING",))
    return None


def _truncated(one: _Side, other: _Side) -> Match | None:
    """The first side as a name field that may have cut the name of the second."""
    if one.field is None or not one.field.cut:
        return None
    for row in (words.divided(other.text), *(way.words for way in other.taken.ways)):
        spelt = [units for word in row if (units := icao.units(word))]
        for border in range(1, len(spelt) + 1):
            for primary, secondary in ((spelt[:border], spelt[border:]), (spelt[border:], spelt[:border])):
                if icao.fits(one.field, primary, secondary):
                    return Match(Grade.VARIANT, ("NAME_TRUNCATED",))
    return None


def _disagreement(one: _Side, other: _Side) -> Match:
    """What it means that nothing speaks for two names in one script."""
    if one.free or other.free:
        return Match(Grade.UNKNOWN, ("NAME_ROMANISATION",))
    if one.script == "Hani" and (one.tag not in ("Hans", "Hant") or one.tag != other.tag):
        return Match(Grade.UNKNOWN, ("NAME_NOT_COMPARABLE",))
    if one.tradition.alone and other.tradition.alone and _one_name_alone(one, other):
        return Match(Grade.UNKNOWN, ("NAME_ALONE",))
    if one.script == "Latn" and one.tradition.chinese and other.tradition.chinese and _one_family(one, other):
        return Match(Grade.UNKNOWN, ("NAME_ROMANISATION",))
    rows = one.text.split(" "), other.text.split(" ")
    bare = len(rows[0]) == len(rows[1]) and all(
        words.key(x) == words.key(y) or latin.marks_differ(x, y) for x, y in zip(*rows, strict=True)
    )
    return Match(Grade.CONFLICT, ("NAME_MARKS_DIFFER" if bare else "NAME_DIFFERENT",))


def _one_name_alone(one: _Side, other: _Side) -> bool:
    """Whether one is a single name and the other begins with it: a form may have asked for two."""
    short, long = sorted(([words.key(word) for word in words.divided(side.text)] for side in (one, other)), key=len)
    return len(short) == 1 < len(long) and short[0] == long[0]


def _one_family(one: _Side, other: _Side) -> bool:
    rows = ([words.key(word) for word in words.divided(side.text)] for side in (one, other))
    return chinese.may_be_one_family(*rows)


def _across(one: _Side, other: _Side) -> Match:
    """Names in two scripts: whether one can be read as the other; never a conflict."""
    native, roman = (other, one) if one.script == "Latn" else (one, other)
    if roman.script != "Latn" or native.script not in READERS:
        return Match(Grade.UNKNOWN, ("NAME_NOT_COMPARABLE",))
    found = best(
        *(
            _with_notes(_related(match, a, b._replace(connectors=a.connectors)), a, b)
            for a in native.taken.ways
            for b in roman.taken.ways
            if (match := read_as(a.words, b.words, native.script))
        )
    )
    if found is None or found.grade not in AGREEING:
        return Match(Grade.UNKNOWN, ("NAME_ROMANISATION",))
    return found.but(at_best=worse(found.grade, Grade.TRANSLITERATED))
