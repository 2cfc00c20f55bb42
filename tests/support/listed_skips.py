"""In CI a skipped test is a failure unless it is written down: silence must not look like success."""

from __future__ import annotations

import fnmatch
from pathlib import Path

import pytest


class Enforcer:
    """Collects skips and expected failures, and fails the session over those the list does not name.

    The list holds one `PATTERN | REASON` a line; PATTERN is a test id with shell wildcards.
    """

    def __init__(self, list_file: Path) -> None:
        self._patterns = read(list_file)
        self._unlisted: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self._note(report.nodeid, _reason(report.longrepr) or getattr(report, "wasxfail", ""))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report.nodeid, _reason(report.longrepr))

    def _note(self, test: str, reason: str) -> None:
        if not any(fnmatch.fnmatchcase(test, pattern) for pattern in self._patterns):
            self._unlisted[test] = reason

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._unlisted and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._unlisted:
            terminalreporter.section("skips that tests/allowed_skips.txt does not list", red=True)
            for test, reason in sorted(self._unlisted.items()):
                terminalreporter.line(f"{test}: {reason}")


def read(list_file: Path) -> list[str]:
    """The patterns of the list. Raises `ValueError` for a line without a reason."""
    patterns = []
    for line in list_file.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        pattern, bar, reason = line.partition("|")
        if not bar or not reason.strip():
            raise ValueError(f"{list_file.name}: no reason given in {line!r}")
        patterns.append(pattern.strip())
    return patterns


def _reason(longrepr: object) -> str:
    return str(longrepr[2]) if isinstance(longrepr, tuple) else ""
