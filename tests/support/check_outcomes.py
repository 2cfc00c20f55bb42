"""Which checks have passed and which have not, over a whole test run and all its processes.

A check nobody has seen fail is not known to check anything.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import pytest

from defa_id.catalogue import CATALOGUE
from defa_id.verifier import Verifier

if TYPE_CHECKING:
    from defa_id.verdict import Verdict

_KEY = "defa_id_check_outcomes"
SHORT = ("failed", "unknown")

# Checks that cannot pass yet, and why. A check that passes after all must leave this table.
NOT_YET: dict[str, str] = {}


class Recorder:
    """Notes the lines of every verdict; with `--hold-catalogue` the session fails over what is missing."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._seen: set[tuple[str, str]] = set()
        self._codes: set[str] = set()
        self._missing: list[str] = []

    def note(self, verdict: Verdict) -> None:
        """Take down what each line of a verdict found."""
        self._seen.update((line.id, str(line.outcome)) for line in verdict.checks)
        self._codes.update(line.code for line in verdict.checks if line.code)

    def pytest_sessionstart(self) -> None:
        plain = Verifier.verify

        @functools.wraps(plain)
        def verify(*args: Any, **kwargs: Any) -> Verdict:
            verdict = plain(*args, **kwargs)
            self.note(verdict)
            return verdict

        Verifier.verify = verify  # type: ignore[method-assign]

    def pytest_testnodedown(self, node: Any) -> None:
        sent = getattr(node, "workeroutput", {}).get(_KEY, {"seen": [], "codes": []})
        self._seen.update((id, outcome) for id, outcome in sent["seen"])
        self._codes.update(sent["codes"])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput[_KEY] = {"seen": sorted(self._seen), "codes": sorted(self._codes)}
        elif self._config.getoption("--hold-catalogue") and not self._config.getoption("--collect-only"):
            self._missing = missing(self._seen)
            if self._missing and session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._config.getoption("--hold-catalogue"):
            whole = len(CATALOGUE.reasons)
            terminalreporter.line(f"reason codes seen in verdicts: {len(self._codes)} of {whole}")
            if self._config.getoption("verbose") > 0:
                terminalreporter.line("not seen: " + " ".join(sorted(set(CATALOGUE.reasons) - self._codes)))
        if self._missing:
            terminalreporter.section("checks of the catalogue without a case", red=True)
            for line in self._missing:
                terminalreporter.line(line)


def missing(seen: set[tuple[str, str]]) -> list[str]:
    """What a run that saw `seen` still owes: for each check a line that passed and one that did not."""
    owed = []
    for id in CATALOGUE.checks:
        passes = (id, "passed") in seen
        if passes and id in NOT_YET:
            owed.append(f"{id}: passes, so it must leave the table of checks that cannot")
        if not passes and id not in NOT_YET:
            owed.append(f"{id}: no test in which it passes")
        if not any((id, outcome) in seen for outcome in SHORT):
            owed.append(f"{id}: no test in which it fails")
    return owed
