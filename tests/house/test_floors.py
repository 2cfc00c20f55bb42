"""Imports run down only, and the middle is pure: the two rules that keep the house standing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.support import house

MODULES = house.modules()
BY_NAME = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
IN_THE_MIDDLE = pytest.mark.parametrize("module", house.middle(), ids=lambda module: module.name)

# What reaches the world or is too heavy for it. `jsonschema_rs` and `cryptography` are functions of their arguments.
OUTSIDE = {
    *("asyncio", "fcntl", "glob", "http", "io", "locale", "logging", "multiprocessing", "os", "pathlib", "platform"),
    *("random", "secrets", "select", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile"),
    *("threading", "time", "urllib", "uuid", "warnings", "atexit", "ctypes", "mmap", "pickle"),
    *("click", "jwt", "tuf", "securesystemslib", "requests", "httpx", "httpx2"),
}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "localtime"}
WORLDLY_CALLS = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
WORLDLY_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes", "getenv", "urlopen", "get_data"}
# The pinned contexts are constants that happen to be files: read by the package's own loader, as an import is.
CONSTANTS_IN_FILES = {("defa_id.contexts", "get_data")}


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(house.FLOORS) if room in rooms)


@BY_NAME
def test_every_module_has_its_place_in_the_plan(module: house.Module) -> None:
    assert module.room == "" or any(module.room in rooms for rooms in house.FLOORS)


@BY_NAME
def test_imports_run_down_only(module: house.Module) -> None:
    if module.room == "":
        return
    wrong = []
    for found in house.imports(module):
        if not found.target.startswith("defa_id."):
            continue
        room = found.target.split(".")[1]
        if (module.name, room) in house.CONVENIENCES and found.lazy:
            continue
        same_room = room == module.room
        ground = {room, module.room} <= house.FLOORS[0]
        if not any(room in rooms for rooms in house.FLOORS):  # the face, for those who stand outside
            if module.room in house.MIDDLE:
                wrong.append(f"line {found.line}: {module.name} goes round by the face for {found.target}")
        elif not same_room and not ground and floor_of(room) >= floor_of(module.room):
            wrong.append(f"line {found.line}: {module.name} imports {found.target}")
    assert not wrong


def test_no_two_modules_import_each_other() -> None:
    names = {module.name for module in MODULES}

    def known(target: str) -> str | None:
        while target and target not in names:
            target = target.rpartition(".")[0]
        return target or None

    arrows = {
        module.name: {
            target
            for found in house.imports(module)
            if not found.lazy and (target := known(found.target)) and target != module.name
        }
        for module in MODULES
        if module.room
    }
    assert not list(_circles(arrows))


@IN_THE_MIDDLE
def test_the_middle_reaches_for_nothing_outside(module: house.Module) -> None:
    wrong = [
        f"line {found.line}: imports {found.target}"
        for found in house.imports(module)
        if found.target.split(".")[0] in OUTSIDE
    ]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS and isinstance(node.value, ast.Name | ast.Attribute):
            owner = ast.unparse(node.value)
            if owner.split(".")[-1] in {"datetime", "date", "time", "dt"}:
                wrong.append(f"line {node.lineno}: reads a clock, {owner}.{node.attr}")
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in WORLDLY_CALLS:
                wrong.append(f"line {node.lineno}: calls {node.func.id}")
            if (
                isinstance(node.func, ast.Attribute)
                and node.func.attr in WORLDLY_METHODS
                and (module.name, node.func.attr) not in CONSTANTS_IN_FILES
            ):
                wrong.append(f"line {node.lineno}: calls .{node.func.attr}")
        if isinstance(node, ast.Global):
            wrong.append(f"line {node.lineno}: global state")
    assert not wrong


def _circles(arrows: dict[str, set[str]]) -> Iterator[list[str]]:
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> Iterator[list[str]]:
        if name in path:
            yield [*path[path.index(name) :], name]
            return
        if name in done:
            return
        for target in sorted(arrows.get(name, ())):
            yield from walk(target, [*path, name])
        done.add(name)

    for name in sorted(arrows):
        yield from walk(name, [])
