"""The ten scenarios, run as they stand, and the verdicts each has to come to, in this order."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "examples" / "scenarios"
SIM = "    condition: The SIM card is good for as long as the stay is, at most."
TRANSLATED = "    condition: A certified translation into English is attached to every document in another language."

# What is told of each: every line that is a verdict, and of the others those that matter.
EXPECTED = {
    "01_worker_opens_an_account.py": [
        "printed code: rejected LOA_NOT_ACHIEVED",
        "    level none, capped by bearer; environment demo",
        "    a person looks at it; to turn to: Any branch, with a passport (demo)",
        "    next step: Present it with holder binding, or use a credential of a higher level.",
        "from the wallet: accepted",
        "    level substantial; environment demo",
        "    not asked here: screening against lists of sanctions, by the bank",
        "    handed over: birth_date, name, nationality",
        "asked for the PSN: rejected POLICY_NEVER_REQUEST",
    ],
    "02_seller_on_a_marketplace.py": [
        "company, mandate and person: accepted",
        "    level substantial; environment demo",
        "    condition: The powers of the mandate are read by a person, and its limits kept to.",
        "    a person looks at it; to turn to: The marketplace's sellers' desk (demo)",
        "without the mandate: rejected POLICY_LINK_MISSING",
        "    policy.links: principal.organisation.identifiers.*.number of MandateCredential is not there",
        "mandate of another company: rejected POLICY_LINK",
        "mandate for another person: rejected POLICY_LINK",
    ],
    "03_nurse_from_the_philippines.py": [
        "ten years, in good standing: accepted",
        TRANSLATED,
        "    a person looks at it; to turn to: The board's registrar (demo)",
        "    active: True",
        "    good_standing: True",
        "    registered_three_years: True",
        "two years: rejected POLICY_SUBJECT",
        "    policy.subject: not met: registered_three_years",
        "    a person looks at it; to turn to: The board's registrar (demo)",
        "proceedings pending: rejected POLICY_SUBJECT",
        "    policy.subject: not met: good_standing",
        "nothing said about proceedings: indeterminate POLICY_SUBJECT_UNKNOWN",
        "nothing said since when: rejected SCOPE_REQUIRED_CLAIM, POLICY_SUBJECT_UNKNOWN",
    ],
    "04_engineer.py": [
        "to the host regulator: accepted",
        "    condition: Evidence of a registration is recognised; registration with the host regulator comes after it.",
        "to a bank: rejected RECOGNITION_PURPOSE",
        "granted low, substantial asked: rejected LOA_INSUFFICIENT",
    ],
    "05_student_transcript.py": [
        "degree and transcript: accepted",
        "    accredited on the day of the award: True",
        "    courses on the transcript: 2",
        "for a work permit: rejected RECOGNITION_PURPOSE",
        "where no trial is taken: rejected RECOGNITION_ENVIRONMENT",
    ],
    "06_form_d_at_customs.py": [
        "the companion: accepted",
        "    companion of: form-d DEMO-ID-2026-0001",
        "changed under way: rejected JOSE_SIGNATURE",
        "issued while suspended: rejected SCOPE_ISSUER_SUSPENDED",
    ],
    "07_remittance_with_a_mononym.py": [
        "the receiver: accepted",
        "transfer 1: normalised",
        "transfer 2: variant NAME_REPEATED",
        "transfer 3: variant NAME_PLACEHOLDER",
        "transfer 4: conflict",
    ],
    "08_tourist_sim.py": [
        "an identity card of level high: rejected POLICY_TYPE",
        "    policy.type: this purpose takes PassportCredential",
        "    level high; environment demo",
        "a passport of level low: accepted",
        SIM,
        "lint: CLEAN example-tourist-sim-th: 0 errors, 0 warnings",
    ],
    "09_sandbox_corridor.py": [
        "use 1: accepted",
        "use 2: accepted",
        "use 3: rejected CAP_COUNT",
        "use 1 again: accepted",
        "one second before the end: accepted",
        "one second after the end: rejected RECOGNITION_ENDED",
        "VN to TH, no longer the same text: rejected RECOGNITION_NOT_SIGNED",
        "TH to SG, as before: accepted",
    ],
    "10_one_states_key_is_stolen.py": [
        "signed before the theft, theft not known: accepted",
        "signed since the theft, theft not known: accepted",
        "signed since the theft: rejected KEY_COMPROMISED",
        "signed before, no level asked: accepted",
        "signed before, substantial asked: accepted",
        "    level substantial; environment demo",
        "everybody else: as before {'MY': 'accepted', 'TH, another issuer': 'accepted'}",
    ],
}
VERDICT = re.compile(r"\S.*: (?:accepted|rejected|indeterminate)(?: [A-Z_]+(?:, [A-Z_]+)*)?")


def test_every_scenario_is_here() -> None:
    assert {path.name for path in SCENARIOS.glob("[0-9]*.py")} == EXPECTED.keys()
    listed = (SCENARIOS / "README.md").read_text("utf-8")
    assert all(f"`{name}`" in listed for name in EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_scenario(name: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, str(SCENARIOS / name)],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line for line in lines if VERDICT.fullmatch(line)] == [
        line for line in EXPECTED[name] if VERDICT.fullmatch(line)
    ]
    rest = iter(lines)
    for line in EXPECTED[name]:
        assert line in rest, f"{line!r} is not in, or not in this order:\n{done.stdout}"
