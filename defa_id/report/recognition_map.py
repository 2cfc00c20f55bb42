"""Who recognises whom, as a picture needs it: one map for each kind of credential, and what it is of.

A row relies, a column is the home state. What draws it (a terminal, SVG, HTML) decides nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from defa_id.codec import times
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple

Row = Mapping[str, Any]
Pair = tuple[str, str]

RECOGNISED: Final = "recognised"
NOT_YET: Final = "not_yet"
NOT: Final = "not_recognised"
ITSELF: Final = "itself"

LEVELS: Final = {"low": "L", "substantial": "S", "high": "H"}
ENVIRONMENTS: Final = ("demo", "sandbox", "pilot", "live")
_RANK: Final = (RECOGNISED, NOT_YET, NOT)


class About(NamedTuple):
    """What a map is of: the moments (RFC 3339), the registry, and names for people. A name that is not
    here is shown as it stands."""

    at: str
    known_at: str | None = None
    registry: str | None = None
    version: int | None = None
    freshness: str | None = None
    environment: str | None = None
    states: Mapping[str, str] = {}
    types: Mapping[str, str] = {}
    purposes: Mapping[str, str] = {}

    @property
    def moment(self) -> str:
        """The moment for people: day, month in words, year, time."""
        return spoken(times.parse(self.at))

    @property
    def knowledge(self) -> str:
        """With what was known."""
        return f"as known at {spoken(times.parse(self.known_at))}" if self.known_at else "with all the registry holds"

    @property
    def source(self) -> str | None:
        """The registry in a few words."""
        if self.registry is None:
            return None
        return f"{self.registry}, version {self.version}, {self.freshness}"

    @property
    def notice(self) -> str | None:
        """What must be said of a registry that proves nothing; None, of any other."""
        if self.environment != "demo":
            return None
        made_up = "issuers, keys, people and recognitions are made up"
        return f"Demo, synthetic: {made_up}. No state has reviewed or confirmed this."

    def purpose(self, id: str | None) -> str:
        """A purpose's name for people, and its id; None is any."""
        if id is None:
            return "Any purpose"
        return f"{self.purposes[id]} ({id})" if id in self.purposes else id


class Cell(NamedTuple):
    """One pair. `level` and `environment` are of the foremost statement, the one that says most, and
    `limited` tells whether that is bound to a purpose; `statements` are all of them."""

    by: str
    of: str
    decision: str
    level: str | None
    environment: str | None
    limited: bool
    statements: tuple[Row, ...]

    @property
    def noted(self) -> bool:
        """Whether any of the statements is bound to a purpose, so that there is more to read."""
        return any(row.get("purpose") for row in self.statements)


class Map(NamedTuple):
    """The pairs of one kind of credential. `types`: every type for which they are the same."""

    types: tuple[str, ...]
    cells: Mapping[Pair, Cell]

    @property
    def recognised(self) -> int:
        """How many pairs are recognised, for at least one purpose."""
        return sum(cell.decision == RECOGNISED for cell in self.cells.values())

    def count(self, decision: str) -> int:
        """How many pairs come out like this."""
        return sum(cell.decision == decision for cell in self.cells.values())

    @property
    def counted(self) -> str:
        """The counts in words."""
        coming = self.count(NOT_YET)
        return f"{self.recognised} of {len(self.cells)} pairs recognised" + (f", {coming} not yet" if coming else "")

    def title(self, about: About) -> str:
        """What kind of credential it is, in words where there are any."""
        return ", ".join(dict.fromkeys(about.types.get(name, name) for name in self.types))


class Pairs(NamedTuple):
    """Pairs for which a purpose counts, at one level in one environment."""

    purpose: str | None
    decision: str
    level: str | None
    environment: str | None
    pairs: tuple[Pair, ...]


def states(rows: Iterable[Row]) -> list[str]:
    """The states the rows speak of, sorted."""
    return sorted({str(row[side]) for row in rows for side in ("by", "of")})


