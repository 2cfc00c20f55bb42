"""The rules about test runs are themselves tested: unlisted skips fail, and a check needs both its cases."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from defa_id.catalogue import CATALOGUE
from tests.support import check_outcomes, listed_skips
from tests.support.offline import OutsideReached, only_loopback

CONFTEST = """
from pathlib import Path
from tests.support import listed_skips

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(listed_skips.Enforcer(Path(__file__).with_name("allowed.txt")))
"""
TESTS = """
import pytest

def test_fine():
    pass

@pytest.mark.skip(reason="the moon is full")
def test_skipped():
    pass

@pytest.mark.xfail(reason="known")
def test_expected_to_fail():
    assert False
"""


def run(folder: Path, allowed: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "test_them.py").write_text(TESTS, encoding="utf-8")
    (folder / "allowed.txt").write_text(allowed, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("processes", ["-n0", "-n2"])
def test_a_skip_that_is_not_listed_fails_the_run(tmp_path: Path, processes: str) -> None:
    done = run(tmp_path, "# nothing\n", processes)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "the moon is full" in done.stdout
    assert "test_expected_to_fail" in done.stdout


def test_listed_skips_pass(tmp_path: Path) -> None:
    done = run(tmp_path, "test_them.py::test_skipped | moon\n*::test_expected_* | known\n", "-n0")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_listed_skip_needs_a_reason(tmp_path: Path) -> None:
    listed = tmp_path / "allowed.txt"
    listed.write_text("*::test_skipped |\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no reason"):
        listed_skips.read(listed)


def test_a_check_needs_a_case_in_which_it_passes_and_one_in_which_it_does_not() -> None:
    both = {(id, outcome) for id in CATALOGUE.checks for outcome in ("passed", "unknown")}
    both -= {(id, "passed") for id in check_outcomes.NOT_YET}
    assert check_outcomes.missing(both) == []
    never_failed = check_outcomes.missing(both - {("proof.signature", "unknown")})
    assert never_failed == ["proof.signature: no test in which it fails"]
    assert len(check_outcomes.missing(set())) == 2 * len(CATALOGUE.checks) - len(check_outcomes.NOT_YET)


def test_the_fence_lets_nothing_out() -> None:
    import socket

    with only_loopback():
        with pytest.raises(OutsideReached):
            socket.getaddrinfo("registry.example", 443)
        with socket.socket() as outward, pytest.raises(OutsideReached):
            outward.connect(("192.0.2.1", 80))
