"""Measures verification and cold start, and writes the table: `python -m benchmarks.run --help`."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import batches, canonical_forms, harness, integrity, material, registries

HERE = Path(__file__).resolve().parent
PEERS = (
    *("cryptography", "pyjwt", "joserfc", "sd-jwt", "pymdoccbor", "click", "jsonschema-rs"),
    *("rfc8785", "pyld", "pyoxigraph", "openvc-core", "didkit"),
)


def main() -> None:
    """Measure and write. `--rounds` is for the calls in one process; processes get a third of it."""
    parser = argparse.ArgumentParser(description="Interleaved rounds; medians, spread and ratios; asserts nothing.")
    parser.add_argument("--rounds", type=int, default=45)
    parser.add_argument("--output", type=Path, default=HERE / "RESULTS.md")
    parser.add_argument("--cold", action="store_true", help="the cold start alone, put in its place in the output")
    options = parser.parse_args()
    processes = max(1, options.rounds // 3)
    with tempfile.TemporaryDirectory() as folder:
        prepared = material.prepare(Path(folder))
        if options.cold:
            section = cold_start(harness.processes(cold_commands(prepared, Path(folder)), processes), processes)
            before, _, _ = options.output.read_text(encoding="utf-8").partition(section[0])
            options.output.write_text(before + "\n".join([*section, ""]), encoding="utf-8")
            print("\n".join(section))
            return
        calls, floors = material.cases(prepared)
        verification = harness.interleaved(calls, floors, max(1, options.rounds))
        proved = harness.interleaved(*integrity.cases(Path(folder) / "integrity", calls), max(1, options.rounds))
        asked, asked_floors, unchanged = registries.cases(Path(folder) / "registries", calls[registries.FLOOR])
        registry = harness.interleaved(asked, asked_floors, processes)
        canonical = harness.interleaved(*canonical_forms.cases(), max(1, options.rounds))
        commands = cold_commands(prepared, Path(folder))
        cold = harness.processes(commands, processes)
        many = harness.processes(batches.commands(prepared, Path(folder)), max(1, options.rounds // 9))
    text = report(verification, proved, many, registry, unchanged, canonical, cold, options.rounds)
    options.output.write_text(text, encoding="utf-8")
    print(text)


def cold_commands(prepared: material.Material, folder: Path) -> dict[str, list[str]]:
    """Whole processes: the bare interpreter first, then the tool on files, from packaged and own registry."""
    program = str(Path(sys.executable).with_name("defa-id"))
    asked = ["--for", material.RELYING, "--registry", str(prepared.sandbox.published), "--memory", "none"]
    files = {}
    for name in ("vc-jwt-ES256", "vc-jwt-ES256-plain", "sd-jwt-vc-ES256"):
        files[name] = folder / name
        files[name].write_text(prepared.tokens[name], encoding="ascii")
    files["mdoc"] = folder / "mdoc"
    files["mdoc"].write_bytes(prepared.documents["mdoc"])
    return {
        "python -c pass": [sys.executable, "-c", "pass"],
        "python -c 'import cryptography…ec'": [
            *(sys.executable, "-c"),
            "import cryptography.hazmat.primitives.asymmetric.ec",
        ],
        "defa-id --help": [program, "--help"],
        "defa-id verify VC-JWT, no schema": [program, "verify", str(files["vc-jwt-ES256-plain"]), *asked],
        "defa-id verify VC-JWT, schema": [program, "verify", str(files["vc-jwt-ES256"]), *asked],
        "defa-id verify SD-JWT VC, schema": [program, "verify", str(files["sd-jwt-vc-ES256"]), *asked],
        "defa-id verify mdoc, no schema": [program, "verify", str(files["mdoc"]), *asked],
        "defa-id registry show": [program, "registry", "show", "--registry", str(prepared.sandbox.published)],
    }


def report(
    verification: list[harness.Figures],
    proved: list[harness.Figures],
    many: list[harness.Process],
    registry: list[harness.Figures],
    unchanged: registries.Unchanged,
    canonical: list[harness.Figures],
    cold: list[harness.Process],
    rounds: int,
) -> str:
    """The table as Markdown."""
    versions = ", ".join(f"{name} {version(name)}" for name in PEERS)
    load = f"load {os.getloadavg()[0]:.1f}"  # of a busy machine, interpreters suffer more than signatures
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, {load}"
    lines = [
        "# Benchmark results",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {machine}; {versions}. {rounds} interleaved rounds.",
        "",
        "## Verification, warm, one process",
        "",
        "CPU time per call. Ratio: to the raw signature verification of the same algorithm in the same round, median,",
        "10th to 90th percentile. defa-id: the whole corridor with its verdict; the others: decoding and signature.",
        "",
        "| work | µs | ratio | spread |",
        "|---|---:|---:|---|",
    ]
    lines += _rows(verification)
    lines += [
        "",
        "## Data Integrity, warm, one process",
        "",
        "The same for a permanent resident card of 26 statements; under Ed25519Signature2020 one of VCDM 1.1.",
        "",
        "| work | µs | ratio | spread |",
        "|---|---:|---:|---|",
    ]
    lines += _rows(proved)
    lines += [
        "",
        "## Many credentials, whole processes",
        "",
        "VC-JWT ES256 of 2 kB with a schema, no two alike, read from a file and judged; two processes read half of its",
        "bytes each. Start and registry included. Ratio: to the raw verification of as many signatures.",
        "",
        *_processes(many),
    ]
    lines += [
        "",
        "## Registry, offline, warm",
        "",
        "CPU time per call. Ratio: to one raw signature verification in the same round. Opened: every file held",
        "against its hash and the four top roles verified; lists are verified when they are asked for.",
        "",
        "| work | µs | ratio | spread |",
        "|---|---:|---:|---|",
    ]
    lines += _rows(registry)
    lines += [
        "",
        f"An unchanged refresh over HTTP: {unchanged.requests} requests, {unchanged.octets:,} bytes of content. The",
        f"bundle of 11 states with 10 issuers each: {unchanged.bundled:,} bytes.",
        "",
        "## Canonical forms, warm",
        "",
        "CPU time for the canonical bytes of a VCDM 2.0 credential of 31 statements and of its proof's options, from",
        "parsed JSON. Ratio as above.",
        "",
        "| work | µs | ratio | spread |",
        "|---|---:|---:|---|",
    ]
    lines += _rows(canonical)
    return "\n".join([*lines, "", *cold_start(cold, max(1, rounds // 3)), ""])


def cold_start(cold: list[harness.Process], rounds: int) -> list[str]:
    """The last part of the table, with when it was measured and how busy the machine was."""
    busy = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"
    return [
        "## Cold start, whole processes",
        "",
        "Ratio: to `python -c pass` in the same round, by wall time (with spread) and by CPU time, which other work",
        f"on the machine moves less. {datetime.now(UTC):%Y-%m-%d}, {rounds} rounds, {os.cpu_count()} cores, {busy}.",
        "",
        *_processes(cold),
    ]


def _processes(found: list[harness.Process]) -> list[str]:
    return [
        "| command | wall ms | ratio | spread | CPU ms | CPU ratio | peak MB |",
        "|---|---:|---:|---|---:|---:|---:|",
        *(
            f"| `{row.name}` | {row.wall * 1e3:.0f} | {row.wall_ratio:.2f} | {row.low:.2f} to {row.high:.2f} "
            f"| {row.cpu * 1e3:.0f} | {row.cpu_ratio:.2f} | {row.peak / 1e6:.0f} |"
            for row in found
        ),
    ]


def _rows(figures: list[harness.Figures]) -> list[str]:
    return [
        f"| {row.name} | {row.median * 1e6:.0f} | {row.ratio:.2f} | {row.low:.2f} to {row.high:.2f} |"
        for row in figures
    ]


if __name__ == "__main__":
    main()
