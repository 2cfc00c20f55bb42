"""`registry refresh`, `bundle` and `compare` at the command line: what they print, and how they end."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from defa_id import distribution, files, places
from defa_id.cli import cli, options
from tests.distribution.mirrors import Files, published, put
from tests.support import wide
from tests.support.world import NOW, World
from tests.trust.repository import everything

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command line with the clock at NOW and a memory of its own."""
    monkeypatch.setattr(options, "now", lambda: NOW)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def invoke(*arguments: Any) -> Result:
        done = CliRunner().invoke(cli, [str(argument) for argument in arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return invoke


@pytest.fixture
def one(first: Files, tmp_path: Path) -> Path:
    """Version 1 in a folder."""
    return put(first, tmp_path / "one")


@pytest.fixture
def two(second: Files, tmp_path: Path) -> Path:
    """Version 2 in a folder."""
    return put(second, tmp_path / "two")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be asked of the network."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


# --- refresh ----------------------------------------------------------------------------------------


def test_refresh_says_what_it_did_and_what_comes_next(run: Run, one: Path, two: Path, cache: Path) -> None:
    said = run("registry", "refresh", one, "--cache", cache)
    assert said.exit_code == 0
    assert said.stdout.startswith("updated: version 1, fresh, anchor beside the registry\n")
    assert f"from {one} (" in said.stdout
    assert f"defa-id verify FILE --registry {cache}" in said.stderr
    again = run("registry", "refresh", one, "--cache", cache)
    assert (again.exit_code, again.stdout.partition(":")[0]) == (0, "unchanged")
    assert "(2 requests, " in again.stdout
    newer = run("registry", "refresh", two, "--cache", cache)
    assert newer.stdout.startswith("updated: version 2, ")


def test_refresh_for_machines(run: Run, one: Path, cache: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "unplugged"
    said = run("registry", "refresh", nowhere, "--mirror", one, "--cache", cache, "--json")
    document = json.loads(said.stdout)
    assert document.keys() == {
        *("outcome", "version", "sha256", "freshness", "environment", "anchor", "cache", "location"),
        *("requests", "bytes", "troubles", "doubts"),
    }
    assert (said.exit_code, document["outcome"], document["location"]) == (0, "updated", str(one))
    assert [(trouble["code"], trouble["refused"]) for trouble in document["troubles"]] == [("REG_UNREACHABLE", False)]
    assert document["sha256"] == files.open_registry(one, now=NOW).sha256


def test_refresh_keeps_what_stands_and_says_why(
    run: Run, first: Files, one: Path, two: Path, cache: Path, tmp_path: Path
) -> None:
    """3: nobody could be asked; 4: somebody answered what must not be trusted."""
    assert run("registry", "refresh", two, "--cache", cache).exit_code == 0
    absent = run("registry", "refresh", tmp_path / "unplugged", "--cache", cache)
    assert absent.exit_code == 3
    assert absent.stdout == "kept: version 2, fresh, anchor beside the registry\n"
    assert "what was kept is still used" in absent.stderr
    older = run("registry", "refresh", one, "--cache", cache)
    assert older.exit_code == 4
    assert "REG_ROLLBACK" in older.stderr
    torn = put({**first, "metadata/timestamp.json": b"<html>"}, tmp_path / "torn")
    both = run("registry", "refresh", tmp_path / "unplugged", "--mirror", torn, "--cache", cache, "--json")
    assert both.exit_code == 4
    assert [trouble["code"] for trouble in json.loads(both.stdout)["troubles"]] == ["REG_UNREACHABLE", "REG_FORMAT"]
    assert files.open_registry(cache, now=NOW).version == 2


def test_refresh_without_anything_to_keep(run: Run, first: Files, cache: Path, tmp_path: Path) -> None:
    said = run("registry", "refresh", tmp_path / "unplugged", "--cache", cache, "--json")
    assert (said.exit_code, json.loads(said.stdout)["error"]["code"]) == (4, "REG_UNREACHABLE")
    torn = put({**first, "metadata/1.snapshot.json": b"{}"}, tmp_path / "torn")
    assert json.loads(run("registry", "refresh", torn, "--cache", cache, "--json").stdout)["error"]["code"] == (
        "REG_DIGEST"
    )


def test_refresh_of_what_nobody_signs_any_more(run: Run, world: World, cache: Path, tmp_path: Path) -> None:
    stale = published(world, 1, lambda r: r.roles["timestamp"].update(expires="2026-11-20T00:00:00Z"))
    said = run("registry", "refresh", put(stale, tmp_path / "stale"), "--cache", cache)
    assert said.exit_code == 3
    assert said.stdout.startswith("updated: version 1, stale, ")
    assert "high levels will not be accepted by it" in said.stderr


def test_refresh_tells_one_states_trouble(run: Run, world: World, cache: Path, tmp_path: Path) -> None:
    doubted = put(published(world, 1, lambda r: r.signers.update({"SG-ops": ["TH-ops-a"]})), tmp_path / "doubted")
    said = run("registry", "refresh", doubted, "--cache", cache)
    assert said.exit_code == 0
    assert "warning: state SG: REG_SIGNATURE: " in said.stderr
    for place, outcome in ((doubted, "unchanged"), (tmp_path / "unplugged", "kept")):  # for as long as it lasts
        told = json.loads(run("registry", "refresh", place, "--cache", cache, "--json").stdout)
        assert told["outcome"] == outcome
        assert [(doubt["state"], doubt["code"]) for doubt in told["doubts"]] == [("SG", "REG_SIGNATURE")]


def test_refresh_holds_to_memory_and_pinned_root(run: Run, one: Path, two: Path, cache: Path, tmp_path: Path) -> None:
    memory, elsewhere = tmp_path / "memory.json", tmp_path / "elsewhere"
    assert run("registry", "refresh", two, "--cache", elsewhere, "--memory", memory).exit_code == 0
    said = run("registry", "refresh", one, "--cache", cache, "--memory", memory, "--json")
    assert (said.exit_code, json.loads(said.stdout)["error"]["code"]) == (4, "REG_ROLLBACK")
    assert run("registry", "refresh", one, "--cache", cache, "--memory", "none").exit_code == 0
    pinned = run("registry", "refresh", two, "--cache", cache, "--memory", "none", "--root", one / "root.json")
    assert "anchor pinned" in pinned.stdout
    stranger = files.demo_registry_path() / "root.json"
    said = run("registry", "refresh", two, "--cache", tmp_path / "new", "--root", stranger, "--json")
    assert (said.exit_code, json.loads(said.stdout)["error"]["code"]) == (4, "REG_SIGNATURE")


def test_refresh_used_wrongly(run: Run, one: Path, cache: Path, tmp_path: Path) -> None:
    assert run("registry", "refresh", one).exit_code == 2
    assert run("registry", "refresh", "http://plain.example", "--cache", cache).exit_code == 2
    assert run("registry", "refresh", one, "--cache", cache, "--root", tmp_path / "absent").exit_code == 2
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.txt").write_text("mine")
    said = run("registry", "refresh", one, "--cache", full)
    assert said.exit_code == 2
    assert said.stderr.startswith("error: ")


# --- bundle -----------------------------------------------------------------------------------------


def test_a_bundle_is_one_file_that_verifies_offline(
    run: Run, offline: None, one: Path, first: Files, tmp_path: Path
) -> None:
    out = tmp_path / "one.bundle"
    said = run("registry", "bundle", "--registry", one, "--out", out)
    assert said.exit_code == 0
    data = out.read_bytes()
    assert said.stdout == (
        f"version 1: {out} ({len(places.unpacked(data))} files in {len(data):,} bytes)\n"
        f"sha256 {hashlib.sha256(data).hexdigest()}\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["one.bundle"]
    bundled, folder = (files.open_registry(place, now=NOW) for place in (out, one))
    assert bundled.sha256 == folder.sha256
    assert everything(bundled) == everything(folder)
    assert places.unpacked(data).items() <= first.items(), "byte for byte what was published"


def test_the_same_registry_gives_the_same_bundle(
    run: Run, one: Path, first: Files, cache: Path, tmp_path: Path
) -> None:
    """From a folder with leftovers in it, from a bundle and from a cache."""
    littered = put({**first, "metadata/9.SG-ops.json": b"{}", "notes.txt": b"mine"}, tmp_path / "littered")
    distribution.refresh([str(one)], cache, now=NOW)
    made: list[str] = []
    for place in (one, littered, tmp_path / "0.bundle", cache):
        out = tmp_path / f"{len(made)}.bundle"
        told = json.loads(run("registry", "bundle", "--registry", place, "--out", out, "--json").stdout)
        assert told.keys() == {"path", "version", "files", "bytes", "sha256"}
        assert told["bytes"] == out.stat().st_size
        made.append(told["sha256"])
    assert len(set(made)) == 1


def test_a_bundle_of_eleven_states_with_ten_issuers_each_is_small(run: Run, offline: None, tmp_path: Path) -> None:
    added = wide.make(tmp_path / "registry", NOW, 10)
    out = tmp_path / "all.bundle"
    assert run("registry", "bundle", "--dir", tmp_path / "registry", "--out", out).exit_code == 0
    assert out.stat().st_size <= 500_000
    registry = files.open_registry(out, now=NOW)
    assert len(everything(registry)) == 11
    assert all(len(registry.state_list(state).document["entities"]) >= 10 for state in registry.states())
    assert len(added) >= 80
    for name in added:
        (service,) = registry.services(name)
        assert registry.key(service.keys[0]).thumbprint == service.keys[0].thumbprint


def test_a_bundle_is_of_what_can_be_trusted(run: Run, first: Files, one: Path, two: Path, tmp_path: Path) -> None:
    out, memory = tmp_path / "out.bundle", tmp_path / "memory.json"
    assert run("registry", "bundle", "--registry", two, "--out", out, "--memory", memory).exit_code == 0
    before = out.read_bytes()
    name = next(name for name in first if name.startswith("targets/SG/"))
    torn = put({**first, name: first[name][:-1]}, tmp_path / "torn")
    for place, code in ((torn, "REG_DIGEST"), (tmp_path / "nowhere", "REG_MISSING")):
        said = run("registry", "bundle", "--registry", place, "--out", out, "--memory", "none", "--json")
        assert (said.exit_code, json.loads(said.stdout)["error"]["code"]) == (4, code)
    files.open_registry(two, memory=memory, now=NOW)
    said = run("registry", "bundle", "--registry", one, "--out", out, "--memory", memory, "--json")
    assert (said.exit_code, json.loads(said.stdout)["error"]["code"]) == (4, "REG_ROLLBACK")
    assert out.read_bytes() == before


def test_a_bundle_carries_the_root_that_was_pinned(run: Run, world: World, one: Path, tmp_path: Path) -> None:
    later = published(world, 2, lambda r: r.add_root(["region-a", "region-b"]))
    place = put({**later, "root.json": later["metadata/2.root.json"]}, tmp_path / "later")
    out = tmp_path / "out.bundle"
    said = run("registry", "bundle", "--registry", place, "--root", one / "root.json", "--out", out)
    assert said.exit_code == 0, said.output
    inside = places.unpacked(out.read_bytes())
    assert json.loads(inside["root.json"])["signed"]["version"] == 1
    assert files.open_registry(out, root=one / "root.json", now=NOW).version == 2


def test_a_bundle_that_cannot_be_written_leaves_the_one_that_stands(
    run: Run, one: Path, two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.bundle"
    run("registry", "bundle", "--registry", one, "--out", out)
    before = out.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    said = run("registry", "bundle", "--registry", two, "--out", out)
    assert said.exit_code == 2
    assert "No space left" in said.stderr
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["out.bundle"]


def test_a_bundle_used_wrongly(run: Run, one: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.bundle"
    assert run("registry", "bundle", "--registry", one).exit_code == 2
    both = run("registry", "bundle", "--registry", one, "--dir", one, "--out", out)
    assert both.exit_code == 2
    assert "Give one of them" in both.stderr
    assert not out.exists()


# --- compare ----------------------------------------------------------------------------------------


def test_two_mirrors_that_say_the_same(run: Run, first: Files, one: Path, cache: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "one.bundle"
    bundle.write_bytes(places.packed(first))
    distribution.refresh([str(one)], cache, now=NOW)
    sha256 = files.open_registry(one, now=NOW).sha256
    for other in (one, bundle, cache):
        said = run("registry", "compare", one, other)
        assert (said.exit_code, said.stdout) == (0, f"same: version 1, sha256 {sha256}\n")
    told = json.loads(run("registry", "compare", one, bundle, "--json").stdout)
    assert told == {
        "same": True,
        "older": None,
        "versions": [1, 1],
        "sha256": [sha256, sha256],
        "contradictions": [],
        "replaced": [],
        "equivocation": False,
        "code": None,
    }


def test_one_mirror_lags_behind(run: Run, one: Path, two: Path) -> None:
    said = run("registry", "compare", two, one)
    assert said.exit_code == 0
    assert said.stdout == f"no contradiction: versions 2 and 1; {one} is behind\n"
    told = json.loads(run("registry", "compare", one, two, "--json").stdout)
    assert (told["older"], told["same"], told["versions"]) == (str(one), False, [1, 2])


def test_two_mirrors_that_contradict_each_other(run: Run, world: World, one: Path, tmp_path: Path) -> None:
    def other(repository: Any) -> None:
        _, data = repository.list_of("SG")
        repository.place("SG-ops", "SG/list.json", data.replace(b'"sequence":1', b'"sequence":7'))

    twin = put(published(world, 1, other), tmp_path / "twin")
    said = run("registry", "compare", one, twin)
    assert said.exit_code == 4
    assert "equivocation (REG_EQUIVOCATION): versions 1 and 1 contradict each other in snapshot, SG-ops" in said.stdout
    assert "trust neither" in said.stderr
    told = json.loads(run("registry", "compare", one, twin, "--json").stdout)
    assert (told["equivocation"], told["code"], told["contradictions"]) == (
        True,
        "REG_EQUIVOCATION",
        ["snapshot", "SG-ops"],
    )


def test_a_contradiction_is_found_below_different_snapshots(run: Run, world: World, one: Path, tmp_path: Path) -> None:
    def other(repository: Any) -> None:
        repository.roles["SG-ops"]["version"] = 1
        _, data = repository.list_of("SG")
        repository.place("SG-ops", "SG/list.json", data.replace(b'"sequence":2', b'"sequence":7'))

    said = run("registry", "compare", one, put(published(world, 2, other), tmp_path / "later"))
    assert said.exit_code == 4
    assert "versions 1 and 2 contradict each other in SG-ops" in said.stdout


def test_what_cannot_be_compared(run: Run, first: Files, one: Path, tmp_path: Path) -> None:
    torn = put({**first, "metadata/1.snapshot.json": b"{}"}, tmp_path / "torn")
    stranger = files.demo_registry_path()
    nowhere = tmp_path / "nowhere"
    for other, code in ((torn, "REG_DIGEST"), (stranger, "REG_SIGNATURE"), (nowhere, "REG_UNREACHABLE")):
        said = run("registry", "compare", one, other, "--json")
        assert (said.exit_code, json.loads(said.stdout)["error"]["code"]) == (4, code)
    assert run("registry", "compare", one).exit_code == 2
    assert run("registry", "compare", one, one, "--root", stranger / "root.json").exit_code == 4