def maps(rows: Sequence[Row]) -> list[Map]:
    """The rows of `matrix --json` as maps; types whose pairs are the same share one."""
    by_type: dict[str, dict[Pair, list[Row]]] = {}
    for row in rows:
        if row["type"] is not None:
            by_type.setdefault(str(row["type"]), {}).setdefault((str(row["by"]), str(row["of"])), []).append(row)
    shared: list[tuple[list[str], dict[Pair, list[Row]]]] = []
    for name, pairs in sorted(by_type.items()):
        same = next((names for names, others in shared if _sense(others) == _sense(pairs)), None)
        if same is None:
            shared.append(([name], pairs))
        else:
            same.append(name)
    every = states(rows)
    return [Map(tuple(names), _cells(pairs, every)) for names, pairs in shared]


def by_purpose(found: Map) -> list[Pairs]:
    """What the pairs of a map are recognised for: any purpose first, then each purpose by its id."""
    groups: dict[tuple[str | None, str, str | None, str | None], list[Pair]] = {}
    for pair, cell in sorted(found.cells.items()):
        for row in cell.statements:
            if row["decision"] != NOT:
                groups.setdefault((row["purpose"], row["decision"], row["level"], row["environment"]), []).append(pair)

    def order(group: tuple[str | None, str, str | None, str | None]) -> tuple[Any, ...]:
        purpose, decision, level, environment = group
        return (purpose is not None, purpose or "", _RANK.index(decision), str(level), str(environment))

    return [Pairs(*group, tuple(groups[group])) for group in sorted(groups, key=order)]


def about(registry: Registry, *, at: datetime, known_at: datetime | None = None, lang: str = "en") -> About:
    """What a map of this registry is of, with names in a language where the registry has them, else in English.

    Raises `RegistryRejected` for a list not signed as it must be.
    """
    vocabulary = registry.vocabulary
    return About(
        at=times.show(at),
        known_at=times.show(known_at) if known_at else None,
        registry=registry.name,
        version=registry.version,
        freshness=registry.freshness,
        environment=registry.environment,
        states={name: _named(registry.state_list(name).document["state"]["names"], lang) for name in registry.states()},
        types={
            entry["type"]: _named(entry["names"], lang) for entry in vocabulary.get("types", ()) if "names" in entry
        },
        purposes={entry["id"]: _named(entry["names"], lang) for entry in vocabulary.get("purposes", ())},
    )


def _cells(pairs: Mapping[Pair, Sequence[Row]], every: Sequence[str]) -> dict[Pair, Cell]:
    return {(by, of): _cell(by, of, pairs.get((by, of), ())) for by in every for of in every if by != of}


def _cell(by: str, of: str, rows: Sequence[Row]) -> Cell:
    """Recognised before coming, coming before not; of those for any purpose before for one."""
    first = min(rows, key=lambda row: (_RANK.index(row["decision"]), bool(row.get("purpose"))), default=None)
    if first is None or first["decision"] == NOT:
        return Cell(by, of, NOT, None, None, limited=False, statements=tuple(rows))
    limited = bool(first.get("purpose"))
    ordered = tuple(sorted(rows, key=lambda row: (str(row.get("purpose") or ""), str(row["decision"]))))
    return Cell(by, of, first["decision"], first.get("level"), first.get("environment"), limited, ordered)


def _sense(pairs: Mapping[Pair, Sequence[Row]]) -> dict[Pair, list[list[tuple[str, Any]]]]:
    return {
        pair: [[(key, value) for key, value in sorted(row.items()) if key != "type"] for row in rows]
        for pair, rows in pairs.items()
    }


def _named(names: Iterable[Mapping[str, Any]], lang: str) -> str:
    values = {name["lang"]: str(name["value"]) for name in names}
    return values.get(lang) or values.get("en") or next(iter(values.values()))


_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def spoken(moment: datetime) -> str:
    """24 November 2026, 22:18 UTC: every language's readers tell the day from the month."""
    at = moment.astimezone(UTC)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M} UTC"
