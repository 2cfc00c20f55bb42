"""How one value becomes another standard's and comes back; a rule says what it cannot carry.

`out` takes our value and gives one for each of the other standard's paths, `back` the other way; None
stands for nothing there. Nothing is invented: where a standard has no place, the value is left out
and named as lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from defa_id.errors import WrongUse
from defa_id.types import images, names
from defa_id.types.outcome import WHOLE, Back, Out
from defa_id.values import NamedTuple

_ACHIEVEMENTS: Final = {  # Open Badges 3.0, AchievementType; a transcript is none of them
    "secondary_school_diploma": "SecondarySchoolDiploma",
    "certificate": "Certificate",
    "diploma": "Diploma",
    "associate_degree": "AssociateDegree",
    "bachelor_degree": "BachelorDegree",
    "master_degree": "MasterDegree",
    "professional_doctorate": "ProfessionalDoctorate",
    "doctoral_degree": "DoctoralDegree",
    "degree": "Degree",
    "micro_credential": "MicroCredential",
    "course": "Course",
}
_STATUSES: Final = {  # Open Badges 3.0, ResultStatusType
    "completed": "Completed",
    "enrolled": "Enrolled",
    "failed": "Failed",
    "in_progress": "InProgress",
    "on_hold": "OnHold",
    "withdrew": "Withdrew",
}
_GENDERS: Final = {1: 1, 2: 2, 3: 3}  # claim 169: male, female, others
_SEXES: Final = {1: "Male", 2: "Female"}  # PhilSys, in the numbers of the EU PID rulebook
_FLAGS: Final = {False: 0, True: 1}
_MIDNIGHT: Final = "T00:00:00Z"


class Rule(NamedTuple):
    """One way of writing a value elsewhere. `keeps` says in words what comes through."""

    keeps: str
    out: Callable[[Any, str], Out]
    back: Callable[[tuple[Any, ...], str], Back]


def _same_out(value: Any, _: str) -> Out:
    return Out((value,), (WHOLE,))


def _same_back(values: tuple[Any, ...], _: str) -> Back:
    return Back(values[0])


def _day_out(value: Any, _: str) -> Out:
    if len(value) == len("YYYY-MM-DD"):
        return Out((value,), (WHOLE,))
    return Out((None,), (), (("", "the day is not known, and no day is made up"),))


def _day_back(values: tuple[Any, ...], _: str) -> Back:
    day, _, time = values[0].partition("T")
    return Back(day, lost=((0, "the time of day"),) if time else ())


def _time_out(value: Any, _: str) -> Out:
    whole = _day_out(value, "")
    return whole._replace(values=tuple(day and day + _MIDNIGHT for day in whole.values))


def _time_back(values: tuple[Any, ...], _: str) -> Back:
    exact = values[0].endswith(_MIDNIGHT)
    return Back(values[0][: len("YYYY-MM-DD")], lost=() if exact else ((0, "the time of day"),))


def _first_out(value: Any, _: str) -> Out:
    lost = (("", "only the first of several"),) if len(value) != 1 else ()
    return Out((value[0] if value else None,), (WHOLE,), lost)


def _first_back(values: tuple[Any, ...], _: str) -> Back:
    return Back([values[0]])


def _image_out(value: Any, _: str) -> Out:
    shown = images.to_shown(value)
    return Out((shown,), (WHOLE,), () if images.from_shown(shown) == value else (("", "the media type"),))


def _image_back(values: tuple[Any, ...], _: str) -> Back:
    return Back(images.from_shown(values[0]))


def _words(table: Mapping[Any, Any], why: str) -> Rule:
    """A rule that puts one word for another."""
    reverse = {theirs: ours for ours, theirs in table.items()}

    def out(value: Any, _: str) -> Out:
        lost = () if value in table else (("", why),)
        return Out((table.get(value),), (WHOLE,), lost)

    def back(values: tuple[Any, ...], _: str) -> Back:
        lost = () if values[0] in reverse else ((0, "no word of ours says this"),)
        return Back(reverse.get(values[0]), lost=lost)

    return Rule("whole, where both have a word for it", out, back)


def _number_out(value: Any, _: str) -> Out:
    made = float(value) if "." in value else int(value)
    exact = _decimal(made) == value
    return Out((made,), (WHOLE,), () if exact else (("", "more digits than a number holds there"),))


def _number_back(values: tuple[Any, ...], _: str) -> Back:
    text = _decimal(values[0])
    exact = float(text) == values[0]
    return Back(text if exact else None, lost=() if exact else ((0, "more than six decimal places"),))


def _decimal(number: float) -> str:
    text = f"{number:.6f}"
    return text.rstrip("0").rstrip(".")


def _scheme_out(value: Any, given: str) -> Out:
    """One number, by its scheme."""
    number = next((one["number"] for one in value if one["scheme"] == given), None)
    lost = () if number and len(value) == 1 else (("", f"only a single {given} has a place there"),)
    return Out((number,), (WHOLE,), lost)


def _scheme_back(values: tuple[Any, ...], given: str) -> Back:
    return Back([{"scheme": given, "number": values[0]}])


def _code_out(value: Any, given: str) -> Out:
    lost = ((".title", "only the code has a place there"),) if "title" in value else ()
    if value["scheme"] != given:
        return Out((None,), (), (("", f"not a code of {given}"),))
    return Out((value["code"],), (WHOLE,), lost)


def _code_back(values: tuple[Any, ...], given: str) -> Back:
    return Back({"scheme": given, "code": values[0]})


def _label_out(value: Any, _: str) -> Out:
    if not value:
        return Out((None, None), (), (("", "it is empty"),))
    lost = tuple((f"[{index}]", "only the first language") for index in range(1, len(value)))
    return Out((value[0]["value"], value[0]["lang"]), (("[0].value",), ("[0].lang",)), lost)


def _label_back(values: tuple[Any, ...], _: str) -> Back:
    if values[0] is None:
        return Back(None, lost=((1, "a language without a text"),))
    return Back([{"value": values[0], "lang": values[1] or names.UNDETERMINED}])


def _level_out(value: Any, _: str) -> Out:
    made = [
        {
            "type": ["Alignment"],
            "targetName": f"{one['framework']} {one['level']}",
            "targetUrl": one["uri"],
            "targetFramework": one["framework"],
            "targetCode": one["level"],
        }
        for one in value
        if "uri" in one
    ]
    lost = () if made and len(made) == len(value) else (("", "only levels that have a URI"),)
    return Out((made or None,), (WHOLE,), lost)


def _level_back(values: tuple[Any, ...], _: str) -> Back:
    whole = [one for one in values[0] if "targetFramework" in one and "targetCode" in one]
    made = [{"framework": one["targetFramework"], "level": one["targetCode"], "uri": one["targetUrl"]} for one in whole]
    again = _level_out(made, "").values[0]
    return Back(made or None, lost=() if again == values[0] else ((0, "what is not a level of a framework"),))


def _place_out(value: Any, _: str) -> Out:
    if not value:
        return Out((None,), (), (("", "it is empty"),))
    if "text" in value:
        return Out((value["text"],), ((".text",),), tuple((f".{part}", _TEXT_ONLY) for part in value if part != "text"))
    joined = ", ".join(value[part] for part in ("locality", "region", "country") if part in value)
    return Out((joined or None,), ((),), tuple((f".{part}", "only as a part of a text") for part in value))


def _place_back(values: tuple[Any, ...], _: str) -> Back:
    return Back({"text": values[0]})


def _compact_day_out(value: Any, _: str) -> Out:
    whole = _day_out(value, "")
    return whole._replace(values=tuple(day and day.replace("-", "") for day in whole.values))


def _compact_day_back(values: tuple[Any, ...], _: str) -> Back:
    day = values[0]
    return Back(f"{day[:4]}-{day[4:6]}-{day[6:]}")


def _written_day_out(value: Any, _: str) -> Out:  # noqa: ARG001  (whatever it is)
    return Out((None,), (), (("", _FREE_TEXT),))


def _written_day_back(values: tuple[Any, ...], _: str) -> Back:  # noqa: ARG001  (whatever it says)
    return Back(None, lost=((0, _FREE_TEXT),))


_FREE_TEXT: Final = "a date is a free text there, and none is read out of one"
_TEXT_ONLY: Final = "only the text has a place there"

RULES: Final[Mapping[str, Rule]] = {
    "same": Rule("whole", _same_out, _same_back),
    "day": Rule("if the day is known", _day_out, _day_back),
    "day-as-time": Rule("if the day is known; as midnight UTC", _time_out, _time_back),
    "compact-day": Rule("if the day is known", _compact_day_out, _compact_day_back),
    "first": Rule("the first of several", _first_out, _first_back),
    "image": Rule("the image; its media type as its bytes tell it", _image_out, _image_back),
    "achievement-type": _words(_ACHIEVEMENTS, "a transcript is no achievement"),
    "result-status": _words(_STATUSES, "no status of a result"),
    "gender": _words(_GENDERS, "only male, female and others"),
    "sex-word": _words(_SEXES, "only male and female"),
    "flag": _words(_FLAGS, "neither yes nor no"),
    "written-day": Rule("nothing: it is a free text there", _written_day_out, _written_day_back),
    "number": Rule("whole", _number_out, _number_back),
    "scheme": Rule("the number of this scheme", _scheme_out, _scheme_back),
    "code": Rule("the code, of this scheme", _code_out, _code_back),
    "label": Rule("in the first language", _label_out, _label_back),
    "level": Rule("levels that have a URI", _level_out, _level_back),
    "place-text": Rule("as a text", _place_out, _place_back),
    "family-and-given": Rule(names.FAMILY_AND_GIVEN, names.family_and_given, names.from_family_and_given),
    "identifiers": Rule(names.IDENTIFIERS, names.identifiers, names.from_identifiers),
    "hcert-name": Rule(names.HCERT, names.hcert, names.from_hcert),
    "parts-169": Rule(names.PARTS_169, names.parts_169, names.from_parts_169),
    "parts-philsys": Rule(names.PARTS_PHILSYS, names.parts_philsys, names.from_parts_philsys),
    "whole-name": Rule(names.WHOLE_NAME, names.whole_name, names.from_whole_name),
    "identity": Rule(names.WHOLE_NAME, names.identity, names.from_identity),
}


def rule(name: str) -> Rule:
    """The rule of this name. Raises `WrongUse`."""
    if name not in RULES:
        raise WrongUse(f"no rule is called {name}", hint=f"There are {', '.join(RULES)}.")
    return RULES[name]
