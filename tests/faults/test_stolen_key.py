"""X18 and X19: one state's keys are stolen. It hurts that state alone, and one other key of it ends it for all."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

import defa_id
from defa_id import distribution, files
from tests.adversarial.machine import publication, struck
from tests.distribution.mirrors import Files, put
from tests.support.world import GRANT, NOW, PERSON, Signer, World, dumps, entity, recognition, service, vc, vc_jwt
from tests.trust.repository import Repository

STATES = {"SG": "did:web:sg-person.example", "PH": "did:web:ph-person.example", "VN": "did:web:vn-person.example"}
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def made() -> tuple[World, dict[str, Signer], Signer]:
    """Issuers in three states, all recognised by TH; and the thief's key."""
    world, sg = World.make()
    signers = {"SG": sg, "PH": Signer.make(kid="ph"), "VN": Signer.make(kid="vn")}
    for state in ("PH", "VN"):
        listed = service([signers[state]], [PERSON], ["vc-jwt"], issuer=STATES[state], service_id=f"{state}-0001")
        world.lists[state]["entities"] = [entity([listed])]
        world.lists["TH"]["recognitions"].append(recognition("TH", state, [PERSON]))
    return world, signers, Signer.make(kid="thief")


def credential(signer: Signer, state: str) -> str:
    return vc_jwt(signer, vc(issuer=STATES[state], iss=STATES[state]))


def attacked(world: World, thief: Signer, version: int = 2) -> Files:
    """Whoever holds two of SG's day-to-day keys lists a key of their own: for SG's issuer, and, as far as
    paths and names go, for the others' too."""

    def forge(repository: Repository) -> None:
        listing = json.loads(repository.list_of("SG")[1])
        mine = {"kind": "jwk", "jwk": thief.jwk, "thumbprint": thief.thumbprint, "valid_from": GRANT, "recorded": GRANT}
        listing["entities"][0]["services"][0]["identifiers"].append(mine)
        for state in ("PH", "VN"):
            forged = service([thief], [PERSON], ["vc-jwt"], issuer=STATES[state], service_id=f"{state}-0001")
            theirs = {**listing, "territory": state, "entities": [entity([forged])]}
            repository.place("SG-ops", f"{state}/list.json", dumps(theirs))
        repository.place("SG-ops", "SG/list.json", dumps(listing))

    return publication(world, version, forge).files()


def tokens(signers: dict[str, Signer], thief: Signer) -> dict[str, str]:
    """A credential of each issuer, and the thief's in the name of each."""
    genuine = {state: credential(signer, state) for state, signer in signers.items()}
    return genuine | {f"thief as {state}": credential(thief, state) for state in STATES}


def verdicts(place: Path, shown: dict[str, str]) -> dict[str, str]:
    """Every credential's verdict as JSON, without the snapshot it was judged by, which differs."""
    registry = files.open_registry(place, now=NOW)
    verifier = defa_id.Verifier(registry, defa_id.Policy.preset("baseline", for_state="TH"))
    found = {}
    for name, token in shown.items():
        document = verifier.verify(token, at=NOW).to_dict()
        found[name] = json.dumps({**document, "registry": None}, sort_keys=True)
    return found


def test_x18_a_stolen_state_key_hurts_only_that_state(
    made: tuple[World, dict[str, Signer], Signer], tmp_path: Path
) -> None:
    """Every verdict about the other states is byte for byte what it was; the thief speaks for SG alone."""
    world, signers, thief = made
    shown = tokens(signers, thief)
    before = verdicts(put(publication(world, 2).files(), tmp_path / "good"), shown)
    cache = tmp_path / "cache"
    distribution.refresh([str(put(publication(world, 1).files(), tmp_path / "first"))], cache, now=NOW)
    bad = put(attacked(world, thief), tmp_path / "bad")
    assert distribution.refresh([str(bad)], cache, now=NOW).outcome == "updated"
    after = verdicts(cache, shown)
    assert {state: before[state] for state in STATES} == {state: after[state] for state in STATES}
    for state in ("PH", "VN"):
        name = f"thief as {state}"
        assert json.loads(before[name])["decision"] == json.loads(after[name])["decision"] == "rejected"
    assert json.loads(before["thief as SG"])["decision"] == "rejected"
    assert json.loads(after["thief as SG"])["decision"] == "accepted", "and for SG nothing else is to be expected"
    assert json.loads(after["PH"])["decision"] == "accepted"


def test_x19_and_one_break_glass_key_ends_it_for_every_verifier(
    made: tuple[World, dict[str, Signer], Signer], tmp_path: Path
) -> None:
    """The drill with a clock: struck and published within the hour, and at every verifier by its next refresh;
    the thief, who holds the list's keys, cannot undo it by an older list, and a mirror that stopped only
    delays it by its timestamp."""
    world, signers, thief = made
    cache, memory = tmp_path / "cache", tmp_path / "memory.json"
    bad = put(attacked(world, thief), tmp_path / "bad")
    distribution.refresh([str(bad)], cache, now=NOW, memory=memory)
    token = credential(thief, "SG")

    def judged(place: Path, after: timedelta) -> str:
        registry = files.open_registry(place, memory=memory, now=NOW + after)
        return str(defa_id.verify(token, for_state="TH", registry=registry, at=NOW + after).decision)

    assert judged(cache, 10 * MINUTE) == "accepted"
    struck_out = world.copy()
    struck_out.denied["SG"] = [struck(thief.thumbprint, "2026-11-24T12:40:00Z")]
    published = put(attacked(struck_out, thief, 3), tmp_path / "struck")
    for minutes in (60, 61, 120):
        distribution.refresh([str(published)], cache, now=NOW + minutes * MINUTE, memory=memory)
        assert judged(cache, minutes * MINUTE) == "rejected"
    # an honest SG goes on in the meantime, by its own key
    registry = files.open_registry(cache, memory=memory, now=NOW + 61 * MINUTE)
    own = defa_id.verify(credential(signers["SG"], "SG"), for_state="TH", registry=registry, at=NOW + 61 * MINUTE)
    assert own.decision == "accepted"
    again = put(attacked(world, thief, 4), tmp_path / "again")  # the thief's list once more, and no deny entry
    done = distribution.refresh([str(again)], cache, now=NOW + 121 * MINUTE, memory=memory)
    assert done.outcome == "updated"
    assert judged(cache, 121 * MINUTE) == "rejected"
    assert judged(again, 122 * MINUTE) == "rejected"
