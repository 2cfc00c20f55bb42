"""The sandbox corridor of Thailand, Singapore and Viet Nam: two uses, and an end.

Each state puts the same text on its own record. Use number three is out of the sandbox, and so is the second
after its end. A state that leaves takes only itself along.
"""

import json
from datetime import timedelta
from pathlib import Path

import stage

from defa_id.counting import open_counter

END = stage.NOW + timedelta(days=30)
PARTIES = ("SG", "TH", "VN")
CORRIDOR = "corridor-sg-th-vn-person-identity"

stage.begin("corridor")


def amend(state: str, **changes: object) -> None:
    path = Path(f"registry/states/{state}/list.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    record = next(one for one in document["arrangements"] if one["id"] == CORRIDOR)
    record.update(changes)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


trial = {
    "phase": "trial",
    "from": "2026-01-01T00:00:00Z",
    "until": END.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "caps": {"count": 2},
}
for party in PARTIES:
    amend(
        party,
        phases=[trial],
        conditions=["A trial: at most two people, and a person decides before anyone is refused."],
    )
registry = stage.publish()

thai_bank = stage.defa_id.Verifier(
    registry, stage.policy({"id": "a-bank", "for_state": "TH", "purpose": "banking.account-opening"})
)
counter = open_counter("uses.sqlite")
people = [
    stage.issue("VN", stage.PERSON, stage.person("VN", document_number=f"DEMO-VN-{number}")) for number in range(4)
]
for number, token in enumerate(people[:3], 1):
    stage.tell(f"use {number}", thai_bank.verify(token, at=stage.NOW, counter=counter))
stage.tell("use 1 again", thai_bank.verify(people[0], at=stage.NOW, counter=counter))

fresh = open_counter("other-uses.sqlite")
stage.tell("one second before the end", thai_bank.verify(people[3], at=END - timedelta(seconds=1), counter=fresh))
stage.tell("one second after the end", thai_bank.verify(people[3], at=END + timedelta(seconds=1), counter=fresh))

# Viet Nam puts another text on its record: between it and the others nothing is signed by both any more.
amend("VN", conditions=["A condition of its own."])
registry = stage.publish()
again = stage.defa_id.Verifier(registry, thai_bank.policy)
stage.tell("VN to TH, no longer the same text", again.verify(people[3], at=stage.NOW, counter=fresh))
between = stage.defa_id.Verifier(
    registry, stage.policy({"id": "b", "for_state": "SG", "purpose": "banking.account-opening"})
)
thai = stage.issue("TH", stage.PERSON, stage.person("TH"), by="did:web:th-identity.demo.example")
stage.tell("TH to SG, as before", between.verify(thai, at=stage.NOW, counter=fresh))
