"""X07, X47, X48: disks that can only be read, keys that cannot, and a trial published where production stands."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from defa_id import distribution, files
from defa_id.errors import ChangeRefused, DefaIdError, RegistryRejected, WrongUse
from defa_id.operator import sandbox
from defa_id.operator.keyring import FileKeyring
from tests.faults import actions
from tests.faults.conftest import PROJECT, edit


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def as_nobody(action: str, work: Path) -> dict[str, Any]:
    """An action by a user without rights."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.actions", action, str(work), "--without-rights"],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout))


def only_to_be_read(work: Path) -> None:
    """Everybody may read everything, nobody may write anything."""
    for path in (work, *work.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)


def writable_again(work: Path) -> None:
    for path in (work, *work.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_x07_on_a_disk_that_can_only_be_read(work: Path) -> None:
    """Verifying works; a refresh keeps what stands; publishing says why it cannot; and nothing is changed."""
    actions.refresh(work)
    edit(work / "registry")
    shutil.copytree(work / "registry", work / "other" / "registry")
    actions.publish(work)
    (work / "home").rename(work / "home-before")  # a memory that cannot be written is another row's
    before = content(work)
    only_to_be_read(work)
    work.parent.chmod(0o755)
    try:
        said = as_nobody("refresh", work)
        assert said in (
            {"outcome": "kept", "version": 1, "troubles": ["CFG_CACHE"]},
            {"error": "CFG_MEMORY", "message": said.get("message")},
        )
        assert said.get("outcome") == "kept", said
        refused = as_nobody("publish", work / "other")
        assert refused["error"] in ("CFG_FILE", "REG_PUBLISH_FAILED", "REG_KEY_UNAVAILABLE")
        assert as_nobody("remember", work)["error"] == "CFG_MEMORY"
    finally:
        writable_again(work)
    assert content(work) == before
    assert actions.read(work / "cache") == '1 {"SG": 1, "TH": 1}'
    assert actions.refresh(work)["version"] == 2


@pytest.mark.parametrize("error", [errno.EIO, errno.EACCES, errno.ESTALE])
def test_x07_reading_fails(work: Path, monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    """A registry that is open already keeps serving; what cannot be read is never taken for what is not there."""
    actions.refresh(work)
    standing = files.open_registry(work / "cache", now=actions.LATER)
    opened, failing = os.open, [True]

    def broken(path: Any, *more: Any, **named: Any) -> Any:
        if failing and str(path).startswith(str(work)) and "timestamp" in str(path):
            raise OSError(error, os.strerror(error), str(path))
        return opened(path, *more, **named)

    monkeypatch.setattr(os, "open", broken)
    assert actions.read(work / "registry" / "published") == "REG_MISSING"
    done = distribution.refresh([str(work / "registry" / "published")], work / "cache", now=actions.LATER)
    assert (done.outcome, done.troubles[0].code) == ("kept", "REG_MISSING")
    assert standing.state_list("SG").services
    assert standing.freshness == "fresh"
    failing.clear()
    assert actions.read(work / "registry" / "published").startswith("1 ")


def missing(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


def public_only(path: Path) -> None:
    jwk = json.loads(path.read_text())
    del jwk["d"]
    path.write_text(json.dumps(jwk))


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def another_curve(path: Path) -> None:
    ring = FileKeyring(path.parent)
    path.unlink()
    ring.make(path.name.removesuffix(".jwk.json"), "P-384")


@pytest.mark.parametrize("spoil", [missing, emptied, torn, public_only, a_folder, another_curve])
@pytest.mark.parametrize("role", ["SG-ops", "snapshot", "timestamp"])
def test_x47_a_key_that_has_to_sign_is_not_there(work: Path, role: str, spoil: Callable[[Path], None]) -> None:
    """Nothing is signed and nothing written, not even what the keys that are there could have signed."""
    registry = work / "registry"
    ring = FileKeyring(registry / "keys")
    names = {"SG-ops": ["SG-ops-a", "SG-ops-b", "SG-ops-c"], "snapshot": ["snapshot"]}
    for name in names.get(role, ["timestamp-a", "timestamp-b"]):
        spoil(ring.path(name))
    edit(registry)
    edit(registry, "TH")
    before = content(registry / "published")
    with pytest.raises(DefaIdError) as refused:
        actions.publish(work)
    expected = "CFG_USE" if spoil is another_curve else "REG_KEY_UNAVAILABLE"
    assert refused.value.code == expected, refused.value.message
    assert refused.value.hint
    assert content(registry / "published") == before


def test_x47_a_key_nobody_may_read(work: Path) -> None:
    registry = work / "registry"
    writable_again(work)
    edit(registry)
    for path in registry.rglob("*"):
        os.chown(path, actions.NOBODY, actions.NOBODY) if os.geteuid() == 0 else None
    os.chown(registry, actions.NOBODY, actions.NOBODY) if os.geteuid() == 0 else None
    work.parent.chmod(0o755)
    for name in ("SG-ops-a", "SG-ops-b", "SG-ops-c"):
        path = FileKeyring(registry / "keys").path(name)
        path.chmod(0)
    before = content(registry / "published")
    said = as_nobody("publish", work)
    assert said["error"] == "REG_KEY_UNAVAILABLE", said
    assert "Permission denied" in said["message"]
    assert content(registry / "published") == before
    for name in ("SG-ops-a", "SG-ops-b", "SG-ops-c"):
        FileKeyring(registry / "keys").path(name).chmod(0o600)
    assert as_nobody("publish", work)["version"] == 2


def test_x48_a_trial_is_not_published_where_another_registry_stands(work: Path, tmp_path: Path) -> None:
    """By its name, by its root's keys if it bears the name, and by what it is for: refused, and nothing changed."""
    production = work / "registry" / "published"
    before = content(production)

    def trial(**about: str) -> Path:
        other = tmp_path / f"trial-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(work / "registry", other, ignore=shutil.ignore_patterns("published", "keys"))
        shutil.copytree(work / "registry" / "keys", other / "keys")
        document = json.loads((other / "registry.json").read_text())
        (other / "registry.json").write_text(json.dumps({**document, **about}))
        shutil.rmtree(other / "published", ignore_errors=True)
        (other / "published").symlink_to(production)
        return other

    other_name = trial(registry="a-trial")
    with pytest.raises(ChangeRefused, match="not a-trial"):
        sandbox.publish(other_name, actions.LATER)
    other_keys = trial()
    ring = FileKeyring(other_keys / "keys")
    for name in ("region-a", "region-b", "region-c"):
        ring.path(name).unlink()
        ring.make(name)
    with pytest.raises(ChangeRefused, match="not signed by enough of the old root's keys"):
        sandbox.publish(other_keys, actions.LATER)
    more = trial(environment="live")
    with pytest.raises(ChangeRefused) as refused:
        sandbox.publish(more, actions.LATER)
    assert refused.value.code in ("REG_ENVIRONMENT", "REG_POP", "REG_LOA", "REG_ENTRY", "REG_TIME")
    assert content(production) == before


def test_x48_a_client_of_production_does_not_take_a_trial_for_it(work: Path, tmp_path: Path) -> None:
    """A trial of the same name in a folder of its own: by what the client knows it is not the one."""
    memory, cache = tmp_path / "memory.json", tmp_path / "cache"
    published = work / "registry" / "published"
    distribution.refresh([str(published)], cache, now=actions.LATER, memory=memory)
    sandbox.new(tmp_path / "trial", actions.MADE)
    about = json.loads((work / "registry" / "registry.json").read_text())
    trial = json.loads((tmp_path / "trial" / "registry.json").read_text())
    (tmp_path / "trial" / "registry.json").write_text(json.dumps({**trial, "registry": about["registry"]}))
    shutil.rmtree(tmp_path / "trial" / "published")
    sandbox.publish(tmp_path / "trial", actions.LATER)
    with pytest.raises(RegistryRejected) as refused:
        files.open_registry(tmp_path / "trial" / "published", memory=memory, now=actions.LATER)
    assert refused.value.code == "REG_ROOT"
    done = distribution.refresh([str(tmp_path / "trial" / "published")], cache, now=actions.LATER, memory=memory)
    assert (done.outcome, done.troubles[0].code) == ("kept", "REG_SIGNATURE")
    sandbox.new(tmp_path / "other", actions.MADE)
    with pytest.raises(WrongUse, match="cache holds the registry"):
        distribution.refresh(
            [str(tmp_path / "other" / "published")],
            cache,
            now=actions.LATER,
            root=tmp_path / "other" / "published" / "root.json",
        )
