"""What the doctor found, for people and for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from defa_id.codec import times
from defa_id.operator.doctor import DUE, OK, Report
from defa_id.operator.expiries import WARNED_AT
from defa_id.report.layout import Layout, shown
from defa_id.report.style import PLAIN, Style

_MOST: Final = 40  # lines of one kind; the rest is counted
_URGENT: Final = 14  # days


def text(report: Report, style: Style = PLAIN) -> str:
    """The verdict first, then what is wrong, what ends soonest, and what is only to be known."""
    page = Layout(style)
    issued = f"version {report.version}, {times.show(report.issued)}" if report.issued else "not published"
    hue = {OK: "green", DUE: "yellow"}.get(report.verdict, "red")
    beside = f"{shown(report.registry, 64)}, {shown(report.environment, 12)}: {issued}"
    page.banner(report.verdict.upper(), "bold", hue, beside=beside)
    if report.problems:
        page.heading(f"Problems ({len(report.problems)})")
    for problem in report.problems[:_MOST]:
        page.entry("✗", shown(problem.message), hue="red")
        page.paragraph(f"{shown(problem.where)} · {shown(problem.remedy)}", deep=4, hue="dim")
    _rest(page, len(report.problems))
    if report.due:
        page.heading(f"Due ({len(report.due)})")
    for one in report.due[:_MOST]:
        left = one.days_left(report.at)
        said = f"in {left} days" if left > 0 else "today" if one.expires > report.at else "over"
        urgent = "red" if left <= _URGENT else "yellow"
        page.entry("•", f"{one.what} {shown(one.name)}, {times.show(one.expires)}", term=said, room=12, hue=urgent)
    _rest(page, len(report.due))
    if report.notes:
        page.heading("To know")
    for note in report.notes:
        page.entry("•", shown(note))
    page.blank()
    counted = sum(report.usable.values())
    page.paragraph(f"{counted} services of {len(report.usable)} states can be relied on.", deep=0)
    return page.text


def prometheus(report: Report) -> str:
    """The same as Prometheus' text format 0.0.4: gauges only, so that absence is an alert of its own."""
    return "\n".join(_gauges(report)) + "\n"


def prometheus_down(code: int) -> str:
    """What is said when nothing could be found out (3) or nothing may be trusted (4)."""
    return "\n".join((*_gauge("up", "Whether the registry could be read and trusted.", [("", 0)]), *_code(code))) + "\n"


def _gauges(report: Report) -> Iterator[str]:
    yield from _gauge("up", "Whether the registry could be read and trusted.", [("", 1)])
    yield from _code({OK: 0, DUE: 1}.get(report.verdict, 4))
    steps = [(f'within_days="{days}"', _reached(report, days)) for days in (0, *WARNED_AT)]
    yield from _gauge("due", "Ends that leave a gap within so many days; 0: over.", steps)
    kinds = sorted({problem.kind for problem in report.problems})
    found = [(f'kind="{kind}"', sum(one.kind == kind for one in report.problems)) for kind in kinds]
    yield from _gauge("problems", "What is wrong now.", found or [('kind="none"', 0)])
    services = [(f'state="{_safe(state)}"', number) for state, number in sorted(report.usable.items())]
    yield from _gauge("usable_services", "Services a verifier can rely on.", services)
    ends = [(f'role="{_safe(name)}"', int(moment.timestamp())) for name, moment in sorted(report.roles.items())]
    yield from _gauge("role_expires_seconds", "When a role expires, in Unix time.", ends)
    soon = [
        (f'what="{one.what}",state="{_safe(one.state)}",name="{_safe(one.name)}"', int(one.expires.timestamp()))
        for one in report.due
        if one.what != "role"
    ]
    yield from _gauge("ends_seconds", "What else ends soon, in Unix time.", soon)
    if report.version is not None:
        yield from _gauge("version", "The snapshot's version.", [("", report.version)])
    if report.issued is not None:
        yield from _gauge("issued_seconds", "When it was published.", [("", int(report.issued.timestamp()))])


def _gauge(name: str, help: str, samples: list[tuple[str, int]]) -> Iterator[str]:
    full = f"defa_id_registry_{name}"
    yield f"# HELP {full} {help}"
    yield f"# TYPE {full} gauge"
    for labels, value in samples:
        yield f"{full}{{{labels}}} {value}" if labels else f"{full} {value}"


def _code(code: int) -> Iterator[str]:
    said = "0 ok, 1 something is due, 3 not found out, 4 not to be trusted."
    yield from _gauge("exit_code", said, [("", code)])


def _reached(report: Report, days: int) -> int:
    return sum((step := one.within(report.at)) is not None and step <= days for one in report.due)


def _rest(page: Layout, number: int) -> None:
    if number > _MOST:
        page.paragraph(f"and {number - _MOST} more")


def _safe(value: str) -> str:
    return shown(value, 200).replace("\\", "\\\\").replace('"', '\\"')
