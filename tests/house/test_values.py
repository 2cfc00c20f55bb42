"""Our named tuples are those of `typing`, but for what their definition costs."""

from __future__ import annotations

import pickle
import typing
from typing import Any, Generic, TypeVar

import pytest

from defa_id import values

T = TypeVar("T")


class Ours(values.NamedTuple):
    """A value."""

    name: str
    held: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """How many are held."""
        return len(self.held)


class Theirs(typing.NamedTuple):
    """A value."""

    name: str
    held: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """How many are held."""
        return len(self.held)


class Holding(values.NamedTuple, Generic[T]):
    """A value of anything."""

    value: T


@pytest.mark.parametrize("kind", [Ours, Theirs])
def test_they_behave_alike(kind: Any) -> None:
    one = kind("a", held=(1, 2))
    assert one == ("a", (1, 2)) and one.size == 2 and kind("a").held == ()
    assert one._replace(name="b") == kind("b", (1, 2)) and one._fields == ("name", "held")
    assert repr(one) == f"{kind.__name__}(name='a', held=(1, 2))"
    assert (kind.__doc__, kind.__module__, kind.__bases__) == ("A value.", __name__, (tuple,))
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301  (our own bytes)
    assert typing.get_type_hints(kind) == {"name": str, "held": tuple[int, ...]}
    with pytest.raises(TypeError):
        kind()
    with pytest.raises(AttributeError):
        one.name = "b"
    with pytest.raises(AttributeError):
        one.other = "b"


def test_one_may_be_generic() -> None:
    held = Holding(1)
    assert held.value == 1 and held._replace(value=2) == (2,) and isinstance(held, tuple)
    assert repr(Holding[int]) == f"{__name__}.Holding[int]" and not hasattr(held, "__dict__")


def test_a_definition_compiles_no_annotation() -> None:
    assert Ours.__annotations__ == {"name": "str", "held": "tuple[int, ...]"}
