"""Judge as of a past date: the registry forgets nothing, so an old answer can be given again."""

from datetime import UTC, datetime
from pathlib import Path

import defa_id

credentials = Path(__file__).with_name("credentials")
registry = defa_id.open_registry()
verifier = defa_id.Verifier(
    registry, defa_id.Policy.preset("baseline", for_state="SG").asking(purpose="employment.professional-practice")
)

# An engineers' register of the Philippines was suspended on 1 September 2026 (a synthetic event).
before = (credentials / "ph-engineer-before-suspension.vc.jwt").read_bytes()
during = (credentials / "ph-engineer-during-suspension.vc.jwt").read_bytes()


def show(text: str, verdict: defa_id.Verdict) -> None:
    granted = next(check for check in verdict.checks if check.id == "issuer.granted")
    print(f"{text}: {verdict.decision} ({granted.why})")


show("issued before, judged before", verifier.verify(before, at=datetime(2026, 8, 1, tzinfo=UTC)))
show("issued before, judged during", verifier.verify(before, at=datetime(2026, 10, 1, tzinfo=UTC)))
show("issued during, judged during", verifier.verify(during, at=datetime(2026, 10, 1, tzinfo=UTC)))

# What an auditor asks: what was the right answer on 1 October, with what was on record on 15 August?
show(
    "issued before, judged for October as known in mid-August",
    verifier.verify(before, at=datetime(2026, 10, 1, tzinfo=UTC), known_at=datetime(2026, 8, 15, tzinfo=UTC)),
)
