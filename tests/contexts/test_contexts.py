"""contexts: pinned by digest, found by the exact URL, complete, and well-formed."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from defa_id import contexts
from defa_id.codec import strict_json
from defa_id.errors import DefaIdError

FOLDER = Path(contexts.__file__).parent
URLS = sorted(contexts.PINNED)

# What the standards themselves publish: VCDM 1.1 §B.1, VCDM 2.0 §B.1, Data Integrity 1.0 §2.4.2.
PUBLISHED = {
    "https://www.w3.org/2018/credentials/v1": "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc",
    "https://www.w3.org/ns/credentials/v2": "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    "https://w3id.org/security/data-integrity/v2": "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
}


@pytest.mark.parametrize("url", URLS)
def test_a_context_is_the_one_its_digest_names(url: str) -> None:
    data = contexts.load(url)
    assert data is not None
    assert hashlib.sha256(data).hexdigest() == contexts.PINNED[url].sha256
    assert "@context" in strict_json.load_object(data)


@pytest.mark.parametrize("url", sorted(PUBLISHED))
def test_the_digests_that_standards_publish(url: str) -> None:
    assert contexts.PINNED[url].sha256 == PUBLISHED[url]


def test_every_file_is_pinned_once_and_its_origin_told() -> None:
    files = sorted(path.name for path in FOLDER.glob("*.jsonld"))
    assert files == sorted(pinned.file for pinned in contexts.PINNED.values())
    told = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = {pinned.file: f"| {url} |" for url, pinned in contexts.PINNED.items()}
    assert [file for file in files if f"| `{file}`" not in told or rows[file] not in told] == []


@pytest.mark.parametrize("url", URLS)
def test_nothing_that_merely_resembles_a_url_is_found(url: str) -> None:
    host = re.sub("^https://([^/]+)", lambda found: "https://" + found[1].upper(), url)
    for other in (f"{url}#", f"{url}/", f"{url}?v=2", f"{url} ", host, url.replace("https:", "http:"), url[:-1], ""):
        assert contexts.load(other) is None


def test_a_changed_file_is_a_broken_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://www.w3.org/ns/credentials/v2"
    other = contexts.PINNED[url]._replace(sha256="0" * 64)
    monkeypatch.setattr(contexts, "PINNED", {url: other})
    with pytest.raises(DefaIdError, match=r"credentials-v2\.jsonld has been changed"):
        contexts.load(url)
