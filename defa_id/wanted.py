"""What a state is compared with by the gap report: a vocabulary beside the catalogue of checks and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# What is compared, by the id of the finding: what is wanted, and what to do where it lacks.
WANTED: Final[Mapping[str, tuple[str, str]]] = {
    "list.present": ("A list of the state's own in the registry", "Propose a list to those who keep the registry."),
    "list.own": ("A list that the state signs for itself", "Sign the list with the state's own keys."),
    "list.fresh": ("A list that is not past its time", "Sign and publish the list again."),
    "list.legal_basis": ("The legal basis on which the state lists issuers", "Name the law or act in legal_basis."),
    "list.contact": ("Somebody to reach", "Add a contact to the state's entry."),
    "list.languages": ("The state's name in its own languages", "Add the name in each language the list names."),
    "issuer.usable": (
        "An issuer that a verifier abroad can rely on now",
        "Grant one, with a key that is valid and an interface verifiers can use.",
    ),
    "issuer.interface": (
        "A way for verifiers abroad to check it",
        "Offer it for checking offline, or with its issuer.",
    ),
    "issuer.format": ("A format the policy takes", "Issue it in a format the policy takes as well."),
    "issuer.schema": ("A schema for every type, by digest", "Name the schema of each type in the service's entry."),
    "issuer.status": ("A way to take a credential back", "List status lists for the service, and ask for a status."),
    "issuer.algorithm": ("An algorithm without an end near", "Allow an algorithm that lasts beyond the year."),
    "issuer.incident_contact": ("Whom to tell of an incident", "Add an incident contact to the entity."),
    "issuer.possession": ("Proof that the issuer holds each key", "Ask the issuer for its proof, and record it."),
    "level.asked": ("The level that those who rely on it ask for", "Raise the level granted, with its evidence."),
    "level.basis": ("A level that more than the issuer itself vouches for", "Have it audited or assessed, and say so."),
    "recognition.received": ("Somebody who relies on it", "Propose a recognition to a partner."),
    "recognition.given": ("Relying on those who list issuers of this kind", "Decide whether to recognise them."),
    "recognition.mutual": ("Relying on who relies on this state", "Decide whether to recognise it in turn."),
    "recognition.leads": ("An issuer behind what is recognised", "Ask the home state, or end the recognition."),
    "recognition.basis": ("The legal basis of a recognition", "Name it in legal_basis, or in an instrument."),
    "arrangement.signed": (
        "The same arrangement on the record of each party",
        "Agree on one text, and put it on record.",
    ),
    "instrument.in_force": (
        "An instrument in force behind what is more than a trial",
        "Stay in a sandbox until it is.",
    ),
    "end.ahead": ("Nothing that ends within 90 days without a successor", "Prolong or replace it in time."),
}
