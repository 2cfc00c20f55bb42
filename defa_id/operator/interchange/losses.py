"""What becomes of each member of a state's list in ETSI TS 119 602 JSON: the table docs/interchange.md prints.

Three readers are told apart: any reader of the standard; one that also reads this project's extension,
as our own import does; and nobody, where a thing has no place.
"""

from __future__ import annotations

from typing import Final

from defa_id.values import NamedTuple

EVERYBODY: Final = "every reader"
OURS: Final = "readers of the extension"
NOBODY: Final = "nobody"


class Fate(NamedTuple):
    """One member (dotted, as in schemas/state-list.schema.json), where it stands, who reads it, and how."""

    member: str
    place: str
    read_by: str
    note: str


TABLE: Final = (
    Fate("territory", "SchemeTerritory", EVERYBODY, ""),
    Fate("sequence", "LoTESequenceNumber", EVERYBODY, "import keeps it as the floor of this source"),
    Fate("issued", "ListIssueDateTime", EVERYBODY, ""),
    Fate("next_update", "NextUpdate", EVERYBODY, ""),
    Fate("environment", "SchemeExtensions", OURS, "other readers cannot tell a trial from more: mind who signs it"),
    Fate("state.authority_id", "SchemeExtensions", OURS, ""),
    Fate("state.names", "SchemeOperatorName", EVERYBODY, "language and text; script and status in the extension"),
    Fate("state.languages", "", NOBODY, ""),
    Fate("state.scripts", "", NOBODY, ""),
    Fate("state.contacts", "", NOBODY, "the standard asks for a postal address, which the registry does not hold"),
    Fate("state.legal_basis", "", NOBODY, ""),
    Fate("state.schemes", "", NOBODY, "facts about the real world are this registry's own reading"),
    Fate("state.provenance", "", NOBODY, "import writes its own: source, SHA-256, time"),
    Fate("entities", "TrustedEntitiesList", EVERYBODY, "an entity without a service has no place in the standard"),
    Fate("entities.names", "TEName", EVERYBODY, "language and text; script and status in the extension"),
    Fate("entities.entity_id", "TEInformationURI", EVERYBODY, ""),
    Fate("entities.legal_ids", "TETradeName", EVERYBODY, "as SCHEME:VALUE"),
    Fate("entities.kind", "TEInformationExtensions", OURS, ""),
    Fate("entities.supervisory_body", "TEInformationExtensions", OURS, ""),
    Fate("entities.incident_contact", "TEAddress", EVERYBODY, "a URI as it is; in the extension besides"),
    Fate("entities.provenance", "", NOBODY, "import writes its own"),
    Fate("entities.recorded", "", NOBODY, "import records what it read at the time it read it"),
    Fate("services.service_id", "OtherIds", EVERYBODY, "as a URN"),
    Fate("services.type", "ServiceTypeIdentifier", EVERYBODY, "as a URN of this project"),
    Fate("services.identifiers (did, issuer_url)", "OtherIds", EVERYBODY, "their time only in the extension"),
    Fate("services.identifiers (x509)", "X509Certificates", EVERYBODY, "while granted, valid, not compromised"),
    Fate("services.identifiers (EC, RSA)", "PublicKeyValues", EVERYBODY, "while granted, valid, not compromised"),
    Fate("services.identifiers (Ed25519)", "ServiceInformationExtensions", OURS, "its schema has no OKP keys"),
    Fate("services.interface", "ServiceInformationExtensions", OURS, ""),
    Fate("services.formats", "ServiceInformationExtensions", OURS, ""),
    Fate("services.credentials", "ServiceInformationExtensions", OURS, "other readers do not see what it may issue"),
    Fate("services.algorithms", "ServiceInformationExtensions", OURS, ""),
    Fate("services.contexts", "ServiceInformationExtensions", OURS, ""),
    Fate("services.status_lists", "ServiceInformationExtensions", OURS, ""),
    Fate("services.status_required", "ServiceInformationExtensions", OURS, ""),
    Fate("services.assurance", "ServiceInformationExtensions", OURS, "other readers do not see its level"),
    Fate("services.scope", "ServiceInformationExtensions", OURS, ""),
    Fate(
        "services.status_events",
        "ServiceStatus, ServiceHistory",
        EVERYBODY,
        "reasons in the extension",
    ),
    Fate("services.recorded", "", NOBODY, "import records what it read at the time it read it"),
    Fate("services.*.earlier_ends", "", NOBODY, "when an end became known is this registry's own record"),
    Fate("services.earlier", "", NOBODY, "how its terms stood before is this registry's own record"),
    Fate("recognitions", "", NOBODY, "whom a state recognises is not what the standard lists"),
    Fate("arrangements", "", NOBODY, ""),
    Fate("relying_parties", "", NOBODY, "lists of this kind are a profile of their own"),
    Fate("wallet_providers", "", NOBODY, "lists of this kind are a profile of their own"),
    Fate("members beginning with x-", "extensions", OURS, "of entities and services; others are left out"),
)
