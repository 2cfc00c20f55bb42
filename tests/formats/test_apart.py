"""Formats stand apart: what goes wrong in one, or that it is missing altogether, changes no verdict about another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from defa_id.parts import DEFAULT_PARTS, Format
from defa_id.policy import Policy
from defa_id.verifier import Verifier
from tests.properties.facts import EVERY, INTEGRITY, Facts, registry_of
from tests.properties.minting import mint
from tests.support.world import NOW

NAMES = [format.name for format in DEFAULT_PARTS.formats]
RULES = Policy.from_document({"id": "test"}).asking(for_state="TH")


def broken(*_: Any) -> Any:
    raise RuntimeError("a bug in this format")


def deaf(_: bytes) -> bool:
    return False


def with_steps(format: Format) -> Format:
    return format._replace(steps=tuple((check, broken) for check, _ in format.steps), binding=broken)


def in_another(format: str) -> list[Facts]:
    """Good and bad credentials in every format that is not this one."""
    names = [name for name in EVERY if ("data-integrity" if name in INTEGRITY else name) != format]
    return [
        Facts(format=name, **changes)
        for name in names
        for changes in ({}, {"signer": "a stranger as the issuer"}, {"ends": -1}, {"standing": "fraud"})
    ]


@pytest.mark.parametrize("change", [with_steps, lambda format: format._replace(recognises=deaf)], ids=["bug", "deaf"])
@pytest.mark.parametrize("format", NAMES)
def test_what_goes_wrong_in_one_changes_no_verdict_about_another(
    format: str, change: Callable[[Format], Format]
) -> None:
    formats = tuple(change(one) if one.name == format else one for one in DEFAULT_PARTS.formats)
    for said in in_another(format):
        data = mint(said)  # once: signatures are made anew each time
        judged = [
            Verifier(registry_of(said), RULES, parts).verify(data, at=NOW).to_json()
            for parts in (DEFAULT_PARTS, DEFAULT_PARTS._replace(formats=formats))
        ]
        assert judged[0] == judged[1], said.format


@pytest.mark.parametrize("format", EVERY)
def test_one_format_recognises_what_is_minted_in_it(format: str) -> None:
    for said in (Facts(format=format), Facts(format=format, presentation=None if format == "cwt" else "good")):
        data = mint(said)
        raw = data if isinstance(data, bytes) else data.encode()
        found = [one.name for one in DEFAULT_PARTS.formats if one.recognises(raw)]
        assert found == ["data-integrity" if format in INTEGRITY else format]
