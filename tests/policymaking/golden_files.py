"""Reports held against files beside the tests."""

from __future__ import annotations

import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"


def hold(name: str, text: str) -> None:
    """Compare with the golden file; DEFA_ID_GOLDEN=write writes it anew, to be read before it is committed."""
    path = GOLDEN / name
    if os.environ.get("DEFA_ID_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
