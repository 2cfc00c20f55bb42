"""Which reasons a check can give: the bridge between the two vocabularies of the catalogue."""

from __future__ import annotations

from typing import Final

from defa_id.catalogue import CATALOGUE

# A star ends the beginning of several codes.
_JSON: Final = ("JSON_*", "LIMIT_DEPTH", "LIMIT_NODES", "LIMIT_MEMBERS", "LIMIT_STRING", "SHAPE_CONTROL_CHAR")
_HEADER: Final = (
    *("JOSE_SEGMENTS", "JOSE_BASE64", "JOSE_ALG_MISSING", "JOSE_ALG_FORBIDDEN", "JOSE_CRIT", "JOSE_HEADER_FORBIDDEN"),
    *("JOSE_TYP", "JOSE_KEY_AMBIGUOUS", "LIMIT_HEADER", "LIMIT_X509", "X509_PARSE", "X509_THUMBPRINT"),
)
_COSE: Final = (
    *("CBOR_*", "COSE_SHAPE", "COSE_HEADER", "COSE_ALG", "COSE_CRIT", "COSE_PAYLOAD"),
    *("LIMIT_DEPTH", "LIMIT_NODES", "LIMIT_MEMBERS", "LIMIT_STRING", "LIMIT_HEADER", "LIMIT_X509", "X509_PARSE"),
)
_LINKED: Final = (
    *("LD_CONTEXT", "LD_UNSAFE", "SD_POINTER", "LIMIT_RDF", "RDF_COMPLEXITY", "RDF_UNSUPPORTED"),
    *("WORKER_*", "DI_SUITE_EXTRA", "DI_SIGNATURE"),
)
_MDOC: Final = (
    *("INPUT_BASE64", "MDOC_SHAPE", "MDOC_VERSION", "MDOC_STATUS", "MDOC_NO_DOCUMENT", "MDOC_DOCTYPE", "X509_MISSING"),
    "LIMIT_CREDENTIALS",
)
_CWT: Final = ("INPUT_BASE45", "CWT_SHAPE", "CWT_COMPRESSION", "LIMIT_CWT", "PHILSYS_SHAPE")
_KEYS: Final = ("KEY_INVALID", "KEY_WEAK", "KEY_PRIVATE", "KEY_USE", "DID_*", "NET_*", "LIMIT_DID")
# Of a key that lies in a document somewhere: a DID document, a did:webvh log, an issuer's metadata.
_RESOLVED: Final = (*_KEYS, *_JSON, "KEY_TIME", "ISSUER_METADATA", "JOSE_KEY_UNKNOWN", "JOSE_KEY_AMBIGUOUS")

_PHASED: Final = ("POLICY_NOT_YET", "POLICY_GRACE")  # a rule of the policy's own that comes step by step

