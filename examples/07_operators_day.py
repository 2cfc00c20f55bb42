"""An operator's day, by the commands an operator types; every one of them is printed.

A registry of one's own, an issuer in it, a credential from that issuer, and what a suspension does.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

work = Path(tempfile.mkdtemp(prefix="operators-day-"))
here = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}


def run(command: str) -> subprocess.CompletedProcess[str]:
    print("$", command)
    words = shlex.split(command)
    return subprocess.run(
        [sys.executable, "-m", "defa_id", *words[1:]], cwd=work, env=here, text=True, capture_output=True, check=False
    )


def show(done: subprocess.CompletedProcess[str], lines: int = 3) -> None:
    for line in (done.stdout or done.stderr).splitlines()[:lines]:
        print("   ", line)


# Morning: a registry of eleven states, with its own keys, all of it marked demo.
show(run("defa-id sandbox new registry"))

# A ministry names a new issuer. Its key stays with the sandbox here; a real one would send a public key.
# The person's credential is dated a minute back, so the grant is too: allowed in demo and sandbox only.
granted = (datetime.now(UTC) - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
show(
    run(
        "defa-id registry add-issuer --dir registry --state SG --id did:web:new-issuer.demo.example "
        "--name 'A new demo issuer' --new-key --type PersonIdentityCredential --format vc-jwt "
        f"--level substantial --from {granted}"
    )
)
show(run("defa-id registry publish --dir registry --demo-sign"))

# The issuer issues.
claims = {
    "name": {"full": [{"value": "Contoh", "lang": "id", "script": "Latn", "kind": "official"}], "primary": "CONTOH"}
}
(work / "claims.json").write_text(json.dumps(claims), encoding="utf-8")
issued = (datetime.now(UTC) - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
show(
    run(
        "defa-id issue --dir registry --state SG --type PersonIdentityCredential --format vc-jwt "
        f"--id did:web:new-issuer.demo.example --claims claims.json --issued {issued} --out person.jwt"
    )
)

# A relying party in Thailand judges.
verify = "defa-id verify person.jwt --for TH --registry registry/published --memory memory.json"
first = run(verify)
show(first, 2)

# Noon: the issuer is suspended as of yesterday, pending an investigation.
since = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
show(
    run(
        "defa-id registry suspend --dir registry --state SG --id did:web:new-issuer.demo.example "
        f"--effective {since} --reason investigation"
    )
)
show(run("defa-id registry publish --dir registry --demo-sign"))

# The same credential, the same question: nobody can say now.
second = run(verify)
show(second, 2)
print("exit codes:", first.returncode, second.returncode)
