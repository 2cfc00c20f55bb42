"""What no file of the project may say: where it was made, and what nobody has agreed to."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support import house

# Written in pieces, so that this file does not say it either.
MACHINE = [
    "/" + "work/",
    "/" + "farm/",
    "/" + "tmp/w/",
    "/" + "root/",
    "sub" + "agent",
    "registry." + "npmjs",
    "files.python" + "hosted",
    "/opt/" + "wheels",
    "/opt/" + "pypi",
]
CLAIMS = re.compile(
    r"\b(?:DEFA|ASEAN)\s+(?:requires|demands|mandates|prescribes|endorses|certifies)\b"
    r"|\b(?:agreed|endorsed|approved|adopted)\s+by\s+(?:the|all|eleven|member|every)\s*(?:eleven\s+|member\s+)*states?\b",
    re.IGNORECASE,
)
TEXT_LIMIT = 4_000_000


def text_files() -> list[tuple[Path, str]]:
    found = []
    for path in house.tracked():
        data = path.read_bytes()
        if b"\0" not in data[:1024] and len(data) < TEXT_LIMIT:
            found.append((path, data.decode("utf-8")))
    return found


def test_no_file_speaks_of_the_machine_it_was_made_on() -> None:
    told = [f"{path}: {word}" for path, text in text_files() for word in MACHINE if word in text]
    assert not told


def test_no_file_claims_what_nobody_agreed_to() -> None:
    told = [f"{path}: {found[0]}" for path, text in text_files() if (found := CLAIMS.search(text))]
    assert not told


def test_every_text_ends_its_last_line_and_carries_no_stray_space() -> None:
    own = {".py", ".md", ".toml", ".yml", ".mjs", ".cfg"}
    wrong = [
        str(path)
        for path, text in text_files()
        if path.suffix in own and text and (not text.endswith("\n") or re.search(r"[ \t]+$|\r", text, re.MULTILINE))
    ]
    assert not wrong


def test_private_keys_in_the_tree_are_demo_keys() -> None:
    pem = re.compile(r"^-----BEGIN [A-Z ]*PRIVATE KEY-----", re.MULTILINE)
    wrong = [str(path) for path, text in text_files() if pem.search(text)]
    for path, text in text_files():
        if path.name.endswith(".jwk.json") and '"d"' in text and '"x-defa-id"' not in text:
            wrong.append(str(path))
    assert not wrong
