"""Drill: an issuer's key is stolen on a Friday night. One break-glass key stops it; two of operations decide later."""

import time

import drill
from drill import ago, quietly, run, say

drill.begin("one-deny-key")
quietly("defa-id sandbox new registry")
run(
    "defa-id registry add-issuer --dir registry --state SG --id https://issuer.sg.example --name 'An issuer' --new-key "
    f"--type PersonIdentityCredential --format vc-jwt --level substantial --from {ago(days=30)}"
)
quietly("defa-id registry publish --dir registry --demo-sign")
for name, issued in (("before", ago(days=9)), ("after", ago(minutes=5))):
    quietly(
        "defa-id issue --dir registry --state SG --id https://issuer.sg.example --type PersonIdentityCredential "
        f"--format vc-jwt --claims claims.json --issued {issued} --out {name}.jwt"
    )
drill.verify("after.jwt", "TH")

say("One person, one key, one command.")
run(
    "defa-id registry suspend --emergency --dir registry --state SG --id https://issuer.sg.example --reason compromise "
    "--note 'Key seen elsewhere, case 7' --key registry/keys/SG-deny-a.jwk.json"
)
drill.verify("after.jwt", "TH", expect=1)
drill.verify("before.jwt", "TH", expect=1)

say("Nobody has to remember: it stays struck, and after 72 hours the doctor says who is late.")
run("defa-id registry doctor --dir registry", lines=20)
run(f"defa-id registry doctor --dir registry --at {ago(days=-4)}", expect=1, lines=5)

time.sleep(1.1)  # an answer is recorded later than what it answers, and records count whole seconds
say("Two of operations answer it. What was issued before the theft is open again; what came after is not.")
run(
    "defa-id registry suspend --dir registry --state SG --id https://issuer.sg.example --reason investigation "
    f"--effective {ago(days=2)}"
)
quietly("defa-id registry propose --dir registry --state SG --key registry/keys/SG-ops-a.jwk.json --note 'Case 7'")
drill.sign("SG-0002", "registry/keys/SG-ops-b.jwk.json", "registry/keys/SG-ops-c.jwk.json")
quietly("defa-id registry publish --dir registry")
drill.verify("before.jwt", "TH", expect=3)
drill.verify("after.jwt", "TH", expect=1)

say("It was a false alarm: they reinstate it. The deny entry is still on record, and answered.")
run(f"defa-id registry reinstate --dir registry --state SG --id https://issuer.sg.example --effective {ago(minutes=6)}")
quietly(
    "defa-id registry propose --dir registry --state SG --key registry/keys/SG-ops-a.jwk.json --note 'Case 7 closed'"
)
drill.sign("SG-0003", "registry/keys/SG-ops-b.jwk.json", "registry/keys/SG-ops-d.jwk.json")
quietly("defa-id registry publish --dir registry")
drill.verify("before.jwt", "TH")
drill.verify("after.jwt", "TH")
