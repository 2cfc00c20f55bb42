"""The packaged demo registry and its example credentials, made from the curated sources.

    python -m defa_id.operator.demo trust_registry

Keys and salts follow from a public seed and all times are fixed, so the same sources always give the
same bytes. Nothing here is a secret, and everything says that it is for demonstration.
"""

from __future__ import annotations

import json
import shutil
import sys
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from defa_id import issue
from defa_id.codec import base45, base64url, limits, times
from defa_id.errors import ChangeRefused, DefaIdError
from defa_id.issue.signing import SigningKey
from defa_id.operator import issuing, publishing, storage
from defa_id.operator.keyring import DemoKeyring, demo_bytes
from defa_id.operator.publishing import Publication
from defa_id.operator.tree import Object, Tree, load_curated

PUBLISHED_AT: Final = "2026-11-01T00:00:00Z"
CREDENTIALS: Final = "demo_credentials.json"
RECORDED: Final = "recorded"
STATUS_LISTS: Final = "demo_status_lists.json"
MINTED: Final = (".jwt", ".sd-jwt", ".json", ".cose", ".mdoc", ".txt")  # what an example's file name ends in
_KEYS: Final = DemoKeyring()


def generate(sources: Path, examples: Path) -> Publication:
    """Publish the curated sources to `sources/published`, mint the examples into `examples` and the status
    lists they name into `recorded` beside it.

    What lay in either place before is replaced. Raises `ChangeRefused` and `WrongUse` for sources
    that have errors; what lay there stays then.
    """
    keys: dict[str, SigningKey] = {}

    def issuer_key(name: str, kind: str) -> SigningKey:
        key = _KEYS.issuer(name, kind)
        return keys.setdefault(key.public.thumbprint, key)

    tree = load_curated(sources, issuer_key)
    minted = dict(_minted(tree, keys, sources / CREDENTIALS, _mint))
    lists = dict(_minted(tree, keys, sources / STATUS_LISTS, _mint_list))
    fresh, place = sources / ".published", sources / "published"
    shutil.rmtree(fresh, ignore_errors=True)
    publication = publishing.publish(tree, _KEYS, fresh, times.parse(PUBLISHED_AT))
    shutil.rmtree(place, ignore_errors=True)
    fresh.rename(place)
    if examples.is_dir():
        for old in examples.iterdir():
            if old.is_file() and old.name not in minted and old.suffix in MINTED:
                old.unlink()
    for name, token in minted.items():
        storage.write(examples / name, token.encode("utf-8"))
    (examples.parent / RECORDED).mkdir(parents=True, exist_ok=True)
    for name, token in lists.items():
        storage.write(examples.parent / RECORDED / name, token.encode("ascii"))
    return publication._replace(path=place)


def holder_key() -> SigningKey:
    """The private key of every holder in the examples."""
    return _KEYS.get("holder")


def _minted(
    tree: Tree, keys: issuing.Keys, listing: Path, mint: Callable[[Tree, issuing.Keys, Object], str]
) -> Iterator[tuple[str, str]]:
    if not listing.is_file():
        return
    for record in json.loads(storage.read_bytes(listing)):
        try:
            yield record["file"], mint(tree, keys, record)
        except KeyError as error:
            raise ChangeRefused(f"{listing.name}: {record.get('file')} lacks {error}") from None


def _mint(tree: Tree, keys: issuing.Keys, record: Object) -> str:
    issued, expires = times.parse(record["issued"]), times.parse(record["expires"])
    issuer = _issuer(tree, keys, record, issued)
    claims: dict[str, Any] = record["claims"]
    file = record["file"]
    if "status" in record:
        claims = (
            {**claims, "status": record["status"]}
            if record["format"] == "sd-jwt-vc"
            else {"credentialSubject": claims, "credentialStatus": record["status"]}
        )
    counter = iter(range(1 << 16))
    token = issuing.mint(
        tree,
        issuer,
        type=record["type"],
        format=record["format"],
        claims=claims,
        issued=issued,
        expires=expires,
        holder=holder_key().public.jwk if record.get("holder") else None,
        salts=lambda: demo_bytes(f"salt {file} {next(counter)}", 16),
        cryptosuite=record.get("cryptosuite"),
        signer_key=lambda kind: _KEYS.issuer(f"signer {file}", kind),
    )
    return _steady(token) if record["format"] == "cwt" else token


def _mint_list(tree: Tree, keys: issuing.Keys, record: Object) -> str:
    """A Bitstring Status List with the entries `revoked` set, signed by the issuer of the credentials it is about."""
    issued = times.parse(record["issued"])
    issuer = _issuer(tree, keys, record, issued)
    bits = bytearray(limits.STATUS_BITSTRING_ENTRIES // 8)
    for entry in record["revoked"]:
        bits[entry // 8] |= 0x80 >> entry % 8
    subject = {
        "id": f"{record['url']}#list",
        "type": "BitstringStatusList",
        "statusPurpose": "revocation",
        "encodedList": "u" + base64url.encode(_stored(bytes(bits))),
    }
    return issue.issue(
        "vc-jwt",
        issuer.key,
        issuer=issuer.identifier,
        type="BitstringStatusListCredential",
        claims={"id": record["url"], "credentialSubject": subject},
        issued=issued,
        expires=times.parse(record["expires"]),
        alg=issuer.alg,
    )


def _stored(data: bytes) -> bytes:
    """GZIP (RFC 1952) without compression: compressors differ, and the demo is the same bytes everywhere."""
    end = zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + _block(data) + end


def _steady(text: str) -> str:
    """A QR code's text with the token in it stored (zlib, RFC 1950) in place of compressed, for the same reason."""
    prefix, packed = (text[:4], text[4:]) if text[3:4] == ":" else ("", text)
    data = zlib.decompress(base45.decode(packed.encode("ascii")))
    return prefix + base45.encode(b"\x78\x01" + _block(data) + zlib.adler32(data).to_bytes(4))


def _block(data: bytes) -> bytes:
    """One last block of DEFLATE that is not compressed (RFC 1951 §3.2.4)."""
    size = len(data)
    return b"\x01" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + data


def _issuer(tree: Tree, keys: issuing.Keys, record: Object, issued: datetime) -> issuing.Issuer:
    services = [
        service
        for service in issuing.services_for(tree, record["state"], record["type"], record["format"])
        if service["service_id"] == record["service_id"]
    ]
    return issuing.choose(
        record["state"], services, keys, issued, format=record["format"], cryptosuite=record.get("cryptosuite")
    )[0]


def main(arguments: list[str]) -> int:
    """Make the demo anew; 0, or 2 with the reason on standard error."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m defa_id.operator.demo trust_registry\n")
        return 2
    sources = Path(arguments[0])
    try:
        publication = generate(sources, sources.resolve().parent / "examples" / "credentials")
    except DefaIdError as error:
        sys.stderr.write(f"error: {error.message}\nhint:  {error.hint}\n")
        return 2
    sys.stdout.write(f"version {publication.version}, {len(publication.changed)} roles: {publication.path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
