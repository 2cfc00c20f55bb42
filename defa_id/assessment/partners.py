"""What a state and its partners ask of each other: levels, recognitions one way and the other, arrangements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from defa_id.assessment.finding import DESIGN, Finding, finding
from defa_id.assessment.picture import Picture, Row
from defa_id.policy import ENVIRONMENTS, Policy
from defa_id.report.recognition_map import RECOGNISED
from defa_id.trust import assurance, recognition


def of_levels(seen: Picture, policy: Policy) -> Iterator[Finding]:
    """What others, and the policy, ask of the level granted for each type."""
    needs = [(str(row["type"]), str(row["level"]), str(row["by"]), str(row["environment"])) for row in seen.received]
    if policy.needed_level != "none":
        types = {type for offer in seen.offers if offer.usable for type in offer.service.types}
        needs += [(type, policy.needed_level, policy.id, seen.registry.environment) for type in types]
    if not needs:
        yield finding("level.asked", True, "nobody asks for a level", environment=seen.registry.environment)
    for type in sorted({need[0] for need in needs}):
        granted = seen.granted(type)
        issued = any(offer.usable and type in offer.service.types for offer in seen.offers)
        short = [need for need in needs if need[0] == type and not assurance.meets(granted, need[1])]
        asking = tuple(sorted({who for _, _, who, _ in (short or [need for need in needs if need[0] == type])}))
        asked = sorted({level for _, level, _, _ in short}, key=assurance.LADDER.__getitem__)
        held = f"granted {granted}" if issued else "nobody is listed to issue it"
        said = f"{held}, asked {' and '.join(asked)}" if short else held
        environment = _weakest(seen, [need[3] for need in needs if need[0] == type])
        yield finding(
            "level.asked",
            None if short and not issued else not short,  # what a state issues is its own affair
            said,
            subject=type,
            module=seen.family(type),
            asked_by=asking,
            environment=environment,
        )


def of_recognition(seen: Picture) -> Iterator[Finding]:
    """Who relies on this state, on whom it relies, and where it goes one way only."""
    for module in seen.modules():
        if any(offer.usable for offer in seen.of_kind(module)):
            yield _received(seen, module)
        offering = [
            other
            for other, offers in sorted(seen.peers.items())
            if any(offer.usable for offer in seen.of_kind(module, offers))
        ]
        relied = _partners(seen.given, seen, module, "of")
        yield from _given(seen, module, offering, relied)
        yield from _mutual(seen, module, offering, relied)
        yield from _leads(seen, module, offering, relied)
    records = recognition_records(seen)
    if not records:
        for id in ("recognition.basis", "recognition.leads"):
            yield finding(id, True, "no recognition is stated", environment=seen.registry.environment)
    for record in records:
        basis = record.get("legal_basis") or record.get("instrument")
        stands = bool(basis) and not str(basis).startswith("none")
        said = str(basis) if basis else "none named"
        environment = recognition.weakest(seen.registry.environment, str(record["environment"]))
        yield finding("recognition.basis", stands, said, subject=str(record["id"]), environment=environment)


def of_arrangements(seen: Picture) -> Iterator[Finding]:
    """Arrangements on the record of one party and not, or otherwise, of another; and the instruments cited."""
    own = {arrangement.id: arrangement for arrangement in seen.arrangements()}
    for id, arrangement in sorted(own.items()):
        missing = tuple(
            party for party in sorted(arrangement.parties) if party != seen.state and not _signed(seen, id, party)
        )
        parties = len(arrangement.parties) - 1
        said = f"not on the record of {', '.join(missing)}" if missing else f"on the record of all {parties} others"
        outcome = None if missing else True  # the others' signature is not in this state's hands
        environment = recognition.weakest(seen.registry.environment, arrangement.environment)
        yield finding("arrangement.signed", outcome, said, subject=id, environment=environment)
    asking: dict[str, list[str]] = {}
    for other in sorted(seen.peers):
        for theirs in seen.arrangements(other):
            if seen.state in theirs.parties and theirs.id not in own:
                asking.setdefault(theirs.id, []).append(other)
    if not own and not asking:
        said = f"no arrangement names {seen.state}"
        yield finding("arrangement.signed", True, said, environment=seen.registry.environment)
    for id, others in sorted(asking.items()):
        said = f"on the record of {', '.join(others)}, not of {seen.state}"
        environment = seen.registry.environment
        yield finding("arrangement.signed", False, said, subject=id, asked_by=tuple(others), environment=environment)
    yield from _instruments(seen)


def recognition_records(seen: Picture) -> list[Row]:
    """This state's own statements, as they stand in its list, and were known."""
    known = {one.id for one in seen.registry.state_list(seen.state).recognitions}
    if seen.known_at is not None:
        records = seen.registry.state_list(seen.state).recognitions
        known = {one.id for one in records if one.recorded <= seen.known_at}
    return [record for record in seen.document["recognitions"] if record["id"] in known]