_BY_CHECK: Final = {
    "registry.current": ("REG_STALE", "REG_EXPIRED", "TIME_CLOCK_UNTRUSTED"),
    "limit.size": ("LIMIT_INPUT_SIZE", "INPUT_EMPTY"),
    "format.recognised": ("INPUT_FORMAT_*", "JOSE_NOT_COMPACT"),
    "format.wellformed": (
        *(*_HEADER, "SDJWT_SYNTAX", "SDJWT_ALG", "LIMIT_DISCLOSURES", "JWT_CLAIM_TYPE", *_JSON, *_COSE, *_MDOC),
        *("DI_NO_PROOF", "DI_PROOF_SHAPE", "LIMIT_PROOFS", "OID4VP_*", *_CWT),
    ),
    "format.disclosures": (
        *("SDJWT_*", "LIMIT_DISCLOSURES", "JOSE_BASE64", *_JSON),
        *("MDOC_DIGEST", "MDOC_DIGEST_ALG", "MDOC_DUPLICATE", "MDOC_ITEM", "MDOC_DATE", "MDOC_KEY_AUTH", "MDOC_SHAPE"),
    ),
    "format.model": (
        *("JWT_*", "MODEL_*", "TIME_FORMAT", "TIME_WINDOW_INVERTED", "STATUS_SHAPE", "SHAPE_CONTROL_CHAR"),
        *("MDOC_SHAPE", "MDOC_DATE", "CWT_CONTENT", "CWT_SHAPE", "HCERT_SHAPE", "PHILSYS_SHAPE", "COSE_HEADER"),
        *("JOSE_TYP", "JOSE_HEADER_FORBIDDEN", "LIMIT_CREDENTIALS", "DI_*", "LD_CONTEXT", "LD_UNSAFE"),
    ),
    "issuer.listed": ("SCOPE_ISSUER_UNKNOWN", "SCOPE_STATE", "JOSE_KEY_AMBIGUOUS"),
    "key.listed": (
        "SCOPE_ISSUER_KEY",
        "JOSE_KEY_*",
        "JOSE_HEADER_FORBIDDEN",
        "X509_*",
        "LIMIT_X509",
        "KEY_INVALID",
        "KEY_WEAK",
    ),
    "key.resolved": ("SCOPE_ISSUER_KEY", "JWT_CLAIM_MISSING", "X509_*", *_RESOLVED),
    "key.algorithm": ("JOSE_ALG_NOT_REGISTERED", "JOSE_ALG_EXPIRED", "JOSE_ALG_KEY_MISMATCH"),
    "key.current": ("KEY_TIME", "KEY_COMPROMISED*"),
    "proof.signature": (
        *("JOSE_SIGNATURE", "JOSE_SIGNATURE_FORMAT", "JOSE_ALG_KEY_MISMATCH", "LIMIT_SIGNATURES"),
        *("COSE_SIGNATURE", "COSE_ALG", "LD_CONTEXT_UNAVAILABLE", "DI_SIGNATURE", "DI_SUITE_EXTRA", *_LINKED),
    ),
    "time.issued": ("TIME_ISSUED_IN_FUTURE",),
    "time.window": ("TIME_EXPIRED", "TIME_NOT_YET", "TIME_NO_EXPIRY", "TIME_WINDOW_INVERTED"),
    "issuer.granted": (
        *("SCOPE_ISSUER_DENIED", "SCOPE_ISSUER_SUSPENDED", "SCOPE_ISSUER_ENDED", "SCOPE_ISSUER_ENDED_NOTED"),
        *("SCOPE_TIME", "TIME_ISSUED_UNKNOWN", "KEY_COMPROMISED*"),
    ),
    "issuer.scope": (
        "SCOPE_TYPE",
        "SCOPE_FORMAT",
        "SCOPE_SUBJECT",
        "SCOPE_STATE",
        "SCOPE_TERRITORY",
        "SCOPE_INTERFACE",
    ),
    "holder.presented": ("KB_MISSING", "KB_CLAIM", *_HEADER, *_JSON, "MDOC_DEVICE_AUTH", "MDOC_SESSION", *_COSE),
    "holder.key": ("KB_NO_CNF", "KB_CNF", "SCOPE_HOLDER_KEY", *_RESOLVED),
    "holder.proof": (
        *("KB_SIGNATURE", "JOSE_SIGNATURE", "JOSE_SIGNATURE_FORMAT", "JOSE_ALG_FORBIDDEN", "JOSE_ALG_KEY_MISMATCH"),
        *("KB_NO_CNF", "KB_CNF", "SCOPE_HOLDER_KEY", "COSE_ALG", *_RESOLVED),
    ),
    "holder.hash": ("KB_SD_HASH",),
    "holder.nonce": ("KB_NONCE",),
    "holder.audience": ("KB_AUDIENCE",),
    "holder.time": ("KB_TIME",),
    "holder.linked": ("HOLDER_NOT_LINKED",),
    "status.list": (
        *("STATUS_UNAVAILABLE", "STATUS_STALE", "STATUS_TIME", "STATUS_TYPE", "STATUS_ONLINE_ONLY"),
        *("STATUS_MISSING", "STATUS_URI"),
        *("STATUS_INDEX", "STATUS_SHAPE", "STATUS_PURPOSE", "STATUS_SIGNATURE", "STATUS_RECURSION", "INPUT_FORMAT_*"),
        *("COSE_*", "CBOR_*", "JWT_CLAIM_TYPE", *_HEADER, *_JSON),
    ),
    "status.signer": (
        *("STATUS_ISSUER", "STATUS_SIGNATURE", "JOSE_ALG_*", "KEY_*", "X509_*"),
        *_RESOLVED,
    ),
    "status.current": (
        *("STATUS_REVOKED", "STATUS_SUSPENDED", "STATUS_OTHER", "STATUS_NOTED", "STATUS_INDEX", "STATUS_PURPOSE"),
        *("STATUS_LENGTH", "STATUS_SHAPE", "STATUS_ENCODING", "LIMIT_STATUS"),
    ),
    "status.certificate": ("X509_REVOKED", "X509_CRL", "STATUS_UNAVAILABLE"),
    "schema.valid": ("SCHEMA_*",),
    "recognition.in_force": (
        *("RECOGNITION_NONE", "RECOGNITION_TYPE", "RECOGNITION_PURPOSE", "RECOGNITION_NOT_YET", "RECOGNITION_ENDED"),
        *("RECOGNITION_SUSPENDED", "RECOGNITION_NOT_SIGNED"),
    ),
    "recognition.instrument": ("RECOGNITION_INSTRUMENT",),
    "recognition.environment": ("RECOGNITION_ENVIRONMENT",),
    "assurance.granted": ("LOA_INSUFFICIENT", "LOA_UNKNOWN"),
    "assurance.achieved": ("LOA_NOT_ACHIEVED", *_PHASED),
    "recognition.cap": ("CAP_*",),
    "assurance.mapping": ("LOA_MAPPING", "LOA_MAPPING_REVIEW"),
    "policy.type": ("POLICY_TYPE", *_PHASED),
    "policy.algorithm": ("POLICY_ALGORITHM", *_PHASED),
    "policy.request": ("POLICY_NEVER_REQUEST",),
    "policy.transfer": ("POLICY_TRANSFER", "POLICY_TRANSFER_UNKNOWN"),
    "policy.links": ("POLICY_LINK", "POLICY_LINK_MISSING"),
    "policy.format": ("POLICY_FORMAT", *_PHASED),
    "policy.claims": ("SCOPE_REQUIRED_CLAIM", *_PHASED),
    "policy.subject": ("POLICY_SUBJECT", "POLICY_SUBJECT_UNKNOWN", *_PHASED),
}
EVERYWHERE: Final = ("POLICY_WAIVED", "CHECK_NEEDS")
FINDINGS: Final = ("NAME_*", "DATE_*", "NUMBER_*")  # of `defa_id.people`: what somebody who decides may weigh


def causes(check: str) -> list[str]:
    """The reason codes this check can give, the more usual first; none for a check added later."""
    patterns = _BY_CHECK.get(check, ())
    return list(dict.fromkeys(code for pattern in patterns for code in CATALOGUE.reasons if _fits(code, pattern)))


def checks_of(code: str) -> list[str]:
    """The checks that can give this reason; none for one that ends a run before any check, or stands everywhere."""
    return [check for check in CATALOGUE.checks if code in causes(check)]


def is_finding(code: str) -> bool:
    """Whether it is a finding on a name, date or number, which belongs to no check."""
    return any(_fits(code, pattern) for pattern in FINDINGS)


def _fits(code: str, pattern: str) -> bool:
    return code.startswith(pattern[:-1]) if pattern.endswith("*") else code == pattern
