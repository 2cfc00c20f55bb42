"""Area M: schemas that are traps, and inputs of other kinds than a verifier reads.

A schema is named by the registry, with its digest, and by nobody else: one that cannot be used is the registry's
trouble, so that the answer is "not decided" (SCHEMA_UNUSABLE for the catalogue's SCHEMA_REF, SCHEMA_DIALECT and
SCHEMA_LIMIT). What a credential says of schemas itself is not followed (M10). Lists of others are taken in as signed
JSON alone (J42), so that M12 is refused before anything reads XML; M16 is tried at every door that takes a file, and
the 415 of an HTTP service belongs to the service.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import marshal
import pickle
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from defa_id import files, places
from defa_id.cli import cli
from defa_id.codec import limits
from defa_id.errors import RegistryRejected
from defa_id.issue import signing
from tests.adversarial.rows import PROJECT, SUBJECT, Stage, accepted, refused, undecided, watching
from tests.operator.interchange import lists
from tests.support.world import NOW, PERSON, PERSON_VCT, Json, World, dumps

VALID = "schema.valid"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def staged(schema: Any, *, golden: bool = False) -> Stage:
    """A stage whose registry names and carries this schema for both types."""
    data = schema if isinstance(schema, bytes) else dumps(schema)
    reference = {
        "uri": "urn:x-test:schema",
        "sha256": hashlib.sha256(data).hexdigest(),
        "target": "schemas/trap.schema.json",
    }

    def carry(world: World) -> None:
        world.schemas[reference["target"]] = data

    types = [{"type": type, "schema": reference} for type in (PERSON, PERSON_VCT)]
    return Stage.of(edit=carry, golden=golden, credentials=types)


def subject(rule: Json) -> Json:
    """A schema with a rule for what the credential says of its subject."""
    return {"$schema": DIALECT, "properties": {"credentialSubject": {"properties": {"trap": rule}}}}


def saying(stage: Stage, value: Any) -> str:
    return stage.vc(credentialSubject={**SUBJECT, "trap": value})


# -- M01 to M08: the schema --------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^(.*a){20}$", "(x+x+)+y"])
def test_m01_a_pattern_that_runs_away(pattern: str) -> None:
    """In a process of its own with 2 s of processor time: a backtracking matcher would need years."""
    stage = staged(subject({"pattern": pattern}))
    for text in ("a" * 40 + "!", "x" * 5_000):
        refused(stage.judge(saying(stage, text)), VALID, "SCHEMA_INVALID")
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (2, 2))\n"
        "from hashlib import sha256\n"
        "from defa_id import schema\n"
        "from defa_id.errors import Fault\n"
        f"data = {dumps({'$schema': DIALECT, 'pattern': pattern})!r}\n"
        "for text in ('a' * 40 + '!', 'a' * 50_000 + '!'):\n"
        "    try:\n"
        "        schema.validate(text, data, sha256(data).hexdigest())\n"
        "    except Fault as fault:\n"
        "        print(fault.code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=PROJECT)
    assert done.stdout.split() == ["SCHEMA_INVALID"] * 2, done.stderr


def test_m03_three_thousand_objects_that_must_differ() -> None:
    stage = staged(subject({"uniqueItems": True}))
    many = [{"number": number, "of": {"a": [number]}} for number in range(3_000)]
    accepted(stage.judge(saying(stage, many)))
    refused(stage.judge(saying(stage, [*many, many[0]])), VALID, "SCHEMA_INVALID")


@pytest.mark.parametrize(
    "reference",
    [
        "https://elsewhere.example/schema.json",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/hostname",
        "/etc/hostname",
        "../other.schema.json",
        "urn:x-test:another",
        "data:application/json,{}",
    ],
)
@pytest.mark.parametrize("member", ["$ref", "$dynamicRef"])
def test_m04_a_reference_that_leads_outside(reference: str, member: str) -> None:
    stage = staged(subject({member: reference}))
    token = saying(stage, "x")
    stage.judge(token)  # loads the validator, so that what is opened below is opened for the schema
    other = staged({**subject({member: reference}), "title": "another, not kept yet"})
    with watching() as seen:
        verdict = other.judge(saying(other, "x"))
    assert seen == []
    undecided(verdict, VALID, "SCHEMA_UNUSABLE")


@pytest.mark.parametrize(
    "rule",
    [
        {"$ref": "#/$defs/a"},
        {"$dynamicRef": "#node"},
        {"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}]},
    ],
)
def test_m05_a_reference_that_runs_in_a_circle(rule: Json) -> None:
    """It ends: with a verdict on the credential, or as a schema that cannot be used."""
    schema = {
        **subject(rule),
        "$dynamicAnchor": "node",
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}},
    }
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (5, 5))\n"
        "from hashlib import sha256\n"
        "from defa_id import schema\n"
        "from defa_id.errors import Fault\n"
        f"data = {dumps(schema)!r}\n"
        "try:\n"
        "    schema.validate({'credentialSubject': {'trap': 'x'}}, data, sha256(data).hexdigest())\n"
        "    print('fits')\n"
        "except Fault as fault:\n"
        "    print(fault.code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=PROJECT)
    assert done.stdout.strip() in ("fits", "SCHEMA_INVALID", "SCHEMA_UNUSABLE"), (done.returncode, done.stderr)


def test_m05_ten_thousand_that_must_all_hold() -> None:
    """So many values are more than a document may hold; what is within that bound is asked, one by one."""
    each = [{"maxLength": 9}] * 9_999
    beyond = staged(subject({"allOf": [*each, {"minLength": 1}]}))
    undecided(beyond.judge(saying(beyond, "x")), VALID, "SCHEMA_UNUSABLE")
    within = staged(subject({"allOf": [*each[:5_000], {"minLength": 1}]}))
    accepted(within.judge(saying(within, "x")))
    refused(within.judge(saying(within, "")), VALID, "SCHEMA_INVALID")


def test_m05_a_schema_too_large() -> None:
    padding = limits.DOCUMENT_BYTES - len(dumps({"$schema": DIALECT, "title": ""}))
    stage = staged({"$schema": DIALECT, "title": "x" * (padding + 1)})
    verdict = stage.judge(stage.vc())
    assert not verdict
    assert {line.code for line in verdict.problems} <= {"SCHEMA_UNUSABLE", "SCHEMA_UNAVAILABLE"}


@pytest.mark.parametrize(
    "schema",
    [
        b"true",
        b"false",
        b"[]",
        b"null",
        b'"schema"',
        b"",
        b"{",
        b'{"$schema": "http://json-schema.org/draft-04/schema#"}',
        b'{"$schema": "https://json-schema.org/draft/2019-09/schema"}',
        b'{"$schema": "https://elsewhere.example/dialect"}',
        b'{"$schema": 7}',
        b'{"$schema": null}',
        b'{"type": "objekt"}',
        b'{"type": "object", "type": "array"}',
        b"$schema: yaml\n",
    ],
)
def test_m07_no_schema_of_this_dialect(schema: bytes) -> None:
    stage = staged(schema)
    for token in (stage.vc(), stage.sd()):
        undecided(stage.judge(token), VALID, "SCHEMA_UNUSABLE")


@pytest.mark.parametrize(
    ("format", "fine", "wrong"),
    [
        ("date", "2026-02-28", "2026-02-30"),
        ("date-time", "2026-02-28T23:59:59Z", "2026-02-28T24:00:00Z"),
        ("email", "a@demo.example", "a@"),
        ("uri", "https://demo.example/", "not a uri"),
        ("ipv4", "192.0.2.1", "192.0.2.256"),
    ],
)
def test_m08_a_format_is_asserted(format: str, fine: str, wrong: str) -> None:
    stage = staged(subject({"format": format}))
    accepted(stage.judge(saying(stage, fine)))
    refused(stage.judge(saying(stage, wrong)), VALID, "SCHEMA_INVALID")


def test_m09_without_its_validator_nothing_is_accepted() -> None:
    """The validator is part of the core; where it was taken away a verification ends, and never skips the schema."""
    stage = staged(subject({"type": "string"}))
    code = (
        "import sys; sys.modules['jsonschema_rs'] = None\n"
        "from hashlib import sha256\n"
        "from defa_id import schema\n"
        "schema.validate({}, b'{}', sha256(b'{}').hexdigest())\n"
        "print('went through')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=PROJECT)
    assert done.returncode != 0
    assert "went through" not in done.stdout
    assert "jsonschema_rs" in done.stderr
    assert '"jsonschema-rs' in (PROJECT / "pyproject.toml").read_text("utf-8").partition("optional-dependencies")[0]
    refused(stage.judge(saying(stage, 7)), VALID, "SCHEMA_INVALID")


@pytest.mark.parametrize(
    "said",
    [
        {"id": "https://elsewhere.example/lax.json", "type": "JsonSchema"},
        {"id": "urn:x-test:schema", "type": "NobodysSchema"},
        {"id": "file:///etc/hostname", "type": "JsonSchemaCredential"},
        [{"id": "urn:a", "type": "JsonSchema"}, {"id": "urn:b", "type": "Unheard"}],
    ],
)
def test_m10_what_a_credential_says_of_its_schema_is_not_followed(said: Any) -> None:
    """The registry's schema decides, whatever the credential names; nothing is fetched (Stage.judge sees to that)."""
    stage = staged(subject({"type": "string"}))
    accepted(stage.judge(stage.vc(credentialSubject={**SUBJECT, "trap": "x"}, credentialSchema=said)))
    refused(
        stage.judge(stage.vc(credentialSubject={**SUBJECT, "trap": 7}, credentialSchema=said)), VALID, "SCHEMA_INVALID"
    )


