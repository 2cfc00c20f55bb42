"""A relying party's own question: a value handed to the verifier, asked after all others.

An own check has an id, a question, a clause, and reasons, like every other; its line stands in the
verdict, and what it requires is required.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import defa_id
from defa_id.catalogue import ALWAYS, CheckEntry, Reason
from defa_id.errors import Fault
from defa_id.parts import Case
from defa_id.verdict import Found

RECENT = CheckEntry(
    id="policy.recent",
    question="Was it issued within the last ten years?",
    clause="This bank's own rule 12",
    failing="Portraits and addresses grow old.",
    when=frozenset({ALWAYS}),
)
TOO_OLD = Reason("POLICY_TOO_OLD", "It was issued too long ago for us.", "Ask the holder for a renewed credential.")


def recent(case: Case) -> Found[None]:
    issued = case.credential.window.issued
    if issued is None or case.at - issued > timedelta(days=3653):
        raise Fault("POLICY_TOO_OLD")
    return Found(None, f"{(case.at - issued).days} days old", {"days": (case.at - issued).days})


parts = defa_id.DEFAULT_PARTS.with_check(RECENT, recent, TOO_OLD)
policy = defa_id.Policy.preset("baseline", for_state="TH")
verifier = defa_id.Verifier(defa_id.open_registry(), policy, parts)
credential = (Path(__file__).with_name("credentials") / "sg-person.vc.jwt").read_bytes()

for moment in (datetime(2026, 12, 1, tzinfo=UTC), datetime(2036, 6, 14, tzinfo=UTC), datetime(2036, 6, 20, tzinfo=UTC)):
    verdict = verifier.verify(credential, at=moment)
    line = next(check for check in verdict.checks if check.id == "policy.recent")
    print(f"{moment:%Y-%m-%d}: {verdict.decision} ({line.outcome}: {line.why})")
