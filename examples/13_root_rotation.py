"""Drill: the region replaces all its keys, one at a time, while a verifier is offline. It follows by itself."""

import shutil

import drill
from drill import ago, quietly, run, say

drill.begin("root-rotation")
quietly("defa-id sandbox new registry")
quietly(
    "defa-id issue --dir registry --state SG --type PersonIdentityCredential --format vc-jwt --claims claims.json "
    f"--issued {ago(days=30)} --out person.jwt"
)

say("A verifier pins the root it was given, looks once, and goes offline.")
shutil.copy("registry/published/root.json", "pinned.json")
drill.verify("person.jwt", "TH", "--root pinned.json")

say("Meanwhile three states replace their keys of the region, one after the other.")
names = ("region-a", "region-b", "region-c")
drill.new_keys("new", *names)
held = {name: f"registry/keys/{name}.jwk.json" for name in names}
for number, name in enumerate(names, 1):
    run(
        f"defa-id registry rotate-role --dir registry --role region --replace {name}=new/public/{name}.jwk.json "
        "--key registry/keys/TH-a.jwk.json",
        lines=2,
    )
    others = [held[other] for other in names if other != name]
    drill.sign(f"region-roles-{number:04}", f"new/private/{name}.jwk.json", *others)
    quietly("defa-id registry publish --dir registry")
    held[name] = f"new/private/{name}.jwk.json"

say("The verifier comes back with its old root: it walks from 1 to 4, each signed by the one before.")
drill.verify("person.jwt", "TH", "--root pinned.json")
run("defa-id registry refresh registry/published --cache cache --root pinned.json --memory memory.json", lines=2)

say("A mirror that lost a link of the chain is not believed, and neither is one that hides the new roots.")
shutil.copytree("registry/published", "torn")
shutil.move("torn/metadata/3.root.json", "3.root.json")
drill.verify("person.jwt", "TH", "--root pinned.json", registry="torn", expect=4)
