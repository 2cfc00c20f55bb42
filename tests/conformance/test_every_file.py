"""No file among other people's vectors is left unread in silence: each has tests that read it, and they are counted."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

# Which tests read which files, and how many these are: more specific patterns first.
READ: dict[str, tuple[int, str]] = {
    "README.md": (1, "nobody: it says where the rest is from"),
    "crypto/*_test.json": (4, "tests/keys/test_wycheproof.py"),
    "crypto/json/*": (188, "tests/codec/test_json_corpus.py, tests/adversarial/test_a_data.py"),
    "hcert/*": (88, "tests/conformance/test_hcert.py"),
    "ietf/jcs/*": (18, "tests/codec/test_jcs.py"),
    "ietf/token-status-list/*": (21, "tests/status/test_mechanisms.py"),
    "iso/*": (2, "tests/conformance/test_iso_18013_5.py"),
    "w3c/did-key/*": (6, "tests/conformance/test_did_key.py"),
    "w3c/rdf-canon/*": (151, "tests/linked/test_rdf_canon.py"),
    "w3c/vc-data-model-2.0/*": (120, "tests/conformance/test_vc_data_model_2.py"),
    "w3c/vc-di-ecdsa/*": (104, "tests/conformance/test_data_integrity.py, tests/linked/test_selection.py"),
    "w3c/vc-di-eddsa/*": (55, "tests/conformance/test_data_integrity.py, tests/linked/test_w3c_documents.py"),
    "w3c/vc-jose-cose/*": (37, "tests/conformance/test_vc_jose_cose.py"),
}


def test_every_file_is_read_by_somebody(vectors: Path, project: Path) -> None:
    found = Counter(
        next((pattern for pattern in READ if fnmatchcase(name, pattern)), name)
        for path in vectors.rglob("*")
        if path.is_file()
        for name in (path.relative_to(vectors).as_posix(),)
    )
    assert found == {pattern: number for pattern, (number, _) in READ.items()}
    for _, readers in READ.values():
        assert readers.startswith("nobody") or all((project / one).is_file() for one in readers.split(", "))
