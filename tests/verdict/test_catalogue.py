"""The catalogue: two public vocabularies, complete, well-formed and closed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any, cast

import pytest

import defa_id.catalogue as module
from defa_id.catalogue import ALWAYS, CATALOGUE, CheckEntry, Reason

PREFIXES = (
    *("format", "limit", "issuer", "key", "proof", "time", "holder"),
    *("status", "schema", "recognition", "assurance", "policy", "registry"),
)
CONDITIONS = {
    value for name, value in vars(module).items() if name.isupper() and isinstance(value, str) and name != "CATALOGUE"
}


def test_every_check_stands_under_its_own_id_with_a_prefix_of_the_interface() -> None:
    for id, entry in CATALOGUE.checks.items():
        assert id == entry.id
        assert re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*", id), id
        assert id.split(".")[0] in PREFIXES, id
    assert {id.split(".")[0] for id in CATALOGUE.checks} == set(PREFIXES)


def test_every_code_is_an_area_and_a_reason() -> None:
    for code, reason in CATALOGUE.reasons.items():
        assert code == reason.code
        assert re.fullmatch(r"[A-Z0-9]+(_[A-Z0-9]+)+", code), code


def sentences(text: str) -> bool:
    """Whether it begins like a sentence, ends like one and is one line."""
    return bool(re.fullmatch(r"[A-Z].*[^\s.]\.", text)) and text == " ".join(text.split())


@pytest.mark.parametrize("reason", CATALOGUE.reasons.values(), ids=lambda reason: reason.code)
def test_every_reason_says_what_and_what_next(reason: Reason) -> None:
    assert sentences(reason.message)
    assert sentences(reason.next_step)
    # A summary goes on with the message in lower case: it must not begin with an abbreviation.
    assert not reason.message[1].isupper()


@pytest.mark.parametrize("entry", CATALOGUE.checks.values(), ids=lambda entry: entry.id)
def test_every_check_asks_cites_and_explains(entry: CheckEntry) -> None:
    assert re.fullmatch(r"[A-Z].*[a-z0-9]\?", entry.question)
    assert entry.clause.strip()
    assert not entry.clause.endswith(".")
    assert sentences(entry.failing)
    assert entry.when <= CONDITIONS
    assert entry.when


def test_no_two_checks_ask_the_same() -> None:
    assert len({entry.question for entry in CATALOGUE.checks.values()}) == len(CATALOGUE.checks)
    assert len({reason.message for reason in CATALOGUE.reasons.values()}) == len(CATALOGUE.reasons)


# -- what is required ---------------------------------------------------------------------------------


def test_what_is_always_required_is_required_of_an_empty_question() -> None:
    always = {id for id, entry in CATALOGUE.checks.items() if ALWAYS in entry.when}
    assert CATALOGUE.required(()) == always
    assert {"format.wellformed", "issuer.listed", "key.algorithm", "proof.signature", "time.window"} <= always
    assert {"recognition.in_force", "assurance.achieved", "issuer.scope", "issuer.granted"} <= always


@pytest.mark.parametrize("condition", sorted(CONDITIONS - {ALWAYS}))
def test_a_condition_adds_its_checks_and_takes_none_away(condition: str) -> None:
    added = CATALOGUE.required({condition}) - CATALOGUE.required(())
    assert added == {
        id for id, entry in CATALOGUE.checks.items() if condition in entry.when and ALWAYS not in entry.when
    }
    assert added
    assert CATALOGUE.required({condition}) >= CATALOGUE.required(())


def test_every_check_can_be_required() -> None:
    assert CATALOGUE.required(CONDITIONS) == CATALOGUE.checks.keys()


def test_a_condition_nobody_knows_requires_nothing_more() -> None:
    assert CATALOGUE.required({"moonshine"}) == CATALOGUE.required(())


# -- extension ----------------------------------------------------------------------------------------

ENTRY = CheckEntry("policy.region", "Is it from the region?", "a test", "It is not.", frozenset({ALWAYS}))
REASON = Reason("POLICY_REGION", "It is from elsewhere.", "Ask for another.")


def test_with_check_returns_another_catalogue() -> None:
    before = (dict(CATALOGUE.checks), dict(CATALOGUE.reasons))
    more = CATALOGUE.with_check(ENTRY, REASON)
    assert (dict(CATALOGUE.checks), dict(CATALOGUE.reasons)) == before
    assert list(more.checks) == [*before[0], ENTRY.id]
    assert list(more.reasons) == [*before[1], REASON.code]
    assert ENTRY.id in more.required(())
    assert ENTRY.id not in CATALOGUE.required(())


@pytest.mark.parametrize("id", CATALOGUE.checks)
def test_with_check_refuses_every_id_that_is_taken(id: str) -> None:
    with pytest.raises(ValueError, match=re.escape(id)):
        CATALOGUE.with_check(ENTRY._replace(id=id))


@pytest.mark.parametrize("code", CATALOGUE.reasons)
def test_with_check_refuses_every_code_that_is_taken(code: str) -> None:
    with pytest.raises(ValueError, match=code):
        CATALOGUE.with_check(ENTRY, REASON, REASON._replace(code=code))


def test_with_check_refuses_its_own_additions_the_second_time() -> None:
    more = CATALOGUE.with_check(ENTRY, REASON)
    with pytest.raises(ValueError, match="exists"):
        more.with_check(ENTRY)
    with pytest.raises(ValueError, match="exists"):
        more.with_check(ENTRY._replace(id="policy.other"), REASON)


@pytest.mark.parametrize("part", ["checks", "reasons"])
def test_a_built_in_meaning_cannot_be_changed(part: str) -> None:
    for catalogue in (CATALOGUE, CATALOGUE.with_check(ENTRY, REASON)):
        mapping = cast("MutableMapping[str, Any]", getattr(catalogue, part))
        with pytest.raises(TypeError):
            mapping[next(iter(mapping))] = None
        with pytest.raises(AttributeError):
            setattr(catalogue, part, {})


# -- the code that uses it ----------------------------------------------------------------------------


def raised() -> Iterator[tuple[str, str]]:
    """Where the package raises a fault with its code written out, and which code."""
    package = Path(module.__file__).parent
    for file in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Fault" | "Unknowable"), args=[ast.Constant(value=str(code)), *_]):
                    yield f"{file.relative_to(package)}:{node.lineno}", code


def test_every_reason_the_package_gives_is_in_the_catalogue() -> None:
    given = list(raised())
    assert len(given) > 50
    assert [(where, code) for where, code in given if code not in CATALOGUE.reasons] == []
