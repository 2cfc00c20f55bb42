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
        "without a list:  Not decided:",
        "with the list:   Accepted: TH may rely on this credential from SG",
        "it says:         revocation: nothing against it",
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
        "issuer.granted: passed → failed [KEY_COMPROMISED]",
        "notice to SG about did:web:new-issuer.demo.example for 2 decisions",
        "exit codes: 0 1",
    ],
    "09_new_state.py": [
        "$ defa-id registry init-state",
        "every step, signature and file is as it was",
        "XA: its first keys are XA-a (",
        "targets: 2/2 signed by region-a, region-b",
        "XA-ops: 4/2 signed by XA-ops-a, XA-ops-b, XA-ops-c, XA-ops-d",
        "signed anew: targets, XA, XA-deny, XA-ops, snapshot, timestamp",
        "XA-0001 issued after it: refused → relied on",
        "10 passed, 0 failed, 0 not asked",
    ],
    "10_one_deny_key.py": [
        "ACCEPTED",
        "https://issuer.sg.example is struck from",
        "SG-0001: version 3",
        "REJECTED  Its own state has struck the issuer",
        "struck by break-glass and waiting for an answer: SG",
        "DUE",
        "not answered",
        "SG-ops: 2/2 signed by SG-ops-b, SG-ops-c",
        "NOT DECIDED  The issuer's authorisation is suspended.",
        "REJECTED  The issuer's authorisation is suspended.",
        "is reinstated from",
        "ACCEPTED",
        "ACCEPTED",
    ],
    "11_rotate_without_the_region.py": [
        "SG-ops: new keys SG-ops-b (",
        "SG: 2/2 signed by SG-a, SG-c",
        "SG-ops: 2/2 signed by SG-ops-b, SG-ops-d",
        "signed anew: SG, SG-ops, snapshot, timestamp",
        "error: this key does not sign SG-0001",
        "signed anew: SG-ops, snapshot, timestamp",
        "region keys within reach: 0",
    ],
    "12_stolen_state_key.py": [
        "may issue PersonIdentityCredential as vc-jwt, level high",
        "ACCEPTED",
        "verdicts about the others' credentials, meanwhile: the same",
        "error: this key is none of TH's keys",
        "error: this key does not sign SG-roles-0001",
        "https://thief.example is struck from",
        "REJECTED",
        "SG-ops: 4/2 signed by SG-ops-a, SG-ops-b, SG-ops-c, SG-ops-d",
        "error: this key is none of SG's keys",
        "REJECTED",
        "ACCEPTED",
        "verdicts about the others' credentials, after it: the same",
    ],
    "13_root_rotation.py": [
        "ACCEPTED",
        "root, keys until now: 2/2 signed by region-b, region-c",
        "root, keys until now: 2/2 signed by region-a, region-c",
        "root, keys until now: 2/2 signed by region-a, region-b",
        "ACCEPTED",
        "updated: version 4, fresh, anchor pinned",
        "error: root has version 2, and version 4 was seen before",
    ],
    "14_lost_keys.py": [
        "ACCEPTED",
        "lost: SG-ops-a, SG-ops-b, SG-c, region-c, timestamp-a",
        "SG-ops: 2/2 signed by SG-ops-c, SG-ops-d",
        "signed anew: SG-ops, snapshot, timestamp",
        "SG-ops: 2/2 signed by SG-ops-a, SG-ops-b",
        "verifiers that know them will refuse SG",
        "error: the keys of SG were changed and its earlier keys did not agree",
        "own keys replaced without the word of those before: SG",
        "SG: keys ",
        "ACCEPTED",
    ],
    "15_key_ceremony.py": [
        "region-sg was made for Tan Mei Ling",
        "private keys written: 0",
        "every step, signature and file is as it was",
        "KEY CEREMONY\n\nBegan",
        "step 1 does not follow from what stands before it",
        "error: region-sg.jwk.json was made in a rehearsal",
        "region: its first keys are region-sg (",
        "root: 2/2 signed by region-th, region-vn",
        "version 1: registry/published",
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
