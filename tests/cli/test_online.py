"""`--online`: recorded documents first, then the registry's hosts; and the verdict says what was fetched."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from defa_id.net import allowed
from defa_id.net.kept import Cache
from defa_id.net.source import NetworkSource
from defa_id.trust.registry import Registry
from tests.cli.conftest import AT
from tests.support import lists
from tests.support.loopback import PATIENT, PUBLIC, Authority, Outside, Server, response, serving
from tests.support.world import PERSON, World, vc, vc_jwt

URI = "https://schema.example/person/1"
SCHEMA = b'{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"}'
SHA256 = hashlib.sha256(SCHEMA).hexdigest()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority: Authority) -> Iterator[Server]:
    with serving(authority.issue("schema.example")) as running:
        running.answers["/person/1"] = response(SCHEMA, "application/schema+json")
        yield running


@pytest.fixture
def outside(server: Server, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Outside:
    """The internet has one host, and a new user asks it."""
    made = Outside(server, authority, {"schema.example": (PUBLIC,)})

    def of(registry: Registry, *, cache: Cache | None = None) -> NetworkSource:
        return NetworkSource(lambda: allowed.by(registry), cache=cache, reach=made.reach, bounds=PATIENT)

    monkeypatch.setattr(NetworkSource, "of", of)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return made


@pytest.fixture
def ask(run: Callable[..., Result], tmp_path: Path, outside: Outside) -> Callable[..., dict[str, Any]]:
    """The verdict on a credential whose schema lies at URI, as JSON."""
    world, signer = World.make(expires="2099-01-01T00:00:00Z")
    world.sg["credentials"] = [{"type": PERSON, "schema": {"uri": URI, "sha256": SHA256}}]
    for name, data in world.files().items():
        path = tmp_path / "published" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    credential = tmp_path / "credential.jwt"
    credential.write_text(vc_jwt(signer))

    def verdict(*options: object) -> dict[str, Any]:
        fixed = ("--for", "TH", "--registry", tmp_path / "published", "--at", AT, "--memory", "none", "--json")
        done = run("verify", credential, *fixed, *options)
        found: dict[str, Any] = json.loads(done.stdout)
        assert done.exit_code == {"accepted": 0, "rejected": 1, "indeterminate": 3}.get(found.get("decision", ""), 2)
        return found

    return verdict


def schema_line(verdict: dict[str, Any]) -> dict[str, Any]:
    return next(line for line in verdict["checks"] if line["id"] == "schema.valid")


def test_without_it_nobody_is_asked(ask: Callable[..., dict[str, Any]], outside: Outside) -> None:
    verdict = ask()
    assert (verdict["decision"], schema_line(verdict)["code"]) == ("indeterminate", "SCHEMA_UNAVAILABLE")
    assert schema_line(verdict)["evidence"] == {"url": URI, "network": "NET_OFFLINE"}
    assert (verdict["documents"], outside.looked_up) == ([], [])


def test_with_it_the_document_is_fetched_named_and_kept(
    ask: Callable[..., dict[str, Any]], server: Server, tmp_path: Path
) -> None:
    verdict = ask("--online")
    assert verdict["decision"] == "accepted"
    (document,) = verdict["documents"]
    assert (document["url"], document["sha256"]) == (URI, SHA256)
    assert document["retrieved"].endswith("Z")
    assert ask("--online")["documents"] == [document], "the same bytes, fetched at the same time"
    assert server.asked == ["/person/1"]
    assert len(list((tmp_path / "cache" / "defa-id" / "documents").glob("*.document"))) == 1


def test_a_status_list_is_fetched_kept_and_as_old_as_the_verdict_says(
    run: Callable[..., Result], server: Server, outside: Outside, tmp_path: Path
) -> None:
    """While its time lasts no process asks again, and each verdict says when it was fetched; then it is asked anew."""
    url = "https://schema.example/lists/7"
    world, signer = World.make(expires="2099-01-01T00:00:00Z")
    world.sg["status_lists"] = [{"url": url}]
    for name, data in world.files().items():
        path = tmp_path / "published" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    entry = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "7"}
    (tmp_path / "token").write_text(vc_jwt(signer, vc(credentialStatus={**entry, "statusListCredential": url})))

    def judged(*options: str) -> dict[str, Any]:
        given = ("--for", "TH", "--registry", tmp_path / "published", "--at", AT, "--memory", "none", "--json")
        found: dict[str, Any] = json.loads(run("verify", tmp_path / "token", *given, *options).stdout)
        return found

    def serve(*revoked: int) -> None:
        listed = lists.bitstring(signer, dict.fromkeys(revoked, 1), id=url)
        server.answers["/lists/7"] = response(listed, "application/vc+jwt", Cache_Control="max-age=3600")

    assert judged()["decision"] == "indeterminate"
    serve()
    first = judged("--online")
    assert first["decision"] == "accepted"
    serve(7)
    assert judged("--online")["documents"] == first["documents"]
    assert server.asked == ["/lists/7"]
    for kept in (tmp_path / "cache" / "defa-id" / "documents").glob("*.document"):
        head, body = kept.read_bytes().split(b"\n", 1)
        told = {**json.loads(head), "until": first["documents"][0]["retrieved"]}
        kept.write_bytes(json.dumps(told).encode() + b"\n" + body)
    second = judged("--online")
    assert [line["code"] for line in second["checks"] if line["outcome"] == "failed"] == ["STATUS_REVOKED"]
    assert server.asked == ["/lists/7"] * 2


def test_recorded_ones_come_first(ask: Callable[..., dict[str, Any]], server: Server, tmp_path: Path) -> None:
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    (recorded / "person.json").write_bytes(SCHEMA)
    (recorded / "index.json").write_text(json.dumps({URI: "person.json"}))
    assert ask("--online", "--sources", recorded)["decision"] == "accepted"
    assert server.asked == []
    (recorded / "index.json").write_text("{}")
    assert ask("--sources", recorded)["decision"] == "indeterminate"
    assert ask("--online", "--sources", recorded)["decision"] == "accepted"
    assert server.asked == ["/person/1"]


def test_an_old_recording_is_fetched_anew_and_stands_in_where_nobody_answers(
    ask: Callable[..., dict[str, Any]], server: Server, tmp_path: Path
) -> None:
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    (recorded / "person.json").write_bytes(SCHEMA)
    now = datetime.now(UTC)
    for age, asked in ((timedelta(hours=23), []), (timedelta(days=2), ["/person/1"])):
        retrieved = (now - age).strftime("%Y-%m-%dT%H:%M:%SZ")
        (recorded / "index.json").write_text(json.dumps({URI: {"file": "person.json", "retrieved": retrieved}}))
        (document,) = ask("--online", "--sources", recorded)["documents"]
        assert (server.asked, document["retrieved"] == retrieved) == (asked, not asked)
        assert ask("--sources", recorded)["documents"][0]["retrieved"] == retrieved
    shutil.rmtree(tmp_path / "cache")
    del server.answers["/person/1"]
    assert ask("--online", "--sources", recorded)["documents"][0]["retrieved"] == retrieved
    (recorded / "index.json").write_text("{}")
    line = schema_line(ask("--online", "--sources", recorded))
    assert line["evidence"]["network"] == "NET_STATUS"


def test_what_the_network_does_is_a_line_of_the_verdict(
    ask: Callable[..., dict[str, Any]], server: Server, outside: Outside
) -> None:
    server.answers["/person/1"] = response(b"", status="302 Found", Location="https://evil.example/")
    line = schema_line(ask("--online"))
    assert (line["outcome"], line["code"], line["evidence"]["network"]) == (
        "unknown",
        "SCHEMA_UNAVAILABLE",
        "NET_REDIRECT",
    )
    assert line["why"] == "the server answered 302: redirects are not followed"
    assert outside.looked_up == ["schema.example"]


def test_a_cache_others_could_write_to_is_not_used(ask: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "cache" / "defa-id" / "documents").mkdir(parents=True)
    (tmp_path / "cache" / "defa-id" / "documents").chmod(0o777)
    assert ask("--online")["error"]["code"] == "CFG_PERMISSIONS"
