"""A registry that begins without states, a state that joins it, and what others ask of that state."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from defa_id import files, places
from defa_id.issue import signing as keys
from defa_id.operator import conformance, pending, storage
from defa_id.operator.keyring import FileKeyring
from defa_id.operator.published import Published
from defa_id.operator.tree import load
from defa_id.policy import Policy
from tests.operator.conftest import LATER, Run
from tests.operator.made import TYPE, days
from tests.operator.stock_client import all_targets

STATE_KEYS = tuple(
    f"XA{role}-{letter}" for role, letters in (("", "abc"), ("-ops", "abcd"), ("-deny", "ab")) for letter in letters
)
NEWCOMER = (
    *("--state", "XA", "--name", "Example state", "--authority-id", "did:web:authority.xa.example"),
    *("--scheme", "National identity", "--scheme-authority", "Ministry of the Interior"),
)


def ok(said: Any) -> Any:
    assert said.exit_code == 0, said.output
    return said


def make(folder: Path, *names: str) -> None:
    """Keys as a ceremony leaves them."""
    ring = FileKeyring(folder / "private")
    (folder / "public").mkdir(parents=True)
    for name in names:
        (folder / "public" / f"{name}.jwk.json").write_bytes(keys.to_json(ring.make(name).public_jwk))


def key(folder: Path, name: str) -> tuple[Any, ...]:
    return ("--key", folder / "private" / f"{name}.jwk.json")


@pytest.fixture
def begun(run: Run, tmp_path: Path) -> Path:
    """A registry for trials that has begun, without states."""
    directory = tmp_path / "begun"
    ok(run("registry", "init", directory, "--title", "Trial", "--environment", "sandbox", "--new-keys"))
    return directory


def test_a_registry_begins_for_a_trial(run: Run, begun: Path, tmp_path: Path) -> None:
    settings = json.loads((begun / "registry.json").read_text())
    assert settings["lifetimes"] == {"timestamp": 1, "snapshot": 7, "states": 90, "root": 365}
    assert settings["region"] == {"keys": ["region-a", "region-b", "region-c"], "threshold": 2}
    registry = files.open_registry(begun / "published", now=LATER)
    assert (registry.version, registry.environment, registry.states()) == (1, "sandbox", ())
    assert {"snapshot", "timestamp", "root"} <= registry.expiries.keys()
    assert registry.expiries["timestamp"] == LATER + days(1)
    assert registry.vocabulary["types"]
    all_targets(begun / "published", tmp_path / "cache", LATER)
    assert "Lint           0 errors" in run("registry", "status", "--dir", begun).stdout
    again = run("registry", "init", begun, "--title", "Trial", "--environment", "sandbox", "--new-keys")
    assert again.exit_code == 2
    assert "is not empty" in again.stderr


def test_a_registry_begins_in_earnest_by_the_keys_of_its_holders(run: Run, tmp_path: Path) -> None:
    directory, held = tmp_path / "live", tmp_path / "held"
    region = ("SG", "TH", "VN", "PH", "MY")
    make(held, *region, "snapshot", "timestamp-a", "timestamp-b")

    def public(name: str) -> str:
        return f"{name}={held / 'public' / f'{name}.jwk.json'}"

    named = [part for name in region for part in ("--region", public(name))]
    online = (
        "--snapshot",
        public("snapshot"),
        "--timestamp",
        public("timestamp-a"),
        "--timestamp",
        public("timestamp-b"),
    )
    about = ("registry", "init", directory, "--title", "In earnest", "--name", "example-live", "--environment", "live")
    proposed = ok(run(*about, *named, *online, *key(held, "SG")))
    assert re.search(r"region: its first keys are SG \([0-9a-f]{16}\), TH \(.*; 3 of 5 must sign", proposed.stdout)
    assert "the registry example-live begins, live" in proposed.stdout
    for name in region[1:]:
        ok(run("registry", "sign", "region-roles-0001", "--dir", directory, *key(held, name)))
    refused = run("registry", "publish", "--dir", directory)
    assert "role snapshot needs 1 signatures and 0 of its keys are here" in refused.stderr
    for name in ("snapshot", "timestamp-a"):
        (held / "private" / f"{name}.jwk.json").rename(directory / "keys" / f"{name}.jwk.json")
    ok(run("registry", "publish", "--dir", directory))
    registry = files.open_registry(directory / "published", now=LATER)
    assert (registry.name, registry.environment) == ("example-live", "live")
    assert [
        one.status for one in pending.standings(directory / "changes", Published.read(directory / "published"), LATER)
    ] == ["published"]
    all_targets(directory / "published", tmp_path / "cache", LATER)


REFUSED: dict[str, tuple[list[str], str]] = {
    "no keys": ([], "public keys of region, snapshot and timestamp are needed"),
    "keys and new keys": (["--new-keys", "--region", "a=b"], "--new-keys makes every key itself"),
    "hidden text": (["--new-keys", "--title", "a\u202eb"], "the title"),
    "one pair of eyes": (["--new-keys", "--threshold", "1"], "threshold"),
}


@pytest.mark.parametrize(("more", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_begin(run: Run, tmp_path: Path, more: list[str], why: str) -> None:
    said = run("registry", "init", tmp_path / "new", "--title", "T", "--environment", "sandbox", *more)
    assert said.exit_code == 2
    assert why in said.stderr
    assert not (tmp_path / "new").exists()


def test_keys_made_in_one_place_begin_trials_only(run: Run, tmp_path: Path) -> None:
    said = run("registry", "init", tmp_path / "new", "--title", "T", "--environment", "live", "--new-keys")
    assert said.exit_code == 2
    assert "keys made in one place do not begin a live registry" in said.stderr
    assert not (tmp_path / "new").exists()


@pytest.fixture
def joined(run: Run, begun: Path, tmp_path: Path) -> Path:
    """The trial with a state that has joined it; its keys are in tmp_path/held."""
    held = tmp_path / "held"
    make(held, *STATE_KEYS)
    ok(run("registry", "init-state", "--dir", begun, *NEWCOMER))
    ok(
        run(
            *("registry", "add-issuer", "--dir", begun, "--state", "XA", "--id", "https://issuer.xa.example"),
            *("--name", "XA identity", "--new-key", "--type", TYPE, "--format", "vc-jwt", "--level", "substantial"),
            *("--from", "2026-02-01T00:00:00Z"),
        )
    )
    ok(run("registry", "join", "--dir", begun, "--state", "XA", "--keys", held / "public", *key(held, "XA-c")))
    for name in STATE_KEYS:
        if name != "XA-c":
            ok(run("registry", "sign", "XA-roles-0001", "--dir", begun, *key(held, name)))
    for name in ("region-a", "region-c"):
        ok(run("registry", "sign", "XA-roles-0001", "--dir", begun, "--key", begun / "keys" / f"{name}.jwk.json"))
    ok(run("registry", "publish", "--dir", begun))
    return begun


def test_a_state_joins(run: Run, joined: Path, tmp_path: Path) -> None:
    registry = files.open_registry(joined / "published", now=LATER)
    listing = registry.state_list("XA").document
    assert (registry.states(), listing["sequence"], listing["state"]["provenance"]["kind"]) == (
        ("XA",),
        1,
        "state-signed",
    )
    assert listing["next_update"] == "2027-02-22T13:00:00Z"
    assert registry.denials("XA") == ()
    all_targets(joined / "published", tmp_path / "cache", LATER)
    assert run("registry", "diff", "--dir", joined).stdout == "nothing differs from what is published\n"
    said = run("registry", "join", "--dir", joined, "--state", "XA", "--keys", tmp_path / "held" / "public",
               *key(tmp_path / "held", "XA-a"))  # fmt: skip
    assert said.exit_code == 2
    assert "XA is published already" in said.stderr


def test_and_changes_its_list_from_then_on_by_its_own_keys(run: Run, joined: Path, tmp_path: Path) -> None:
    held = tmp_path / "held"
    ok(run("registry", "suspend", "--dir", joined, "--state", "XA", "--id", "https://issuer.xa.example",
           "--effective", "2026-11-24T13:00:00Z", "--reason", "investigation"))  # fmt: skip
    ok(run("registry", "propose", "--dir", joined, "--state", "XA", *key(held, "XA-ops-a")))
    for name in ("XA-ops-b", "XA-ops-c"):
        ok(run("registry", "sign", "XA-0001", "--dir", joined, *key(held, name)))
    ok(run("registry", "publish", "--dir", joined))
    assert files.open_registry(joined / "published", now=LATER).state_list("XA").document["sequence"] == 2


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (("--state", "xa"), "is no state"),
        (("--state", "SGP"), "is no state"),
        (("--authority-id", "https://authority.example"), "is no DID"),
        (("--name", "a\u202eb"), "the name"),
        (("--scheme", "<b>"), "markup"),
        (("--lang", "??"), "lang"),
    ],
)
def test_a_state_that_cannot_begin(run: Run, begun: Path, given: tuple[str, ...], why: str) -> None:
    said = run("registry", "init-state", "--dir", begun, *NEWCOMER, *given)
    assert said.exit_code == 2, said.output
    assert why in said.stderr
    assert load(begun).states == {}


def test_a_state_begins_once(run: Run, begun: Path) -> None:
    told = json.loads(ok(run("registry", "init-state", "--dir", begun, *NEWCOMER, "--json")).stdout)
    assert Path(told["path"]).is_file()
    assert "XA has sources already" in run("registry", "init-state", "--dir", begun, *NEWCOMER).stderr


def test_keys_that_are_missing_or_anothers(run: Run, begun: Path, tmp_path: Path) -> None:
    ok(run("registry", "init-state", "--dir", begun, *NEWCOMER))
    held = tmp_path / "held"
    make(held, *STATE_KEYS[:-2])
    joining = ("registry", "join", "--dir", begun, "--state", "XA", *key(held, "XA-a"))
    assert "there is no folder" in run(*joining, "--keys", tmp_path / "none").stderr
    assert "no public key of XA-deny is in" in run(*joining, "--keys", held / "public").stderr
    (held / "public" / "XA-deny-a.jwk.json").write_bytes((held / "public" / "XA-ops-a.jwk.json").read_bytes())
    said = run(*joining, "--keys", held / "public")
    assert said.exit_code == 2
    assert "the key XA-deny-a is XA-ops-a of XA-ops already" in said.stderr


def test_nobody_joins_with_a_list_that_breaks_a_rule(run: Run, begun: Path, tmp_path: Path) -> None:
    ok(run("registry", "init-state", "--dir", begun, *NEWCOMER))
    path = begun / "states" / "XA" / "list.json"
    listing = json.loads(path.read_text())
    path.write_bytes(storage.pretty({**listing, "colour": "red"}))
    held = tmp_path / "held"
    make(held, *STATE_KEYS)
    said = run("registry", "join", "--dir", begun, "--state", "XA", "--keys", held / "public", *key(held, "XA-a"))
    assert said.exit_code == 2
    assert "colour" in said.stderr


def test_what_others_ask_of_a_state(run: Run, joined: Path, tmp_path: Path) -> None:
    claims, samples = tmp_path / "claims.json", tmp_path / "samples"
    full = [{"value": "Contoh", "lang": "id", "script": "Latn", "kind": "official"}]
    claims.write_text(json.dumps({"name": {"full": full, "primary": "CONTOH"}}))
    samples.mkdir()
    issue = ("issue", "--dir", joined, "--state", "XA", "--type", TYPE, "--format", "vc-jwt", "--claims", claims)
    ok(run(*issue, "--issued", "2026-11-01T00:00:00Z", "--out", samples / "one.jwt"))
    asked = ("registry", "conformance", "XA", "--registry", joined / "published")
    said = ok(run(*asked, "--credentials", samples))
    assert "10 passed, 0 failed, 0 not asked" in said.stdout
    unasked = run(*asked, "--json")
    assert unasked.exit_code == 3
    told = {one["id"]: one["outcome"] for one in json.loads(unasked.stdout)["results"]}
    assert told["samples.accepted"] == "not asked"
    assert told["roles.second-reader"] == "passed"
    (samples / "one.jwt").write_text((samples / "one.jwt").read_text().replace(".", "..", 1))
    wrong = run(*asked, "--credentials", samples, "--json")
    assert wrong.exit_code == 1
    assert {one["id"] for one in json.loads(wrong.stdout)["results"] if one["outcome"] == "failed"} == {
        "samples.accepted"
    }
    assert run("registry", "conformance", "XX", "--registry", joined / "published").exit_code == 1
    assert run("registry", "conformance", "XA", "--registry", tmp_path).exit_code == 4


def subject(directory: Path, state: str = "SG") -> conformance.Subject:
    place = directory / "published"
    registry = files.open_registry(place, now=LATER)
    return conformance.Subject(
        registry, places.folder(place), (place / "root.json").read_bytes(), state, {}, Policy.preset("baseline")
    )


def test_a_state_whose_roles_end_is_told(pristine: Path) -> None:
    late = {one.id: one for one in conformance.run(subject(pristine), LATER + days(365))}
    assert late["roles.fresh"].outcome == "failed"
    assert late["roles.fresh"].why == "SG expires at 2027-11-24T12:00:00Z (and 2 more)"
    assert {one.id: one.outcome for one in conformance.run(subject(pristine, "TL"), LATER)}[
        "list.usable"
    ] == "not asked"


def test_the_second_reader_reads_for_itself(pristine: Path) -> None:
    whole = subject(pristine)

    def torn(name: str, limit: int) -> bytes | None:
        data = whole.files(name, limit)
        return data and data.replace(b"0", b"1", 1) if name.endswith("SG-ops.json") else data

    found = {one.id: one for one in conformance.run(whole._replace(files=torn), LATER)}
    assert found["roles.second-reader"].outcome == "failed"
    assert found["roles.signed"].outcome == "passed"
