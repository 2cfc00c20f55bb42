"""Where the test vectors of others lie: `DEFA_ID_VECTORS`, else `shared/vectors` beside the repository."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

_REPOSITORY = Path(__file__).resolve().parents[2]


def vectors_path() -> Path:
    """The folder of vectors, whether it is there or not."""
    named = os.environ.get("DEFA_ID_VECTORS")
    return Path(named) if named else _REPOSITORY.parent / "shared" / "vectors"


def require(relative: str) -> Path:
    """A file or folder among the vectors. Without any vectors the test is skipped, which CI takes for
    a failure unless it is listed; where only this one is missing the test fails, because a corpus
    that shrinks to nothing passes everything."""
    folder = vectors_path()
    if not folder.is_dir():
        pytest.skip("test vectors of others are not here; set DEFA_ID_VECTORS to their folder")
    path = folder / relative
    if not path.exists():
        pytest.fail(f"the folder of test vectors has no {relative}", pytrace=False)
    return path


def require_json(relative: str) -> Any:
    """The same, read with the standard library's own JSON reader."""
    return json.loads(require(relative).read_bytes())
