"""A stolen key, from the first decision to the notice: which filed decisions would now be otherwise?

A bank in Thailand files a receipt of each decision. Later it turns out that an issuer's key in Singapore
was in other hands for five days. The bank keeps no credentials; its receipts tell whom it has to look at.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

work = Path(tempfile.mkdtemp(prefix="stolen-key-"))
here = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
issuer = "did:web:new-issuer.demo.example"


def run(command: str) -> subprocess.CompletedProcess[str]:
    print("$", command)
    words = shlex.split(command)
    return subprocess.run(
        [sys.executable, "-m", "defa_id", *words[1:]], cwd=work, env=here, text=True, capture_output=True, check=False
    )


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


# A registry, an issuer in it, and three credentials: a month old, four days old, and of yesterday.
run("defa-id sandbox new registry")
run(
    f"defa-id registry add-issuer --dir registry --state SG --id {issuer} --name 'A new demo issuer' --new-key "
    f"--type PersonIdentityCredential --format vc-jwt --level substantial --from {days_ago(90)}"
)
run("defa-id registry publish --dir registry --demo-sign")
claims = {
    "name": {"full": [{"value": "Contoh", "lang": "id", "script": "Latn", "kind": "official"}], "primary": "CONTOH"}
}
(work / "claims.json").write_text(json.dumps(claims), encoding="utf-8")
(work / "inbox").mkdir()
for age in (30, 4, 1):
    run(
        f"defa-id issue --dir registry --state SG --type PersonIdentityCredential --format vc-jwt --id {issuer} "
        f"--claims claims.json --issued {days_ago(age)} --out inbox/{age:02}-days.jwt"
    )

# The bank judges them and files a receipt of each decision.
run("defa-id receipt new-key bank-key")
judged = run(
    "defa-id verify inbox --for TH --registry registry/published --memory memory.json "
    "--receipt filed --receipt-key bank-key"
)
print(judged.stdout)
filed = sorted(path.name for path in work.glob("filed/*.receipt"))
told = [run(f"defa-id receipt check filed/{name} --key bank-key.pub --json").stdout for name in filed]
print(f"{len(told)} receipts, {sum('Contoh' in text for text in told)} of them hold the name\n")

# The theft is found out: since five days ago the key was in other hands.
run(
    f"defa-id registry withdraw --dir registry --state SG --id {issuer} --reason compromise "
    f"--effective {days_ago(0)} --compromised-since {days_ago(5)}"
)
run("defa-id registry publish --dir registry --demo-sign")

# What rested on it? The old credential stands, with a note; the two others do not.
again = run("defa-id receipt recheck filed --key bank-key.pub --registry registry/published")
print(again.stdout)
found = json.loads(run("defa-id receipt recheck filed --key bank-key.pub --registry registry/published --json").stdout)
notice = found["notices"][0]
print("notice to", notice["home_state"], "about", notice["entity_id"], "for", len(notice["receipts"]), "decisions")
print("exit codes:", judged.returncode, again.returncode)
