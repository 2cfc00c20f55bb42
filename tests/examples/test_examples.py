"""Every example runs as it stands, and says what it is there to say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"

# What each example must print, in this order.
EXPECTED = {
    "01_verify_a_file.py": [
        "Accepted: SG may rely on this credential from TH for banking.account-opening, level none (bearer), ",
        "passed   proof.signature",
        "passed   recognition.in_force",
        "issuer: did:web:th-identity.demo.example",
        "claims: birth_date, document_number",
    ],
    "02_presentation.py": [
        "level substantial, environment demo.",
        "disclosed: name",
        "Rejected: it was made for another verifier.",
        "Rejected: the level reached by this presentation is below what is asked.",
    ],
    "03_recorded_sources.py": [
        "without sources: Not decided: the schema the registry names is not at hand.",
        "with sources:    Accepted: ID may rely on this credential from MY",
        "it rested on:    https://schemas.my.demo.example/engineer-registration.json",
        "forged sources:  Rejected: the schema at hand is not the one the registry names.",
    ],
    "04_past_date.py": [
        "issued before, judged before: accepted",
        "issued before, judged during: indeterminate",
        "issued during, judged during: rejected",
        "issued before, judged for October as known in mid-August: accepted",
    ],
    "05_own_policy.py": [
        "Accepted: SG may rely on this credential from PH for employment.professional-practice",
        "policy: example-hospital",
        "condition: A person reviews every registration",
        "Rejected:",
    ],
    "06_own_check.py": [
        "2026-12-01: accepted (passed:",
        "2036-06-14: accepted (passed:",
        "2036-06-20: rejected (failed: It was issued too long ago for us.)",
    ],
    "07_operators_day.py": [
        "$ defa-id sandbox new",
        "$ defa-id registry add-issuer",
        "$ defa-id registry publish",
        "$ defa-id issue",
        "$ defa-id verify",
        "ACCEPTED",
        "$ defa-id registry suspend",
        "NOT DECIDED",
        "exit codes: 0 3",
    ],
    "08_stolen_key.py": [
        "$ defa-id receipt new-key bank-key",
        "ACCEPTED     inbox/01-days.jwt",
        "3 receipts, 0 of them hold the name",
        "OTHERWISE  2 of 3 filed decisions would now be otherwise",
        "did:web:new-issuer.demo.example (SG): 2",
        "issuer.granted: passed → failed KEY_COMPROMISED",
        "notice to SG about did:web:new-issuer.demo.example for 2 decisions",
        "exit codes: 0 1",
    ],
}


def test_every_example_is_here() -> None:
    assert {path.name for path in EXAMPLES.glob("[0-9]*.py")} == EXPECTED.keys()
    listed = (EXAMPLES / "README.md").read_text("utf-8")
    assert all(f"`{name}`" in listed for name in EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_example(name: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name)],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    position = 0
    for text in EXPECTED[name]:
        found = done.stdout.find(text, position)
        assert found >= 0, f"{text!r} is not in\n{done.stdout[position:]}"
        position = found
