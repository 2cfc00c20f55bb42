"""Sample credentials before and after a change."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from defa_id import files
from defa_id.errors import ChangeRefused
from defa_id.operator import events, issuing, reliance, sandbox, simulation, standing
from defa_id.operator.keyring import FileKeyring
from defa_id.operator.tree import Tree
from tests.operator.made import days

ISSUER = "did:web:sg-identity.demo.example"
TYPE = "PersonIdentityCredential"


@pytest.fixture(scope="module")
def sample(pristine: Path, tree: Tree, now: datetime) -> bytes:
    """A credential of SG-0001, issued a month ago."""
    key = FileKeyring(pristine / sandbox.KEYS).get("issuer-SG-0001")
    assert key is not None
    services = [one for one in issuing.services_for(tree, "SG", TYPE, "vc-jwt") if one["service_id"] == "SG-0001"]
    issuer = issuing.choose("SG", services, {key.public.thumbprint: key}, now)[0]
    name = {"full": [{"value": "Contoh", "lang": "id", "script": "Latn", "kind": "official"}], "primary": "CONTOH"}
    claims = {"credentialSubject": {"name": name, "birth_date": "1988"}}
    return issuing.mint(
        tree,
        issuer,
        type=TYPE,
        format="vc-jwt",
        claims=claims,
        issued=now - days(30),
        expires=now + days(300),
        holder=None,
        salts=lambda: b"",
    ).encode()


def test_a_suspension_flips_from_its_moment_on_and_for_those_who_relied(
    tree: Tree, sample: bytes, now: datetime
) -> None:
    change = standing.suspend(tree, "SG", ISSUER, now + days(7), "investigation", now)
    after = tree.with_state("SG", change.after)
    moments = reliance.moments_of(events.derive(tree.states["SG"], change.after), now)
    policies = {by: files.load_policy("baseline").asking(for_state=by) for by in ("TH", "KH")}
    told: list[tuple[int, int]] = []
    found = simulation.simulate(
        simulation.draft(tree, now),
        simulation.draft(after, now),
        {"one.jwt": sample},
        policies,
        moments,
        lambda done, total: told.append((done, total)),
    )
    assert moments == [now, now + days(7)]
    assert found.compared == 4
    assert [(flip.by, flip.at, flip.before, flip.after) for flip in found.flips] == [
        ("TH", "2026-12-01T13:00:00Z", "accepted", "indeterminate")
    ]
    assert "SCOPE_ISSUER_SUSPENDED" in found.flips[0].codes
    assert told[-1] == (4, 4)
    text = simulation.simulation_text(found)
    assert text.startswith("1 of 4 verdicts change\n")
    assert "one.jwt for TH at 2026-12-01T13:00:00Z: accepted → indeterminate (SCOPE_ISSUER_SUSPENDED" in text
    assert found.to_dict()["flips"][0]["credential"] == "one.jwt"


def test_what_has_errors_is_not_simulated(tree: Tree, now: datetime) -> None:
    source = tree.states["SG"]
    wrong = {**source.listing, "recognitions": [{**source.listing["recognitions"][0], "of": "SG"}]}
    with pytest.raises(ChangeRefused):
        simulation.draft(tree.with_state("SG", source._replace(listing=wrong)), now)


def test_what_is_the_same_flips_nothing(tree: Tree, sample: bytes, now: datetime) -> None:
    registry = simulation.draft(tree, now)
    policies = {"TH": files.load_policy("baseline").asking(for_state="TH")}
    found = simulation.simulate(registry, registry, {"one.jwt": sample, "two": b"nothing"}, policies, [now])
    assert found == simulation.Simulation(2, ())
