"""One authority, one host with a good certificate, and the internet in which it is `issuer.example`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.loopback import HOST, Authority, Outside, Server, serving


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> Path:
    return authority.issue(HOST, "sg-person.example", *(f"h{number}.example" for number in range(8)))


@pytest.fixture
def server(certificate: Path) -> Iterator[Server]:
    with serving(certificate) as running:
        yield running


@pytest.fixture
def outside(server: Server, authority: Authority) -> Outside:
    return Outside(server, authority)
