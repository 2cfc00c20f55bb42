"""A tourist registers a SIM card in Thailand.

This sector takes a passport. An identity card from abroad is refused here whatever its level: that is a rule of
the relying party about documents, and nothing is wrong with the card or with the person.
"""

import stage

PASSPORT = "PassportCredential"
VCT = "urn:defa-id:person-identity:1"

stage.begin("tourist")
registry = stage.publish()
shop = stage.defa_id.Verifier(registry, stage.policy("tourist-sim-th"))

tourist = stage.new_holder()
card = stage.issue(
    "SG",
    VCT,
    stage.person("SG"),
    by="https://hardware-identity.sg.demo.example",
    format="sd-jwt-vc",
    holder=tourist,
)
refused = shop.verify(stage.presented(card, holder=tourist), at=stage.NOW, expected=stage.EXPECTED)
stage.tell("an identity card of level high", refused)
print("    next step:", stage.next_step(refused, "POLICY_TYPE"))

passport = stage.issue(
    "SG",
    PASSPORT,
    {"name": stage.claims("person-identity")["name"], "document_number": "DEMO-P-1", "expiry_date": "2035-01-01"},
)
stage.tell("a passport of level low", shop.verify(passport, at=stage.NOW))
found = stage.run(f"defa-id policy lint {stage.HERE.parent / 'policies' / 'tourist-sim-th.json'}")
print("lint:", " ".join(found.splitlines()[0].split()))
