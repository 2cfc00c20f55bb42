"""Somebody with one name receives a remittance, and nobody invents a second one.

The name in the credential is held against the one on the transfer. What comes back is a grade with reasons; a name
doubled to fill a form, or a filler such as FNU, is seen for what it is.
"""

import stage

from defa_id.people import Name, compare, examine

VCT = "urn:defa-id:person-identity:1"

stage.begin("remittance")
registry = stage.publish()
agent = stage.policy({"id": "an-agent-in-thailand", "for_state": "TH", "purpose": "remittance.transfer"})
receiver = stage.new_holder()
token = stage.issue(
    "SG",
    VCT,
    stage.person("SG"),
    by="https://identity.sg.demo.example",
    format="sd-jwt-vc",
    holder=receiver,
)
verdict = stage.defa_id.Verifier(registry, agent).verify(
    stage.presented(token, holder=receiver), at=stage.NOW, expected=stage.EXPECTED
)
stage.tell("the receiver", verdict)
name = Name.read(verdict.unwrap().claims["name"], state="ID")

for number, written in enumerate(["CONTOH", "Contoh Contoh", "FNU Contoh", "Suharto"], 1):
    match = compare(name, written)
    findings = [finding.code for finding in examine(Name.of(written))]
    print(f"transfer {number}: {match.grade}{' ' + ', '.join(findings) if findings else ''}")
