"""A key ceremony: rehearsed first, then held in earnest, and a registry that begins with its keys."""

import shutil
from pathlib import Path

import drill
from drill import quietly, run, say

drill.begin("ceremony")
people = {"region-sg": "Tan Mei Ling", "region-th": "Somchai Jaidee", "region-vn": "Nguyen Thi Hoa"}
holders = " ".join(f"--holder '{name}={person}'" for name, person in people.items())
attended = (
    f"{holders} --officiant 'A. Registrar' --witness 'B. Auditor' --witness 'C. Notary' --place 'Room 4, offline'"
)

say("The day before: a rehearsal. All of it is done, and no private key is written.")
run(f"defa-id registry ceremony rehearsal {attended} --rehearsal", lines=20)
run("defa-id registry ceremony rehearsal --check")
print("private keys written:", len(list(Path("rehearsal").glob("private/*"))))

say("The day itself.")
run(f"defa-id registry ceremony held {attended}", lines=20)
run("defa-id registry ceremony held --check")
print(Path("held/transcript.txt").read_text(encoding="utf-8").partition("\n 1 ")[0])

say("Somebody alters one word of the transcript afterwards.")
shutil.copytree("held", "altered")
text = Path("altered/transcript.json").read_text(encoding="utf-8")
Path("altered/transcript.json").write_text(text.replace("C. Notary", "D. Nobody"), encoding="utf-8")
run("defa-id registry ceremony altered --check", expect=1, lines=6)

say("A registry begins with these keys, and with those of two machines.")
drill.new_keys("machines", "snapshot", "timestamp-a", "timestamp-b")
region = " ".join(f"--region {name}=held/public/{name}.jwk.json" for name in people)
online = " ".join(
    f"--{role} {name}=machines/public/{name}.jwk.json"
    for role, name in (("snapshot", "snapshot"), ("timestamp", "timestamp-a"), ("timestamp", "timestamp-b"))
)
rehearsed = region.replace("held/", "rehearsal/")
begin = "defa-id registry init registry --title 'Example registry' --name example --environment sandbox"
run(f"{begin} {rehearsed} {online} --key held/private/region-sg.jwk.json", expect=2)
run(f"{begin} {region} {online} --key held/private/region-sg.jwk.json", lines=8)
drill.sign("region-roles-0001", "held/private/region-th.jwk.json", "held/private/region-vn.jwk.json")
for name in ("snapshot", "timestamp-a", "timestamp-b"):
    shutil.move(f"machines/private/{name}.jwk.json", f"registry/keys/{name}.jwk.json")
run("defa-id registry publish --dir registry", lines=2)
quietly("defa-id registry stamp --dir registry")
