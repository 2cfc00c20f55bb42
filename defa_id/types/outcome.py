"""What a rule gives: values, where they came from, and what could not be carried."""

from __future__ import annotations

from typing import Any, Final

from defa_id.values import NamedTuple

WHOLE: Final = ("",)  # all of the value


class Out(NamedTuple):
    """Our value in another standard's words.

    `values`: one for each path there, None for nothing. `of`: for each, which parts of ours it carries,
    as paths that begin at the value ("" for all of it). `lost`: parts it does not carry, and why.
    """

    values: tuple[Any, ...]
    of: tuple[tuple[str, ...], ...] = ()
    lost: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


class Back(NamedTuple):
    """Another standard's values in our words. `lost`: which of them it does not carry, and why."""

    value: Any
    lost: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
