"""An engineer on a regional register shows the registration to a host regulator.

Recognised is the evidence, for one purpose and from a level on: not a right to practise, not for a bank, and not
from a register whose state grants it less.
"""

import stage

ENGINEER = "ProfessionalRegistrationCredential"
VCT = "urn:defa-id:professional-registration:1"
REGISTER = "https://engineers.ph.demo.example"
PURPOSE = "employment.professional-practice"
HOST = {
    "id": "a-host-regulator-in-thailand",
    "for_state": "TH",
    "purpose": PURPOSE,
    "conditions": ["Evidence of a registration is recognised; registration with the host regulator comes after it."],
    "review": {"before_refusal": True, "types": [ENGINEER, VCT], "appeal": "The host regulator's registrar (demo)"},
}

stage.begin("engineer")
stage.list_issuer("PH", REGISTER, ENGINEER, "substantial")
stage.recognise("SG", "TH", VCT, "substantial", PURPOSE)
registry = stage.publish()
host = stage.defa_id.Verifier(registry, stage.policy(HOST))

claims = stage.claims(
    "professional-registration",
    profession={
        "field": "engineering",
        "title": [{"value": "ASEAN Chartered Professional Engineer (demo)", "lang": "en"}],
        "codes": [{"scheme": "isco-08", "code": "2142"}],
    },
    register={
        "name": "Demo regional register of engineers (synthetic)",
        "authority": "Demo monitoring committee (synthetic)",
        "country": "PH",
    },
    registration_number="DEMO-ACPE-000001",
    qualification=None,
)
token = stage.issue("PH", ENGINEER, claims, by=REGISTER)
stage.tell("to the host regulator", host.verify(token, at=stage.NOW))
stage.tell(
    "to a bank",
    stage.defa_id.Verifier(registry, host.policy.asking(purpose="banking.account-opening")).verify(token, at=stage.NOW),
)

# A register that its own state grants the level low, shown where substantial is asked.
lower = stage.issue("TH", VCT, claims, by="did:web:th-engineers.demo.example", format="sd-jwt-vc")
in_singapore = stage.policy({**HOST, "id": "a-host-regulator-in-singapore", "for_state": "SG"})
stage.tell("granted low, substantial asked", stage.defa_id.Verifier(registry, in_singapore).verify(lower, at=stage.NOW))