# -- M11 to M16: other kinds of input ----------------------------------------------------------------------

YAML = b"issuer: did:web:sg-person.example\ntype: [VerifiableCredential]\n"
ENTITY = b'<?xml version="1.0"?><!DOCTYPE v [<!ENTITY x SYSTEM "file:///etc/hostname">]><v>&x;</v>'
LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'


@pytest.mark.parametrize(
    "data",
    [
        YAML,
        b"--- !!python/object/apply:os.system [id]\n",
        b"%YAML 1.2\n---\na: &a [*a]\n",
        ENTITY,
        LAUGHS,
        "<v>é</v>".encode("utf-16"),
        b"+ADw-v+AD4-",
        b"<v>" + b"x" * (limits.INPUT_BYTES // 2) + b"</v>",
        b"\x80\x04\x95\x1e\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
        b"PK\x03\x04" + bytes(64),
    ],
    ids=[
        "M11-yaml",
        "M11-tag",
        "M11-alias",
        "M12-xxe",
        "M12-laughs",
        "M12-utf-16",
        "M12-utf-7",
        "M12-long",
        "pickle",
        "zip",
    ],
)
def test_m11_m12_of_no_format_this_verifier_reads(data: bytes) -> None:
    stage = Stage.of()
    with watching() as seen:
        verdict = stage.judge(data)
    assert seen == []
    assert not verdict
    assert [line.id for line in verdict.problems if line.code != "CHECK_NEEDS"] == ["format.recognised"]


SIGNED_XML = (
    b'<TrustServiceStatusList><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Object>'
    b"<TrustServiceStatusList/></ds:Object></ds:Signature><TSPService/></TrustServiceStatusList>"
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (ENTITY, "REG_SIGNATURE"),
        (LAUGHS, "REG_SIGNATURE"),
        (SIGNED_XML, "REG_SIGNATURE"),
        (b'<!DOCTYPE l SYSTEM "https://elsewhere.example/l.dtd"><l/>', "REG_SIGNATURE"),
        (b"+ADw-TrustServiceStatusList+AD4-", "REG_SIGNATURE"),
        ("<l>é</l>".encode("utf-16"), "REG_SIGNATURE"),
        (b"<l>" + b"x" * (17 << 20) + b"</l>", "LIMIT_REGISTRY"),
    ],
    ids=["M12-xxe", "M12-laughs", "M12-wrapping", "M12-dtd", "M12-utf-7", "M12-utf-16", "M12-17-mib"],
)
def test_m12_an_importer_takes_no_xml(data: bytes, code: str, tmp_path: Path) -> None:
    """Refused as what it is not, a signed JSON list, before anything is read out of it or written down."""
    from defa_id.operator import sandbox
    from defa_id.operator.interchange import quarantine

    directory = tmp_path / "registry"
    sandbox.new(directory, NOW)
    pinned = lists.certificate(signing.generate(), name="List signer")
    before = sorted(path.relative_to(directory) for path in directory.rglob("*"))
    with watching() as seen, pytest.raises(RegistryRejected) as refusal:
        quarantine.take_in(directory, "theirs", data, NOW, source="theirs.xml", pinned=pinned)
    assert refusal.value.code == code
    assert [path for path in seen if "theirs" in path or "elsewhere" in path or "hostname" in path] == []
    assert [path for path in directory.rglob("*") if path.relative_to(directory) not in before and path.is_file()] == []


