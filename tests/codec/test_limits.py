"""limits: every bound is a number with a source, and nothing else stands there."""

from __future__ import annotations

import inspect
import re

from defa_id.codec import limits

NUMBERS = {name: value for name, value in vars(limits).items() if name.isupper()}


def test_every_bound_is_a_positive_whole_number() -> None:
    assert len(NUMBERS) > 20
    assert [name for name, value in NUMBERS.items() if type(value) is not int or value <= 0] == []


def test_every_bound_names_its_source() -> None:
    source = inspect.getsource(limits)
    assert [
        name
        for name in NUMBERS
        if name != "KIB" and not re.search(rf"^{name}: Final = .+  # .*(\[[^\]]+\]|RFC \d+)", source, re.MULTILINE)
    ] == []


def test_bounds_that_contain_one_another() -> None:
    assert limits.HEADER_BYTES < limits.HEADER_X5C_BYTES < limits.INPUT_BYTES < limits.DOCUMENT_BYTES
    assert limits.X509_CHAIN * limits.X509_BYTES * 4 // 3 < limits.HEADER_X5C_BYTES
    assert limits.DISCLOSURE_DEPTH < limits.JSON_DEPTH
    assert limits.JSON_INTEGER == 2**53 - 1
