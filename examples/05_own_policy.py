"""A relying party's own policy: a readable document, whose conditions travel with the verdict."""

from datetime import UTC, datetime
from pathlib import Path

import defa_id
from defa_id.files import load_policy

here = Path(__file__).parent
policy = load_policy(here / "policies" / "hospital.json")
verifier = defa_id.Verifier(defa_id.open_registry(), policy)

verdict = verifier.verify((here / "credentials" / "ph-nurse.sd-jwt").read_bytes(), at=datetime.now(UTC))
print(verdict.summary)
print("policy:", verdict.policy["id"], verdict.policy["sha256"][:12])
for condition in verdict.unwrap().conditions:
    print("condition:", condition)

# The same policy refuses a credential of another kind, and says why.
other = verifier.verify((here / "credentials" / "th-person.sd-jwt").read_bytes(), at=datetime.now(UTC))
print(other.summary)