GOLDEN = "examples/credentials/sg-person.vc.jwt"


class Planted:
    """What leaves a file behind wherever it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("packed", ["pickle", "marshal"])
@pytest.mark.parametrize(
    "command",
    [
        "verify FILE --for TH",
        "verify {credential} --for TH --policy FILE",
        "verify {credential} --for TH --registry FILE",
        "verify {credential} --for TH --root FILE",
        "verify {credential} --for TH --registry {published} --memory FILE",
        "inspect FILE",
        "policy lint FILE",
        "policy explain FILE",
        "receipt check FILE",
        "matrix --registry FILE",
        "types check person-identity FILE",
        "readiness --state SG --answers FILE",
    ],
)
def test_m16_nothing_packed_by_python_is_unpacked(command: str, packed: str, tmp_path: Path) -> None:
    canary, file = tmp_path / "unpacked", tmp_path / "offered"
    file.write_bytes(pickle.dumps(Planted(canary)) if packed == "pickle" else marshal.dumps({"a": b"code"}))
    if packed == "pickle":  # it does what it says where somebody unpickles it
        pickle.loads(file.read_bytes())  # noqa: S301
        canary.unlink()
    credential, published = (PROJECT / one for one in (GOLDEN, "trust_registry/published"))
    named = {"credential": credential, "published": published}
    words = [str(file) if word == "FILE" else word.format(**named) for word in command.split()]
    done = CliRunner().invoke(cli, words, env={"XDG_STATE_HOME": str(tmp_path / "state")})
    assert done.exit_code in (1, 2, 4) or command.startswith("inspect"), done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert not canary.exists()


def test_m11_yaml_is_no_registry_policy_or_claims(tmp_path: Path) -> None:
    from defa_id.errors import PolicyInvalid

    path = tmp_path / "policy.yaml"
    path.write_bytes(b"id: lax\ntrust: any-issuer\n")
    with pytest.raises(PolicyInvalid, match="JSON"):
        files.load_policy(path)
    with pytest.raises(RegistryRejected, match="not a bundle"):
        files.open_registry(path)


def test_m11_m12_nothing_here_can_read_them() -> None:
    """No module of the package imports a reader of YAML, XML or pickles, nor unpacks an archive."""
    from tests.support import house

    readers = {"yaml", "ruamel", "xml", "lxml", "defusedxml", "pickle", "marshal", "shelve", "zipfile", "tarfile"}
    found = [
        (module.name, one.target)
        for module in house.modules()
        for one in house.imports(module)
        if one.target.partition(".")[0] in readers
    ]
    assert found == []


def tar(*members: tuple[str, bytes], link: str | None = None) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        if link:
            entry = tarfile.TarInfo("root.json")
            entry.type, entry.linkname = tarfile.SYMTYPE, link
            archive.addfile(entry)
    return out.getvalue()


def archived(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"{}")
    return out.getvalue()


def bundle(held: Any) -> bytes:
    return gzip.compress(dumps({"defa_id": places.BUNDLE_KIND, "files": held}))


def bomb() -> bytes:
    """Ten times what a bundle may hold, in a few kilobytes for each megabyte."""
    packing = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = bytes(1_000_000)
    parts = [packing.compress(piece) for _ in range(limits.REGISTRY_BUNDLE_BYTES * 2 // len(piece) + 1)]
    return b"".join(parts) + packing.flush()


@pytest.mark.parametrize(
    "made",
    [
        lambda: archived("root.json"),
        lambda: archived("../root.json"),
        lambda: tar(("root.json", b"{}")),
        lambda: tar(("../../etc/passwd", b"x")),
        lambda: tar(link="/etc/hostname"),
        lambda: bundle([["root.json", "{}"]]),
        lambda: bundle({"root.json": 7}),
        lambda: bundle({"root.json": "{}"})[:-9],
        lambda: bundle({"root.json": "{}"}) + b"more",
        lambda: gzip.compress(b'{"defa_id": "bundle/0", "files": {}}'),
        lambda: gzip.compress(b"[" * 100_000),
        bomb,
    ],
    ids=["zip", "zip-slip", "tar", "tar-slip", "tar-link", "list", "number", "torn", "more", "kind", "deep", "bomb"],
)
def test_m13_an_archive_that_is_no_bundle(made: Callable[[], bytes], tmp_path: Path) -> None:
    path = tmp_path / "registry.bundle"
    path.write_bytes(made())
    with pytest.raises(RegistryRejected):
        files.open_registry(path)
    assert [one.name for one in tmp_path.iterdir()] == ["registry.bundle"]


@pytest.mark.parametrize(
    "name", ["../root.json", "/etc/passwd", "metadata/../../x", "C:\\x", "metadata\\x", "a//b", "a/./b", "nul\0", ""]
)
def test_m13_names_within_a_bundle_are_never_paths(name: str, tmp_path: Path) -> None:
    """A bundle is never unpacked to disk, and a name that leads elsewhere is not looked up."""
    world, _ = World.make()
    held = {one: data.decode() for one, data in world.files().items()}
    path = tmp_path / "registry.bundle"
    path.write_bytes(bundle({**held, name: "smuggled"}))
    assert files.open_registry(path, now=NOW).states() == tuple(sorted(world.lists))
    assert [one.name for one in tmp_path.iterdir()] == ["registry.bundle"]
    with pytest.raises(RegistryRejected):
        places.held({name: b"smuggled"})(name, 100)


def test_m13_two_names_that_differ_in_case_are_two_files(tmp_path: Path) -> None:
    world, _ = World.make()
    held = {one: data.decode() for one, data in world.files().items()}
    path = tmp_path / "registry.bundle"
    path.write_bytes(bundle({**held, "ROOT.JSON": "{}", "Metadata/timestamp.json": "{}"}))
    assert files.open_registry(path, now=NOW).freshness == "fresh"