def _received(seen: Picture, module: str) -> Finding:
    relying = _partners(seen.received, seen, module, "by")
    said = f"{len(relying)} of {len(seen.peers)}: {', '.join(sorted(relying))}" if relying else "nobody"
    environment = seen.reached(module) or seen.registry.environment
    return finding("recognition.received", bool(relying), said, subject=module, module=module, environment=environment)


def _given(seen: Picture, module: str, offering: list[str], relied: set[str]) -> Iterator[Finding]:
    """How many of the states with an issuer of this kind are relied on; all, some or none."""
    if not offering:
        return
    held = [other for other in offering if other in relied]
    rest = [other for other in offering if other not in relied]
    said = f"relies on {len(held)} of {len(offering)}" + (f", not on {', '.join(rest)}" if rest else "")
    rows = [str(row["environment"]) for row in seen.given if seen.family(str(row["type"])) == module]
    environment = _weakest(seen, rows)
    outcome = None if rest else True  # on whom a state relies is its own affair
    yield finding("recognition.given", outcome, said, subject=module, module=module, environment=environment)


def _leads(seen: Picture, module: str, offering: list[str], relied: set[str]) -> Iterator[Finding]:
    """Whether there is an issuer behind each recognition of this kind."""
    shared = {arrangement.id for arrangement in seen.arrangements()}
    for other in sorted(relied):
        there = other in offering
        rows = [row for row in seen.given if row["of"] == other and seen.family(str(row["type"])) == module]
        alone = any(row["arrangement"] not in shared for row in rows)  # an arrangement names a type for all parties
        outcome = True if there else False if alone else None
        said = f"{other} lists {'an issuer that is usable' if there else 'no issuer that is usable'}"
        environment = _weakest(seen, [str(row["environment"]) for row in rows])
        yield finding("recognition.leads", outcome, said, subject=other, module=module, environment=environment)


def _mutual(seen: Picture, module: str, offering: list[str], relied: set[str]) -> Iterator[Finding]:
    """Each state that relies on this one, lists an issuer of the same kind, and is not relied on."""
    for other in sorted(_partners(seen.received, seen, module, "by")):
        if other in offering:
            met = other in relied
            said = "each relies on the other" if met else f"{other} relies on {seen.state}, not the other way round"
            rows = [str(row["environment"]) for row in seen.received if row["by"] == other]
            yield finding(
                "recognition.mutual",
                True if met else None,
                said,
                subject=other,
                module=module,
                environment=_weakest(seen, rows),
            )


def _instruments(seen: Picture) -> Iterator[Finding]:
    """What is more than a trial needs an instrument in force; what cites one, one that is in force."""
    standing = {entry["id"]: entry["status"] for entry in seen.registry.vocabulary.get("instruments", ())}
    records = [*recognition_records(seen), *seen.document["arrangements"]]
    beyond = False
    for record in records:
        environment = recognition.weakest(seen.registry.environment, str(record["environment"]))
        cited = record.get("instrument")
        if cited is None and environment not in ("pilot", "live"):
            continue
        beyond = True
        status = standing.get(cited or "", "unknown")
        said = f"{cited} is {status}" if cited else "none cited"
        outcome = status == "in_force" if environment in ("pilot", "live") or status != "in_force" else True
        yield finding(
            "instrument.in_force",
            outcome,
            said,
            subject=str(record["id"]),
            asked_by=(DESIGN,),
            environment=environment,
        )
    if not beyond:
        said = "nothing is more than a trial, and none is cited"
        yield finding("instrument.in_force", True, said, environment=seen.registry.environment)


def _partners(rows: Iterable[Row], seen: Picture, module: str, side: str) -> set[str]:
    """The states on one side of the rows of a kind that are in effect."""
    return {str(row[side]) for row in rows if row["decision"] == RECOGNISED and seen.family(str(row["type"])) == module}


def _signed(seen: Picture, id: str, party: str) -> bool:
    if party not in seen.peers:
        return False
    own = next(one for one in seen.arrangements() if one.id == id)
    return seen.signed_alike(own, party)


def _weakest(seen: Picture, environments: Iterable[str]) -> str:
    """The strongest of the environments named, never stronger than the registry."""
    strongest = max(environments, key=ENVIRONMENTS.index, default=seen.registry.environment)
    return recognition.weakest(seen.registry.environment, strongest)
