"""Drill: keys are lost. Below the threshold work goes on; at the threshold those above appoint new ones."""

from pathlib import Path

import drill
from drill import ago, quietly, run, say

drill.begin("lost-keys")
quietly("defa-id sandbox new registry")
keys = Path("registry/keys")


def lose(*names: str) -> None:
    print("lost:", ", ".join(names))
    for name in names:
        (keys / f"{name}.jwk.json").unlink()


quietly(
    "defa-id issue --dir registry --state SG --type urn:defa-id:person-identity:1 --format sd-jwt-vc "
    f"--claims claims.json --issued {ago(days=30)} --id https://identity.sg.demo.example --out person.sd-jwt"
)
drill.verify("person.sd-jwt", "TH")  # a verifier that knows the registry from now on

say("Half of the operations' keys burn, one of the state's own, one of the region's, one of the machines'.")
lose("SG-ops-a", "SG-ops-b", "SG-c", "region-c", "timestamp-a")
run(
    "defa-id registry recognise --dir registry --by SG --of PH --type ProfessionalRegistrationCredential "
    "--min-level low --environment demo",
    lines=1,
)
quietly("defa-id registry propose --dir registry --state SG --key registry/keys/SG-a.jwk.json")
drill.sign("SG-0001", "registry/keys/SG-ops-c.jwk.json", "registry/keys/SG-ops-d.jwk.json")
run("defa-id registry publish --dir registry", lines=2)
run("defa-id registry status --dir registry", lines=12)

say("The lost ones are replaced before more burn.")
drill.new_keys("new", "SG-ops-a", "SG-ops-b", "SG-c")
run(
    "defa-id registry rotate-role --dir registry --role SG-ops --replace SG-ops-a=new/public/SG-ops-a.jwk.json "
    "--replace SG-ops-b=new/public/SG-ops-b.jwk.json --note Fire --key registry/keys/SG-deny-a.jwk.json",
    lines=4,
)
drill.sign(
    "SG-roles-0001",
    *("registry/keys/SG-a.jwk.json", "registry/keys/SG-b.jwk.json"),
    *("new/private/SG-ops-a.jwk.json", "new/private/SG-ops-b.jwk.json"),
)
quietly("defa-id registry publish --dir registry")

say("Then the worst: two of the state's own three keys are gone, and nobody is left who could sign them over.")
lose("SG-a", "SG-b")
drill.new_keys("newest", "SG-a", "SG-b", "SG-c")
run(
    "defa-id registry rotate-role --dir registry --role SG --replace SG-a=newest/public/SG-a.jwk.json "
    "--replace SG-b=newest/public/SG-b.jwk.json --replace SG-c=newest/public/SG-c.jwk.json --lost --note Fire "
    "--key registry/keys/SG-ops-c.jwk.json",
    lines=6,
)
drill.sign(
    "SG-roles-0002",
    *(f"newest/private/SG-{letter}.jwk.json" for letter in "abc"),
    *("registry/keys/region-a.jwk.json", "registry/keys/region-b.jwk.json"),
)
quietly("defa-id registry publish --dir registry")

say("The region alone could have done this too, so whoever knew the old keys refuses the new ones, and says why.")
drill.verify("person.sd-jwt", "TH", expect=4)
run("defa-id registry doctor --registry registry/published", lines=12)

say("Until the verifier has asked Singapore, over a second channel, whether these are its keys.")
run("defa-id registry accept SG --registry registry/published --memory memory.json --yes", lines=1)
drill.verify("person.sd-jwt", "TH")
