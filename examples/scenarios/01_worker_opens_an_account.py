"""A worker from the Philippines opens a bank account in Singapore.

The bank asks for the level substantial. A printed code is borne by whoever has the paper, so it reaches no
level, however well its issuer proofed; the same credential from a wallet, presented to this bank now, does. What
the bank still has to do by itself is said beside the acceptance, so that nobody thinks it was done.
"""

import stage

PURPOSE = "banking.account-opening"
VCT = "urn:defa-id:person-identity:1"

stage.begin("worker")
stage.list_issuer("PH", "https://wallet.ph.demo.example", VCT, "substantial", "sd-jwt-vc")
stage.recognise("SG", "PH", VCT, "substantial", PURPOSE)
registry = stage.publish()

bank = {
    "id": "a-bank-in-singapore",
    "for_state": "SG",
    "purpose": PURPOSE,
    "ask": [["name"], ["birth_date"], ["nationality"]],
    "never_request": {"PH": [["psn"]]},
    "purposes": {PURPOSE: {"min_level": "substantial"}},
    "external": [{"check": "external.sanctions", "what": "screening against lists of sanctions, by the bank"}],
    "review": {"before_refusal": True, "appeal": "Any branch, with a passport (demo)"},
}
verifier = stage.defa_id.Verifier(registry, stage.policy(bank))
worker = stage.new_holder()
person = stage.person("PH", nationality=["PH"], document_number="DEMO-PH-000123")
credential = stage.issue("PH", VCT, person, by="https://wallet.ph.demo.example", format="sd-jwt-vc", holder=worker)

# The worker shows a printed code: genuine, and nobody's in particular.
refused = stage.tell("printed code", verifier.verify(credential, at=stage.NOW))
print("    next step:", stage.next_step(refused, "LOA_NOT_ACHIEVED"))

# Stepping up: the same credential, from the wallet, to this bank.
accepted = verifier.verify(stage.presented(credential, holder=worker), at=stage.NOW, expected=stage.EXPECTED)
stage.tell("from the wallet", accepted)
print("    handed over:", ", ".join(sorted(accepted.unwrap().claims)))

# A bank that asks for the number that is never asked for is told so by its own verifier.
curious = stage.policy({**bank, "id": "a-curious-bank", "ask": [["name"], ["psn"]]})
asked = stage.defa_id.Verifier(registry, curious).verify(
    stage.presented(credential, holder=worker), at=stage.NOW, expected=stage.EXPECTED
)
stage.tell("asked for the PSN", asked)
