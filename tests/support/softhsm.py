"""SoftHSM, which stands in for a token: where it is, and a place for tokens of a test's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm.so",
)


def module() -> Path:
    """Its PKCS#11 library; the test is skipped where SoftHSM is not installed."""
    found = next((Path(path) for path in _MODULES if Path(path).is_file()), None)
    if found is None or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not here: Debian has it in softhsm2")
    return found


def configured(folder: Path) -> Path:
    """Its configuration (SOFTHSM2_CONF), for tokens kept in this folder."""
    (folder / "tokens").mkdir()
    path = folder / "softhsm2.conf"
    path.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    return path
