"""How the code is written, as far as a machine can tell: names, first sentences, and what is caught."""

from __future__ import annotations

import ast

import pytest

from tests.support import house

MODULES = house.modules()
BY_NAME = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
NAMES_THAT_SAY_NOTHING = {
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "managers",
    "context",
    "common",
    "misc",
    "base",
}


@BY_NAME
def test_a_module_begins_with_its_purpose(module: house.Module) -> None:
    purpose = ast.get_docstring(module.tree)
    assert purpose, f"{module.path} has no docstring"
    assert purpose.splitlines()[0].endswith((".", ":", ",", "?")) or "\n" in purpose


@BY_NAME
def test_a_name_says_what_is_inside(module: house.Module) -> None:
    assert module.path.stem not in NAMES_THAT_SAY_NOTHING


@BY_NAME
def test_nothing_is_swallowed(module: house.Module) -> None:
    wrong = []
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        names = {ast.unparse(kind) if kind else "everything" for kind in caught}
        if names & {"everything", "Exception", "BaseException"}:
            wrong.append(f"line {node.lineno}: catches {', '.join(sorted(names))}")
    assert not wrong


@BY_NAME
def test_nothing_is_left_for_later(module: house.Module) -> None:
    text = module.path.read_text(encoding="utf-8")
    left = ["TO" + "DO", "FIX" + "ME", "X" * 3 + ":", "NotImplemented" + "Error", "pragma: no " + "cover"]
    assert not [word for word in left if word in text]


@BY_NAME
def test_public_things_are_described(module: house.Module) -> None:
    bare = []
    classes = [node for node in module.tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    owners: list[ast.Module | ast.ClassDef] = [module.tree, *classes]
    for owner in owners:
        for node in owner.body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            overload = any("overload" in ast.unparse(mark) for mark in node.decorator_list)
            if not ast.get_docstring(node) and not overload:
                bare.append(f"line {node.lineno}: {node.name}")
    assert not bare
