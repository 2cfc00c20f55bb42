"""Who recognises whom, as a picture needs it: one map for each kind of credential, and what it is of.

A row relies, a column is the home state. What draws it (a terminal, SVG, HTML) decides nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from defa_id.codec import times
from defa_id.languages import ENGLISH, LABEL, Texts
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
SYNTHETIC: Final = (
    "Demo, synthetic: issuers, keys, people and recognitions are made up. No state has reviewed or confirmed this."
)


class About(NamedTuple):
    """What a map is of: the moments (RFC 3339), the registry, names for people, and the language of all words.
    A name that is not here is shown as it stands."""

    at: str
    known_at: str | None = None
    registry: str | None = None
    version: int | None = None
    freshness: str | None = None
    environment: str | None = None
    states: Mapping[str, str] = {}
    types: Mapping[str, str] = {}
    purposes: Mapping[str, str] = {}
    texts: Texts = ENGLISH

    @property
    def when(self) -> str:
        """As of which moment, and with what was known."""
        at = self._moment(self.at)
        if self.known_at:
            return self.texts.word("As of {at}, as known at {known_at}", at=at, known_at=self._moment(self.known_at))
        return self.texts.word("As of {at}, with all the registry holds", at=at)

    def _moment(self, moment: str) -> str:
        """For English readers the month in a word; other languages have it as records write it."""
        return moment if self.texts.translated else spoken(times.parse(moment))

    @property
    def source(self) -> str | None:
        """The registry in a few words."""
        if self.registry is None:
            return None
        told = self.texts.word("version {version}, {freshness}", version=self.version, freshness=self.freshness)
        return f"{self.registry}, {told}"

    @property
    def notice(self) -> str | None:
        """What must be said of a registry that proves nothing; None, of any other."""
        return self.texts.word(SYNTHETIC) if self.environment == "demo" else None

    def purpose(self, id: str | None) -> str:
        """A purpose's name for people, and its id; None is any."""
        if id is None:
            return self.texts.word("Any purpose")
        return f"{self.purposes[id]} ({id})" if id in self.purposes else id

    def level(self, label: object) -> str:
        """A level's name."""
        return self.texts.word(str(label)) if label in LEVELS else str(label)

    def terms(self, statement: Pairs | Row) -> str:
        """Of pairs or of a row: at which level, in which environment, and whether yet."""
        told = statement._asdict() if isinstance(statement, Pairs) else statement
        words = {"level": self.level(told["level"]), "environment": told["environment"]}
        if told["decision"] == NOT_YET:
            return self.texts.word("at least {level}, {environment}, not yet", **words)
        return self.texts.word("at least {level}, {environment}", **words)

    def counted(self, found: Map) -> str:
        """How many pairs of a map are recognised, in a sentence."""
        values = {"recognised": found.recognised, "count": len(found.cells)}
        if coming := found.count(NOT_YET):
            said = "{recognised} of {count} pairs recognised, {coming} not yet."
            return self.texts.word(said, coming=coming, **values)
        return self.texts.word("{recognised} of {count} pairs recognised.", **values)

    def cell(self, cell: Cell | None, by: str, of: str) -> str:
        """What one cell says: whether one state relies on the other, for what, at which level and under what."""
        names = {"by": self.states.get(by, by), "of": self.states.get(of, of)}
        if by == of:
            return self.texts.word("{state}, itself", state=names["by"])
        if cell is None or cell.decision == NOT:
            return self.texts.word("{by} does not recognise {of}.", **names)
        stated = (row for row in cell.statements if row["decision"] != NOT)
        told = "; ".join(f"{self.purpose(row['purpose'])}: {self.terms(row)}, {row['arrangement']}" for row in stated)
        said = "{by} recognises {of}." if cell.decision == RECOGNISED else "{by} does not recognise {of} yet."
        return f"{self.texts.word(said, **names)} {told}"


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


def listed(pairs: Iterable[Pair]) -> str:
    """Pairs by who relies: `SG ← TH, VN; TH ← SG`."""
    found: dict[str, list[str]] = {}
    for by, of in pairs:
        found.setdefault(by, []).append(of)
    return "; ".join(f"{by} ← {', '.join(others)}" for by, others in found.items())


def about(registry: Registry, *, at: datetime, known_at: datetime | None = None, texts: Texts = ENGLISH) -> About:
    """What a map of this registry is of, in a language: the registry's own names, else translated ones.

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
        states={
            name: _named(registry.state_list(name).document["state"]["names"], texts) for name in registry.states()
        },
        types={
            entry["type"]: _named(entry["names"], texts) for entry in vocabulary.get("types", ()) if "names" in entry
        },
        purposes={entry["id"]: _named(entry["names"], texts, entry["id"]) for entry in vocabulary.get("purposes", ())},
        texts=texts,
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


def _named(names: Iterable[Mapping[str, Any]], texts: Texts, context: str = LABEL) -> str:
    values = {name["lang"]: str(name["value"]) for name in names}
    return values.get(texts.code) or texts.of(context, values.get("en") or next(iter(values.values())))


_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def spoken(moment: datetime) -> str:
    """24 November 2026, 22:18 UTC: every language's readers tell the day from the month."""
    at = moment.astimezone(UTC)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M} UTC"
