"""A state goes from nothing to a passing conformance run, in one session of commands.

XA is a code that ISO 3166-1 leaves to its users: the state and everybody in it are made up.
"""

from pathlib import Path

import drill
from drill import ago, quietly, run, say

drill.begin("new-state")
quietly("defa-id sandbox new registry")

say("The state writes down who it is, and whom it lists and recognises.")
run(
    "defa-id registry init-state --dir registry --state XA --name 'Example state' --authority-id did:web:xa.example "
    "--scheme 'National identity' --scheme-authority 'Ministry of the Interior'"
)
run(
    "defa-id registry add-issuer --dir registry --state XA --id https://issuer.xa.example --name 'XA identity' "
    f"--new-key --type PersonIdentityCredential --format vc-jwt --level substantial --from {ago(days=30)}"
)
run(
    "defa-id registry recognise --dir registry --by XA --of SG --type PersonIdentityCredential "
    "--min-level low --environment demo"
)

say("Nine people make nine keys before witnesses; only the public halves leave the room.")
names = [
    f"XA{role}-{letter}" for role, letters in (("", "abc"), ("-ops", "abcd"), ("-deny", "ab")) for letter in letters
]
drill.new_keys("keys", *names)
run("defa-id registry ceremony keys --check")

say("The state asks to join. Every one of its keys signs, and the region delegates to it.")
run("defa-id registry join --dir registry --state XA --keys keys/public --key keys/private/XA-c.jwk.json", lines=12)
own = [f"keys/private/{name}.jwk.json" for name in names if name != "XA-c"]
drill.sign("XA-roles-0001", *own, "registry/keys/region-a.jwk.json", "registry/keys/region-b.jwk.json")
run("defa-id registry publish --dir registry", lines=4)

say("Thailand recognises it, by its own word.")
run(
    "defa-id registry recognise --dir registry --by TH --of XA --type PersonIdentityCredential "
    "--min-level low --environment demo"
)
quietly("defa-id registry propose --dir registry --state TH --key registry/keys/TH-ops-a.jwk.json")
drill.sign("TH-0001", "registry/keys/TH-ops-b.jwk.json", "registry/keys/TH-ops-c.jwk.json")
quietly("defa-id registry publish --dir registry")

say("The issuer issues a sample, and everybody asks what they rely on.")
Path("samples").mkdir()
quietly(
    "defa-id issue --dir registry --state XA --type PersonIdentityCredential --format vc-jwt --claims claims.json "
    f"--issued {ago(days=1)} --out samples/person.jwt"
)
run("defa-id registry conformance XA --registry registry/published --credentials samples", lines=12)
