"""Judge one credential: may Singapore rely on this Thai identity credential to open a bank account?"""

from pathlib import Path

import defa_id

credential = Path(__file__).with_name("credentials") / "th-person.sd-jwt"

verdict = defa_id.verify(credential.read_bytes(), for_state="SG", purpose="banking.account-opening")

print(verdict.summary)
for check in verdict.checks:
    print(f"  {check.outcome:8} {check.id:24} {check.why}")

# A verdict is true only if it is accepted, and only then does it hand over the claims.
if verdict:
    person = verdict.unwrap()
    print("issuer:", person.issuer)
    print("level: ", person.level)
    print("claims:", ", ".join(sorted(person.claims)))
