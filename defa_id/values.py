"""Values: named tuples that cost little to define.

`NamedTuple` is `typing.NamedTuple`, except that defining a class does not compile the annotation of
every field, which is two thirds of what it costs, and a short command defines a hundred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["NamedTuple"]

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from collections import namedtuple

    class _Definition(type):
        """Turns the body of a class into a named tuple, other bases (`Generic`) behind it."""

        def __new__(cls, name, bases, body):
            fields = body.get("__annotations__", {})
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])
            if len(bases) > 1:
                return type(name, (made, *bases[1:]), {**body, "__slots__": ()})
            for key, value in body.items():
                setattr(made, key, value)
            return made

    NamedTuple = type.__new__(_Definition, "NamedTuple", (), {})
