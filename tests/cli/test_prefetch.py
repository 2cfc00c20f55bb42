"""`defa-id registry prefetch`: from servers on loopback into a folder or bundle that verifies offline."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from defa_id import files, recorded
from defa_id.codec import limits
from defa_id.errors import WrongUse
from defa_id.net import allowed, prefetch
from defa_id.net.budget import Bounds
from defa_id.net.source import NetworkSource
from defa_id.sources import Document, RecordedSource
from defa_id.trust.registry import Registry
from tests.cli.conftest import AT
from tests.support import certificates, lists, mdocs
from tests.support.loopback import PATIENT, PUBLIC, Authority, Outside, Server, response, serving
from tests.support.world import ISSUER, NOW, World, vc, vc_jwt

Command = Callable[..., Result]
OTHER = "https://status.example/lists/8"
DID_DOCUMENT = "https://sg-person.example/.well-known/did.json"
SCHEMA = "https://schema.example/person/1"
HOSTS = ("status.example", "sg-person.example", "schema.example")
LIST = Document(b"a list")
ENTRY = {
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "94567",
    "statusListCredential": lists.URL,
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority: Authority) -> Path:
    return authority.issue(*HOSTS)


@pytest.fixture
def server(certificate: Path) -> Iterator[Server]:
    with serving(certificate) as running:
        yield running


@pytest.fixture
def outside(server: Server, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Outside:
    made = Outside(server, authority, dict.fromkeys(HOSTS, (PUBLIC,)))

    def of(registry: Registry, *, bounds: Bounds) -> NetworkSource:
        assert bounds == prefetch.BOUNDS
        return NetworkSource(lambda: allowed.by(registry), reach=made.reach, bounds=PATIENT)

    monkeypatch.setattr(NetworkSource, "of", of)
    return made


@pytest.fixture
def place(tmp_path: Path, server: Server, outside: Outside) -> Path:
    """A published registry that names two lists, an identifier and a schema; all of them answer but one list."""
    world, signer = World.make(expires="2099-01-01T00:00:00Z")
    world.sg["status_lists"] = [{"url": lists.URL}, {"url": OTHER}, {"url": "https://status.example/folder/"}]
    world.sg["credentials"].append({"type": "OtherType", "schema": {"uri": SCHEMA, "sha256": "0" * 64}})
    for name, data in world.files().items():
        path = tmp_path / "published" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "credential").write_text(vc_jwt(signer, vc(credentialStatus=ENTRY)))
    server.answers["/lists/7"] = response(lists.bitstring(signer), "application/vc+jwt")
    server.answers["/.well-known/did.json"] = response(json.dumps({"id": ISSUER}).encode())
    server.answers["/person/1"] = response(b"{}", "application/schema+json")
    return tmp_path


def fetch(run: Command, place: Path, *more: str | Path) -> Result:
    return run("registry", "prefetch", "--registry", place / "published", *more)


def judged(run: Command, place: Path, sources: Path) -> Any:
    done = run("verify", place / "credential", "--for", "TH", "--registry", place / "published", "--memory", "none",
               "--at", AT, "--sources", sources, "--json")  # fmt: skip
    return json.loads(done.stdout)


def test_what_it_brings_verifies_offline(run: Command, place: Path, server: Server) -> None:
    done = fetch(run, place, "--out", place / "kept", "--bundle", place / "bundle")
    assert done.exit_code == 3
    assert "fetched 3 documents" in done.stdout
    assert f"warning: SG: folder of status lists {FOLDER}: NET_STATUS" in done.stderr
    assert f"warning: SG: status list {OTHER}: NET_STATUS" in done.stderr
    index = json.loads((place / "kept" / "index.json").read_text())
    assert sorted(index) == sorted([lists.URL, DID_DOCUMENT, SCHEMA])
    asked = len(server.asked)
    for sources in (place / "kept", place / "bundle"):
        verdict = judged(run, place, sources)
        assert verdict["decision"] == "accepted", verdict
        (document,) = verdict["documents"]
        assert document["retrieved"] == index[lists.URL]["retrieved"]
    assert len(server.asked) == asked


def test_nothing_missing_is_exit_0_and_told_as_json(run: Command, place: Path, server: Server) -> None:
    server.answers["/lists/8"] = server.answers["/lists/7"]
    server.answers["/folder/"] = response(b'{"status_lists": []}')
    done = fetch(run, place, "--bundle", place / "b", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"fetched": 4, "kept": 4, "missing": []}


def test_what_was_kept_stays_with_its_time(run: Command, place: Path, server: Server) -> None:
    fetch(run, place, "--out", place / "kept")
    index = place / "kept" / "index.json"
    entries = json.loads(index.read_text())
    entries[lists.URL]["retrieved"] = "2026-11-24T01:02:03Z"
    index.write_text(json.dumps(entries))
    old = set((place / "kept").iterdir())
    del server.answers["/lists/7"]
    server.answers["/person/1"] = response(b'{"a":1}', "application/schema+json")
    done = fetch(run, place, "--out", place / "kept")
    assert done.exit_code == 3
    assert f"{lists.URL}: NET_STATUS; the one from before is kept" in done.stderr
    assert json.loads(index.read_text())[lists.URL]["retrieved"] == "2026-11-24T01:02:03Z"
    assert len(set((place / "kept").iterdir())) == len(old)  # the schema's old bytes are gone
    assert judged(run, place, place / "kept")["documents"][0]["retrieved"] == "2026-11-24T01:02:03Z"


def test_a_mirror_fills_in(run: Command, place: Path, server: Server) -> None:
    fetch(run, place, "--bundle", place / "mirror")
    server.answers.clear()
    assert fetch(run, place, "--out", place / "kept", "--mirror", place / "mirror").exit_code == 3
    assert judged(run, place, place / "kept")["decision"] == "accepted"


FOLDER = "https://status.example/folder/"
AGGREGATION = {"status_lists": [f"{FOLDER}1", f"{FOLDER}2"]}


def test_a_folder_of_lists_tells_which_there_are(run: Command, place: Path, server: Server) -> None:
    server.answers["/folder/"] = response(json.dumps(AGGREGATION).encode())
    server.answers["/folder/1"] = server.answers["/lists/8"] = server.answers["/lists/7"]
    done = fetch(run, place, "--out", place / "kept", "--json")
    assert json.loads(done.stdout)["missing"] == [
        {
            "state": "SG",
            "kind": prefetch.STATUS_LIST,
            "name": f"{FOLDER}2",
            "code": "NET_STATUS",
            "why": "the server answered 404",
            "kept": False,
        }
    ]
    assert {f"{FOLDER}1", lists.URL, OTHER} < json.loads((place / "kept" / "index.json").read_text()).keys()
    del server.answers["/folder/"]
    (missing,) = json.loads(fetch(run, place, "--out", place / "kept", "--json").stdout)["missing"]
    assert (missing["name"], missing["code"], missing["kept"]) == (FOLDER, "NET_STATUS", True)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"status_lists": ["https://status.example/elsewhere/1"]}, "STATUS_URI"),
        ({"status_lists": ["http://status.example/folder/1"]}, "STATUS_URI"),
        ({"status_lists": [f"{FOLDER}1?holder=7"]}, "STATUS_URI"),
        ({"status_lists": [7]}, "STATUS_URI"),
        ({"status_lists": FOLDER}, "STATUS_SHAPE"),
        ({}, "STATUS_SHAPE"),
        ([], "JSON_NOT_OBJECT"),
    ],
    ids=str,
)
def test_a_folder_that_leads_astray(told: Any, code: str) -> None:
    source = RecordedSource({FOLDER: Document(json.dumps(told).encode()), "https://status.example/elsewhere/1": LIST})
    wanted = [prefetch.Wanted("SG", prefetch.STATUS_FOLDER, FOLDER)]
    found = prefetch.fetch(wanted, source, datetime(2026, 11, 24, tzinfo=UTC))
    assert (found.documents, [(one.wanted, one.code) for one in found.troubles]) == ({}, [(wanted[0], code)])


def test_a_revocation_list_of_certificates_comes_along(tmp_path: Path) -> None:
    """As long a one as a verifier takes: longer than any status list."""
    url = "https://issuer.example/iaca.crl"
    signed = mdocs.GOLDEN.but(certificate=mdocs.DS.also(certificates.crl_point(url))).bare()
    data = certificates.revocations(mdocs.IACA, range(1 << 64, (1 << 64) + 40_000))
    assert limits.STATUS_DOCUMENT_BYTES < len(data) < limits.CRL_BYTES
    world = mdocs.world(status_lists=[{"url": url}])
    wanted = prefetch.named(world.registry(), ["SG"])
    found = prefetch.fetch(wanted, RecordedSource({url: Document(data, "2026-11-24T08:00:00Z")}), NOW)
    recorded.keep(tmp_path, found.documents)
    assert not world.verify(signed)
    verdict = world.verify(signed, source=files.recorded_sources(tmp_path))
    assert verdict, verdict.to_json(1)
    assert [line.outcome for line in verdict.checks if line.id == "status.certificate"] == ["passed"]


def test_only_some_states(run: Command, place: Path, server: Server) -> None:
    assert fetch(run, place, "--states", "TH,VN", "--out", place / "kept").exit_code == 0
    assert server.asked == []
    assert json.loads((place / "kept" / "index.json").read_text()) == {}
    refused = fetch(run, place, "--states", "XX", "--out", place / "kept")
    assert refused.exit_code == 2
    assert "The states are PH, SG, TH, VN" in refused.stderr
    assert fetch(run, place).exit_code == 2


def test_what_a_registry_names() -> None:
    world, _ = World.make()
    world.sg["identifiers"].append({**world.sg["identifiers"][0], "kind": "issuer_url", "value": "https://i.example/a"})
    names = {(one.kind, one.name) for one in prefetch.named(world.registry(), ["SG"])}
    assert names == {(prefetch.IDENTIFIER, ISSUER), (prefetch.IDENTIFIER, "https://i.example/a")}


def test_an_issuers_keys_beside_its_metadata_come_along() -> None:
    issuer = "https://i.example/a"
    held = {
        "https://i.example/.well-known/jwt-vc-issuer/a": {"issuer": issuer, "jwks_uri": "https://i.example/keys"},
        "https://i.example/keys": {"keys": []},
    }
    source = RecordedSource({url: Document(json.dumps(document).encode()) for url, document in held.items()})
    wanted = [prefetch.Wanted("SG", prefetch.IDENTIFIER, issuer)]
    seen: list[int] = []
    found = prefetch.fetch(wanted, source, datetime(2026, 11, 24, tzinfo=UTC), seen.append)
    assert found.documents.keys() == held.keys()
    assert not found.troubles
    assert seen == [1]


DOCUMENTS = {
    "https://a.example/1": Document(b"\x00\xff", "2026-11-24T12:00:00Z"),
    "https://a.example/2": Document(b"{}", None),
}
BUNDLE = recorded.packed(DOCUMENTS)


class TestKept:
    def test_a_bundle_is_the_same_documents(self, tmp_path: Path) -> None:
        (tmp_path / "b").write_bytes(BUNDLE)
        assert recorded.read(tmp_path / "b") == DOCUMENTS
        assert files.recorded_sources(tmp_path / "b").get("https://a.example/1", 9).data == b"\x00\xff"

    def test_a_bare_name_is_as_old_as_its_file(self, tmp_path: Path) -> None:
        (tmp_path / "index.json").write_text('{"https://a.example/1": "one"}')
        (tmp_path / "one").write_bytes(b"{}")
        os.utime(tmp_path / "one", (1_790_000_000, 1_790_000_000))
        found = recorded.read(tmp_path)["https://a.example/1"]
        assert found == Document(b"{}", datetime.fromtimestamp(1_790_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))

    @pytest.mark.parametrize(
        "index",
        [
            "[]",
            '{"https://a.example/1": 7}',
            '{"https://a.example/1": {}}',
            '{"https://a.example/1": {"file": "../secret"}}',
            '{"https://a.example/1": {"file": "one", "retrieved": "yesterday"}}',
            '{"https://a.example/1": {"file": "one", "sha256": "00"}}',
            '{"https://a.example/1": "nothing"}',
        ],
    )
    def test_an_index_that_is_none(self, tmp_path: Path, index: str) -> None:
        folder = tmp_path / "folder"
        folder.mkdir()
        (tmp_path / "secret").write_bytes(b"{}")
        (folder / "one").write_bytes(b"{}")
        (folder / "index.json").write_text(index)
        with pytest.raises(WrongUse) as caught:
            recorded.read(folder)
        assert caught.value.hint

    @pytest.mark.parametrize("spoil", [BUNDLE[:-9], BUNDLE + b"x", b"{}", b""])
    def test_a_bundle_that_is_none(self, tmp_path: Path, spoil: bytes) -> None:
        (tmp_path / "b").write_bytes(spoil)
        with pytest.raises(WrongUse):
            recorded.read(tmp_path / "b")

    def test_a_registrys_bundle_is_told_apart(self, tmp_path: Path) -> None:
        from defa_id import places

        (tmp_path / "b").write_bytes(places.packed({"root.json": b"{}"}))
        with pytest.raises(WrongUse, match="something else"):
            recorded.read(tmp_path / "b")

    def test_the_newest_of_several(self) -> None:
        old, new = Document(b"1", "2026-11-23T00:00:00Z"), Document(b"2", "2026-11-24T00:00:00Z")
        for several in ([{"u": old}, {"u": new}], [{"u": new}, {"u": old}]):
            assert recorded.newest(several) == {"u": new}
