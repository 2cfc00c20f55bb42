"""The plan of the house as data, and its source files as syntax trees."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parent.parent.parent
PACKAGE = PROJECT / "defa_id"

# Floors from the ground up. Rooms in one set stand side by side and do not know each other;
# those on the ground floor may.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "catalogue", "values", "version", "wanted"}),
    frozenset({"codec"}),
    frozenset({"verdict", "sources", "policy", "people", "packs", "contexts"}),
    frozenset({"keys", "linked"}),
    frozenset({"credential"}),
    frozenset({"suites", "schema"}),
    frozenset({"formats", "resolvers", "status", "trust"}),
    frozenset({"parts"}),
    frozenset({"answers"}),
    frozenset({"corridor"}),
    frozenset({"verifier", "inspection"}),
    # The pure middle ends here.
    frozenset({"counting", "disk", "wire", "workers"}),
    frozenset({"places", "recorded"}),
    frozenset({"files"}),
    frozenset({"now", "fetching", "languages"}),
    frozenset({"net", "report", "issue", "types", "distribution", "intake"}),
    frozenset({"operator", "receipt"}),
    frozenset({"assessment", "bulk", "policymaking", "service"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
MIDDLE = frozenset().union(*FLOORS[: FLOORS.index(frozenset({"counting", "disk", "wire", "workers"}))])

# The documented conveniences at the edge of the middle, each imported inside a function.
CONVENIENCES = {("defa_id.policy", "files")}


class Module(NamedTuple):
    """One source file: its dotted name, its room (the first part below `defa_id`), path and tree."""

    name: str
    room: str
    path: Path
    tree: ast.Module


class Import(NamedTuple):
    """One imported module, absolute, and where it is imported. `lazy`: inside a function."""

    target: str
    line: int
    lazy: bool


def modules() -> list[Module]:
    """Every module of the package; the face `defa_id/__init__.py` is the room `` (empty)."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PROJECT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        room = name.split(".")[1] if "." in name else ""
        found.append(Module(name, room, path, ast.parse(path.read_text(encoding="utf-8"), str(path))))
    return found


def middle() -> list[Module]:
    """The modules that must be pure."""
    return [module for module in modules() if module.room in MIDDLE]


def imports(module: Module) -> Iterator[Import]:
    """What a module imports when it runs; imports under TYPE_CHECKING are left out."""
    yield from _imports(module, module.tree, lazy=False)


def tracked() -> list[Path]:
    """Every file of the project that is or would be committed."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=PROJECT,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        hidden = {".git", ".venv", "node_modules", "__pycache__", ".hypothesis"}
        return [path for path in PROJECT.rglob("*") if path.is_file() and not hidden & set(path.parts)]
    names = listing.stdout.decode("utf-8").split("\0")
    return [PROJECT / name for name in names if name and (PROJECT / name).is_file()]


def _imports(module: Module, node: ast.AST, *, lazy: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        inside = lazy or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, inside) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = _base(module, child)
            # `from defa_id import keys` imports the module defa_id.keys
            yield from (Import(f"{base}.{alias.name}", child.lineno, inside) for alias in child.names)
        else:
            yield from _imports(module, child, lazy=inside)


def _base(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.name.split(".") if module.path.name == "__init__.py" else module.name.split(".")[:-1]
    return ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])
