"""Drill: a state replaces a key of its operations. No other state and no key of the region takes part."""

import shutil
from pathlib import Path

import drill
from drill import quietly, run, say

drill.begin("rotate")
quietly("defa-id sandbox new registry")
keys = Path("registry/keys")
away = Path("away")
away.mkdir()
for key in sorted(keys.glob("*.jwk.json")):  # everybody else's keys are out of reach
    if not key.name.startswith(("SG", "snapshot", "timestamp", "issuer-SG")):
        shutil.move(key, away / key.name)

say("Somebody leaves: the successor makes a key, and a colleague proposes it.")
drill.new_keys("new", "SG-ops-b")
run(
    "defa-id registry rotate-role --dir registry --role SG-ops --replace SG-ops-b=new/public/SG-ops-b.jwk.json "
    "--note 'Successor of R. Kumar' --key registry/keys/SG-ops-a.jwk.json",
    lines=6,
)

say("Two of SG appoint, two of the new SG-ops sign, and the new key is one of them.")
drill.sign(
    "SG-roles-0001",
    *("registry/keys/SG-a.jwk.json", "registry/keys/SG-c.jwk.json"),
    *("new/private/SG-ops-b.jwk.json", "registry/keys/SG-ops-d.jwk.json"),
)
run("defa-id registry publish --dir registry", lines=3)

say("From now on the old key signs nothing.")
run(
    "defa-id registry suspend --dir registry --state SG --id did:web:sg-identity.demo.example --reason investigation "
    "--effective 2026-11-20T00:00:00Z"
)
quietly("defa-id registry propose --dir registry --state SG --key registry/keys/SG-ops-a.jwk.json")
run("defa-id registry sign SG-0001 --dir registry --key registry/keys/SG-ops-b.jwk.json --yes", expect=2)
drill.sign("SG-0001", "new/private/SG-ops-b.jwk.json", "registry/keys/SG-ops-c.jwk.json")
run("defa-id registry publish --dir registry", lines=2)
print("region keys within reach:", len(list(keys.glob("region-*"))))
