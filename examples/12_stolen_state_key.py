"""Drill: every key of a state's operations is stolen. The thief hurts that state alone, and not for long.

Verdicts about other states' credentials are the same to the byte before, during and after, but for
the version and digest of the registry, of which each publication has its own.
"""

import drill
from drill import ago, quietly, run, say

drill.begin("stolen-key")
quietly("defa-id sandbox new registry")
at = ago(hours=-1)

# Credentials of Singapore, Thailand and Viet Nam, and what five states say of the latter two.
for state, type, form in (
    ("SG", "PersonIdentityCredential", "vc-jwt"),
    ("TH", "urn:defa-id:person-identity:1", "sd-jwt-vc"),
    ("VN", "urn:defa-id:person-identity:1", "sd-jwt-vc"),
):
    quietly(
        f"defa-id issue --dir registry --state {state} --type {type} --format {form} --claims claims.json "
        f"--issued {ago(days=30)} --out {state}.credential"
    )
others = [(state, by) for state in ("TH", "VN") for by in ("SG", "TH", "VN", "MY", "PH")]


def verdicts() -> list[str]:
    return [drill.verdict(f"{state}.credential", by, at) for state, by in others]


before = verdicts()

say("The thief has all four keys of SG-ops, and lists an issuer of their own.")
run(
    "defa-id registry add-issuer --dir registry --state SG --id https://thief.example --name 'Ministry' --new-key "
    f"--type PersonIdentityCredential --format vc-jwt --level high --from {ago(days=1)}"
)
quietly("defa-id registry propose --dir registry --state SG --key registry/keys/SG-ops-a.jwk.json")
drill.sign("SG-0001", "registry/keys/SG-ops-b.jwk.json", "registry/keys/SG-ops-c.jwk.json")
quietly("defa-id registry publish --dir registry")
quietly(
    "defa-id issue --dir registry --state SG --id https://thief.example --type PersonIdentityCredential "
    f"--format vc-jwt --claims claims.json --issued {ago(minutes=1)} --out forged.jwt"
)
drill.verify("forged.jwt", "TH")
print("verdicts about the others' credentials, meanwhile:", "the same" if verdicts() == before else "CHANGED")

say("With them nobody can say anything for Thailand, and nothing above Singapore's operations.")
run(
    "defa-id registry suspend --dir registry --state TH --id did:web:th-identity.demo.example --reason fraud "
    f"--effective {ago(days=2)}",
    lines=1,
)
run("defa-id registry propose --dir registry --state TH --key registry/keys/SG-ops-a.jwk.json", expect=2)
drill.new_keys("thief", "SG-a", "SG-deny-a")
run(
    "defa-id registry rotate-role --dir registry --role SG-deny --replace SG-deny-a=thief/public/SG-deny-a.jwk.json "
    "--key registry/keys/SG-ops-a.jwk.json",
    lines=1,
)
run("defa-id registry sign SG-roles-0001 --dir registry --key registry/keys/SG-ops-b.jwk.json --yes", expect=2)
quietly("defa-id registry show TH --dir registry")

say("One break-glass key stops the forger at once.")
run(
    "defa-id registry suspend --emergency --dir registry --state SG --id https://thief.example --reason compromise "
    "--key registry/keys/SG-deny-b.jwk.json",
    lines=2,
)
drill.verify("forged.jwt", "TH", expect=1)

say("Singapore's authority gives its operations four new keys. The stolen ones are worth nothing.")
drill.new_keys("new", *(f"SG-ops-{letter}" for letter in "abcd"))
replaced = " ".join(f"--replace SG-ops-{letter}=new/public/SG-ops-{letter}.jwk.json" for letter in "abcd")
run(
    f"defa-id registry rotate-role --dir registry --role SG-ops {replaced} --note 'All four stolen, case 8' "
    "--key registry/keys/SG-a.jwk.json",
    lines=6,
)
drill.sign(
    "SG-roles-0002",
    *("registry/keys/SG-b.jwk.json", "registry/keys/SG-c.jwk.json"),
    *(f"new/private/SG-ops-{letter}.jwk.json" for letter in "abcd"),
)
quietly("defa-id registry publish --dir registry --change SG-roles-0002")
run(
    "defa-id registry withdraw --dir registry --state SG --id https://thief.example --reason fraud "
    f"--effective {ago(days=1)}",
    lines=1,
)
run("defa-id registry propose --dir registry --state SG --key registry/keys/SG-ops-a.jwk.json", expect=2)
quietly("defa-id registry propose --dir registry --state SG --key new/private/SG-ops-a.jwk.json")
drill.sign("SG-0003", "new/private/SG-ops-b.jwk.json", "new/private/SG-ops-c.jwk.json")
quietly("defa-id registry publish --dir registry --change SG-0003")
drill.verify("forged.jwt", "TH", expect=1)
drill.verify("SG.credential", "TH")
print("\nverdicts about the others' credentials, after it:", "the same" if verdicts() == before else "CHANGED")
