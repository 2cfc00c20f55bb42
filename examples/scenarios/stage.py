"""What the scenarios share: a registry of their own, its commands, holders with a key, and verdicts told in a line.

Everybody and everything in it is made up. A command is one an operator types; they run in this process.
"""

import copy
import json
import os
import shlex
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner

import defa_id
from defa_id.catalogue import CATALOGUE
from defa_id.cli import cli
from defa_id.files import load_policy
from defa_id.issue import present, signing

HERE = Path(__file__).resolve().parent
NOW = datetime.now(UTC).replace(microsecond=0)
AUDIENCE = "https://relying-party.example"
PERSON, COMPANY, MANDATE = "PersonIdentityCredential", "LegalEntityCredential", "MandateCredential"


def begin(name: str) -> None:
    """A new folder with a new registry in it; it is where the commands run."""
    work = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    os.chdir(work)
    os.environ["XDG_STATE_HOME"] = str(work / "state")
    run("defa-id sandbox new registry")


def run(command: str) -> str:
    """Run one command line; what it says. An exit code other than 0 ends the scenario."""
    done = CliRunner().invoke(cli, shlex.split(command)[1:])
    if done.exit_code:
        sys.exit(f"exit code {done.exit_code}: {command}\n{done.output}")
    return done.stdout


def ago(**time: float) -> str:
    """A moment so long ago, as options take it."""
    return (NOW - timedelta(**time)).strftime("%Y-%m-%dT%H:%M:%SZ")


def list_issuer(state: str, id: str, type: str, level: str, format: str = "vc-jwt") -> None:
    """A state lists an issuer, with a key that stays here, since 90 days ago."""
    run(
        f"defa-id registry add-issuer --dir registry --state {state} --id {id} --name 'Demo issuer of {state}' "
        f"--new-key --type {type} --format {format} --level {level} --from {ago(days=90)}"
    )


def recognise(by: str, of: str, type: str, level: str, purpose: str = "") -> None:
    """A state recognises another's credentials of a type, for demonstration, since 90 days ago."""
    limit = f"--purpose {purpose}" if purpose else ""
    run(
        f"defa-id registry recognise --dir registry --by {by} --of {of} --type {type} --min-level {level} "
        f"--environment demo --from {ago(days=90)} {limit}"
    )


def publish() -> defa_id.Registry:
    """Sign and publish all of it; the registry as a verifier opens it."""
    run("defa-id registry publish --dir registry --demo-sign")
    return defa_id.open_registry("registry/published")


def claims(type: str, /, **changes: Any) -> dict[str, Any]:
    """The example claims of a type, changed; None takes a member away."""
    found = json.loads((HERE.parent / "claims" / f"{type}.json").read_text(encoding="utf-8"))
    return {member: value for member, value in {**found, **changes}.items() if value is not None}


def person(state: str, **changes: Any) -> dict[str, Any]:
    """The example person, in a document of this state."""
    return claims("person-identity", issuing_country=state, **changes)


def issue(
    state: str,
    type: str,
    subject: dict[str, Any],
    *,
    by: str = "",
    format: str = "vc-jwt",
    holder: signing.SigningKey | None = None,
    issued: str = "",
) -> str:
    """A credential from an issuer the state lists, bound to the holder's key if one is given."""
    Path("claims.json").write_text(json.dumps(subject), encoding="utf-8")
    command = (
        f"defa-id issue --dir registry --state {state} --type {type} --format {format} --claims claims.json "
        f"--issued {issued or ago(days=7)} --out credential"
    )
    if by:
        command += f" --id {by}"
    if holder is not None:
        Path("holder.jwk.json").write_text(json.dumps(dict(holder.public.jwk)), encoding="utf-8")
        command += " --holder-key holder.jwk.json"
    run(command)
    return Path("credential").read_text(encoding="ascii").strip()


def policy(name: str | dict[str, Any]) -> defa_id.Policy:
    """One of the example policies, or one written here and laid over the baseline."""
    if isinstance(name, str):
        return load_policy(HERE.parent / "policies" / f"{name}.json")
    return defa_id.Policy.from_document({"base": "baseline", **name}, load_policy("baseline"))


def new_holder() -> signing.SigningKey:
    """A holder's key, in a real wallet kept in hardware."""
    return signing.generate()


def presented(*credentials: str, holder: signing.SigningKey) -> str:
    """Credentials shown together by their holder, to this verifier, now."""
    if len(credentials) == 1 and "~" in credentials[0]:
        return present.sd_jwt_presentation(credentials[0], holder, "nonce-1", AUDIENCE, NOW)
    return present.vp_jwt(credentials, holder, "nonce-1", AUDIENCE, NOW)


EXPECTED = defa_id.Expected.presentation(nonce="nonce-1", audience=AUDIENCE)


def tell(label: str, verdict: defa_id.Verdict) -> defa_id.Verdict:
    """Print a verdict: the decision, the reasons, and what goes with it."""
    problems = [line for line in verdict.problems if line.code and line.code != "CHECK_NEEDS"]
    reasons = [str(line.code) for line in problems]
    print(f"{label}: {verdict.decision}{' ' + ', '.join(dict.fromkeys(reasons)) if reasons else ''}")
    print(f"    {verdict.summary}")
    for line in problems:
        print(f"    {line.id}: {line.why}")
    document = json.loads(verdict.to_json())
    recognition = document["recognition"] or {}
    if level := recognition.get("level"):
        capped = f", capped by {' and '.join(level['capped_by'])}" if level["capped_by"] else ""
        print(f"    level {level['label']}{capped}; environment {recognition['environment']}")
    for condition in recognition.get("conditions", ()) if verdict else ():
        print(f"    condition: {condition}")
    for one in document["not_run"] if verdict else ():
        print(f"    not asked here: {one['what']}")
    if (document.get("review") or {}).get("required"):
        print(f"    a person looks at it; to turn to: {document['review']['appeal']}")
    return verdict


def next_step(verdict: defa_id.Verdict, code: str) -> str:
    """What the catalogue advises for a reason the verdict gives."""
    assert code in {line.code for line in verdict.problems}
    return CATALOGUE.reasons[code].next_step


def changed(document: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A copy with other members."""
    return {**copy.deepcopy(document), **members}
