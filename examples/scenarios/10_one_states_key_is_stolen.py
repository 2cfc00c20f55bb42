"""Emergency: the key of one state's issuer was stolen, and only what it touched stops.

What was signed since the theft is refused. What was signed before stands. And about
the credentials of everybody else every verdict stays what it was.
"""

import stage

ISSUER = "did:web:th-identity.demo.example"

stage.begin("emergency")
registry = stage.publish()
bank = stage.policy({"id": "a-bank-in-singapore", "for_state": "SG", "purpose": "banking.account-opening"})
wallet = stage.new_holder()
before = stage.issue("TH", stage.PERSON, stage.person("TH"), by=ISSUER, holder=wallet, issued=stage.ago(days=30))
since = stage.issue("TH", stage.PERSON, stage.person("TH"), by=ISSUER, issued=stage.ago(days=2))
others = {
    "MY": stage.issue("MY", stage.PERSON, stage.person("MY")),
    "TH, another issuer": stage.issue("TH", stage.PERSON, stage.person("TH"), by="did:web:th-federation.demo.example"),
}


def decisions() -> dict[str, str]:
    verifier = stage.defa_id.Verifier(registry, bank)
    return {name: str(verifier.verify(token, at=stage.NOW).decision) for name, token in others.items()}


quiet = decisions()
verifier = stage.defa_id.Verifier(registry, bank)
for label, token in (("signed before the theft", before), ("signed since the theft", since)):
    stage.tell(f"{label}, theft not known", verifier.verify(token, at=stage.NOW))

stage.run(
    f"defa-id registry withdraw --dir registry --state TH --id {ISSUER} --reason compromise "
    f"--effective {stage.ago()} --compromised-since {stage.ago(days=5)}"
)
registry = stage.publish()
verifier = stage.defa_id.Verifier(registry, bank)
strict = stage.defa_id.Verifier(registry, bank.asking(min_level="substantial"))
stage.tell("signed since the theft", verifier.verify(since, at=stage.NOW))
stage.tell("signed before, no level asked", verifier.verify(before, at=stage.NOW))
now = stage.presented(before, holder=wallet)
stage.tell("signed before, substantial asked", strict.verify(now, at=stage.NOW, expected=stage.EXPECTED))
print("everybody else:", "as before" if decisions() == quiet else "changed", quiet)
