"""One thing that was compared: what is asked, by whom, what is there, and what to do about it."""

from __future__ import annotations

from typing import Any, Final

from defa_id.values import NamedTuple
from defa_id.wanted import WANTED

MET: Final = "met"
LACKING: Final = "lacking"
OPEN: Final = "open"  # cannot be told from the registry, or is for the state to decide

DESIGN: Final = "design"  # the registry's own design, for whoever wants to be relied on abroad


class Finding(NamedTuple):
    """`id` is an area and what is compared, stable as check ids are; `subject` the service, kind or partner
    it is about (empty: the list as a whole); `module` the kind of credential, if it is about one;
    `asked_by` is `design`, the policy's id, or the states that ask; `environment` what the evidence is of."""

    id: str
    outcome: str
    subject: str
    module: str | None
    asked_by: tuple[str, ...]
    wanted: str
    found: str
    next_step: str
    environment: str

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {**self._asdict(), "asked_by": list(self.asked_by)}


def finding(
    id: str,
    outcome: bool | None,
    found: str,
    *,
    subject: str = "",
    module: str | None = None,
    asked_by: tuple[str, ...] = (DESIGN,),
    environment: str,
) -> Finding:
    """A finding: whether it is met; None where that is open. Raises `LookupError` for an unknown id."""
    wanted, next_step = WANTED[id]
    word = OPEN if outcome is None else MET if outcome else LACKING
    return Finding(id, word, subject, module, asked_by, wanted, found, "" if outcome else next_step, environment)
