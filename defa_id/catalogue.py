"""Every check this project makes and every reason it can give: the two public vocabularies.

Ids and codes are API. Texts are not: they may be reworded and translated, so nothing parses them.
Which checks a verdict requires follows from the `when` column here and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from defa_id.values import NamedTuple

# What is being asked, as far as it decides which checks must pass.
ALWAYS: Final = "always"
DISCLOSED: Final = "disclosed"  # the format discloses selectively
HOLDER: Final = "holder"  # the holder's binding is asked for
ENVELOPE: Final = "envelope"  # the credential came inside a presentation
STATUS: Final = "status"  # the credential names a status, or the policy or registry demands one
CERTIFIED: Final = "certified"  # the registry names the list the signer's authority revokes certificates on
SCHEMA: Final = "schema"  # the registry entry names a schema
CAPPED: Final = "capped"  # the arrangement relied on has a cap
LINKS: Final = "links"  # the purpose names values that have to stand in two credentials
KEY_BOUND: Final = "key-bound"  # the holder's proof is an SD-JWT key binding
SEVERAL: Final = "several"  # several credentials came, and their holder's binding is asked for
LISTED: Final = "listed"  # trust comes from the registry
UNLISTED: Final = "unlisted"  # trust in the issuer is not asked for (unsafe-any-issuer)


class CheckEntry(NamedTuple):
    """One question put to a credential. `when`: the conditions under which its passing is required."""

    id: str
    question: str
    clause: str
    failing: str
    when: frozenset[str]


class Reason(NamedTuple):
    """One reason code: what it says to people and what they can do about it."""

    code: str
    message: str
    next_step: str


class Catalogue(NamedTuple):
    """The checks, in the order they are asked, and the reasons. A value: `with_check` returns another."""

    checks: Mapping[str, CheckEntry]
    reasons: Mapping[str, Reason]

    def required(self, asked: Iterable[str]) -> frozenset[str]:
        """The ids that must pass when `asked` describes the question."""
        conditions = {ALWAYS, *asked}
        return frozenset(entry.id for entry in self.checks.values() if entry.when & conditions)

    def with_check(self, entry: CheckEntry, *reasons: Reason) -> Catalogue:
        """This catalogue and one more check, with the reasons it may give.

        Raises `ValueError` if the id or a code is taken: a built-in meaning never changes.
        """
        if entry.id in self.checks:
            raise ValueError(f"check {entry.id} exists")
        if taken := [reason.code for reason in reasons if reason.code in self.reasons]:
            raise ValueError(f"reason {taken[0]} exists")
        if len({reason.code for reason in reasons}) != len(reasons):
            raise ValueError("a reason stands twice")
        return Catalogue(
            MappingProxyType({**self.checks, entry.id: entry}),
            MappingProxyType({**self.reasons, **{reason.code: reason for reason in reasons}}),
        )


def _checks() -> Iterable[CheckEntry]:
    def check(id: str, question: str, clause: str, failing: str, *when: str) -> CheckEntry:
        return CheckEntry(id, question, clause, failing, frozenset(when or (ALWAYS,)))

    yield check(
        "registry.current",
        "Is the registry recent enough for the level that is asked?",
        "TUF specification §5.3 to §5.6 (expiry); defa-id registry design, freshness",
        "An old registry may miss a suspension or a stolen key.",
    )
    yield check(
        "limit.size",
        "Is the input no larger than a verifier should read?",
        "defa-id limits (codec/limits.py)",
        "Oversized input exhausts a verifier; no genuine credential needs it.",
    )
    yield check(
        "format.recognised",
        "Is this exactly one of the formats this verifier reads?",
        "RFC 7515 §3.1; RFC 9901 §4; defa-id formats design",
        "Guessing at a format lets one credential be read in two ways.",
    )
    yield check(
        "format.wellformed",
        "Is every byte of it well-formed and unambiguous?",
        "RFC 7515 §5.2; RFC 8259; RFC 7493; RFC 9901 §7.1; RFC 8949; RFC 9052 §4; ISO/IEC 18013-5 §8.3.2",
        "What two readers understand differently can be signed by one and believed by another.",
    )
    yield check(
        "format.disclosures",
        "Does every disclosure belong to the signed credential, exactly once?",
        "RFC 9901 §7.1; ISO/IEC 18013-5 §9.1.2.5 and §9.3.1",
        "A disclosure nobody signed is a claim nobody made.",
        DISCLOSED,
    )
    yield check(
        "format.model",
        "Does it follow its data model?",
        "W3C VCDM 2.0 §4; VCDM 1.1 §4 and §6.3.1; draft-ietf-oauth-sd-jwt-vc §2.2; ISO/IEC 18013-5 §9.1.2.4",
        "A credential outside its data model has no agreed meaning.",
    )
    yield check(
        "issuer.listed",
        "Does a member state list this issuer?",
        "defa-id registry design, data; W3C VCDM 2.0 §4.7 (issuer)",
        "Anybody can sign; only a listed issuer is answered for by a state.",
    )
    yield check(
        "key.listed",
        "Is the signing key listed for this very issuer?",
        "defa-id registry design: one look-up for (key, issuer, type, moment); RFC 7517 §4",
        "The commonest wrong acceptance is a good signature from the wrong party.",
        LISTED,
    )
    yield check(
        "key.resolved",
        "Does the issuer's own identifier name the signing key?",
        "W3C Controlled Identifiers §3.3; did:key; did:jwk; RFC 7515 §4.1.6",
        "The key belongs to somebody other than the issuer named.",
        UNLISTED,
    )
    yield check(
        "key.algorithm",
        "Does the issuer's entry allow this algorithm, today?",
        "RFC 8725 §3.1 and §3.2; RFC 9864",
        "The registry chooses the algorithm, never the token.",
    )
    yield check(
        "key.current",
        "Was the key valid when the credential was issued, and not compromised by then?",
        "defa-id registry design, time: two axes",
        "A key outside its time may be in other hands.",
    )
    yield check(
        "proof.signature",
        "Does the signature verify?",
        "RFC 7515 §5.2; RFC 7518 §3.4; RFC 8037 §3.1; FIPS 186-5",
        "The content is not what the issuer signed.",
    )
    yield check(
        "time.issued",
        "Was it issued in the past?",
        "RFC 7519 §4.1.6; W3C VCDM 2.0 §4.9",
        "A credential from the future comes from a wrong clock or a forger.",
    )
    yield check(
        "time.window",
        "Is it valid at the moment asked about?",
        "RFC 7519 §4.1.4 and §4.1.5; W3C VCDM 2.0 §4.9 (validity period)",
        "Outside its validity period nobody vouches for it.",
    )
    yield check(
        "issuer.granted",
        "Was the issuer authorised when it issued this, and is it still?",
        "defa-id registry design, time: status events and their reasons",
        "An authorisation that is suspended or ended changes what its credentials are worth.",
    )
    yield check(
        "issuer.scope",
        "Is the issuer authorised for this type, format and subject?",
        "defa-id registry design, data: credentials, formats, scope",
        "An issuer of one thing is a stranger for another.",
    )
    yield check(
        "holder.presented",
        "Was it presented by a holder, in answer to this request?",
        "RFC 9901 §7.3; W3C VCDM 2.0 §4.13 (presentations)",
        "A copy of a credential proves nothing about who shows it.",
        HOLDER,
    )
    yield check(
        "holder.proof",
        "Did the holder sign this presentation?",
        "RFC 9901 §7.3 step 5; W3C VC-JOSE-COSE §3.2",
        "The presentation was not made by the holder.",
        HOLDER,
        ENVELOPE,
    )
    yield check(
        "holder.key",
        "Did the issuer bind the credential to the key that presented it?",
        "RFC 7800 §3.1; RFC 9901 §4.3; W3C VC-JOSE-COSE §3.3",
        "Whoever shows it is not whom it was issued to.",
        HOLDER,
    )
    yield check(
        "holder.hash",
        "Does the holder's signature cover exactly what was shown?",
        "RFC 9901 §4.3.1 (sd_hash)",
        "Disclosures were added or removed after the holder signed.",
        KEY_BOUND,
    )
    yield check(
        "holder.nonce",
        "Does it answer this verifier's own nonce?",
        "RFC 9901 §7.3 step 5; OpenID4VP 1.0 §14.1",
        "It is a replay of an answer given elsewhere or before.",
        HOLDER,
    )
    yield check(
        "holder.audience",
        "Was it made for this verifier?",
        "RFC 9901 §4.3; RFC 7519 §4.1.3",
        "It was made for somebody else and passed on.",
        HOLDER,
    )
    yield check(
        "holder.time",
        "Was it made just now?",
        "RFC 9901 §4.3 (iat); defa-id formats design: 300 s",
        "An old proof may have been kept by somebody else.",
        HOLDER,
    )
    yield check(
        "holder.linked",
        "Do all the credentials presented belong to one holder?",
        "defa-id recognition design: same-subject link across credentials; RFC 7800 §3.1",
        "One person's identity would vouch for another person's licence.",
        SEVERAL,
    )
    yield check(
        "status.list",
        "Is the status list it names at hand, permitted and of this time?",
        "W3C Bitstring Status List §2.1 and §3.2; draft-ietf-oauth-status-list §8.3; defa-id registry design",
        "A list that is stale, missing or somebody else's says nothing about this credential.",
        STATUS,
    )
    yield check(
        "status.signer",
        "Did this issuer, or whom its registry entry names, sign the list?",
        "W3C Bitstring Status List §3.2; draft-ietf-oauth-status-list §11.3; defa-id registry design: status_lists",
        "Anybody could clear a revoked credential with a list of their own.",
        STATUS,
    )
    yield check(
        "status.current",
        "Is it neither revoked nor suspended?",
        "W3C Bitstring Status List §3.2; draft-ietf-oauth-status-list §8.3",
        "The issuer has taken the credential back.",
        STATUS,
    )
    yield check(
        "status.certificate",
        "Has the authority above it not revoked the signer's certificate?",
        "RFC 5280 §6.3; ISO/IEC 18013-5 §9.3.3; defa-id registry design: status_lists",
        "A revoked signer may be anybody.",
        CERTIFIED,
    )
    yield check(
        "schema.valid",
        "Does its content fit the schema the registry names for this issuer and type?",
        "JSON Schema 2020-12; W3C VC JSON Schema §3; defa-id registry design, data",
        "Content outside its schema cannot be relied on field by field.",
        SCHEMA,
    )
    yield check(
        "recognition.in_force",
        "Does the relying state recognise this state's credentials of this type, for this purpose, now?",
        "defa-id recognition design; model: UNCITRAL MLIT, cross-border recognition",
        "Between the two states there is no basis to rely on it. This says nothing about the person.",
    )
    yield check(
        "recognition.instrument",
        "Is the legal instrument the recognition cites in force?",
        "defa-id recognition design: instruments",
        "What a recognition cites must be in force before more than a trial can rest on it.",
    )
    yield check(
        "recognition.environment",
        "Is the recognition of a kind the policy accepts: demo, sandbox, pilot or live?",
        "defa-id recognition design: the weakest of registry and arrangement",
        "A trial recognition is not a live one.",
    )
    yield check(
        "recognition.cap",
        "Is the arrangement's cap not used up?",
        "defa-id recognition design: phases and caps",
        "A trial is allowed for so many cases, and this is one more.",
        CAPPED,
    )
    yield check(
        "assurance.mapping",
        "Is the reading of the level on a footing that carries what the recognition carries?",
        "defa-id recognition design: mapping records and their status",
        "A reading that is only proposed is enough for a trial, not for more.",
    )
    yield check(
        "assurance.granted",
        "Did the home state grant the level the recognition asks for?",
        "defa-id recognition design, assurance; eIDAS 2015/1502 and ISO/IEC 29115 as advisory crosswalks",
        "The issuer is authorised for a lower level than the two states rely on.",
    )
    yield check(
        "assurance.achieved",
        "Does this presentation reach the level that is asked?",
        "defa-id recognition design, assurance: achieved is granted, capped by the presentation",
        "Shown like this, the credential gives less certainty than was asked for.",
    )
    yield check(
        "policy.format",
        "Does the relying policy take this format?",
        "defa-id policy document: formats",
        "The relying party has chosen not to take it.",
    )
    yield check(
        "policy.type",
        "Does the purpose take this kind of credential?",
        "defa-id policy document: purposes, types",
        "The rules of this sector name another document, whatever the level of this one.",
    )
    yield check(
        "policy.algorithm",
        "Does the relying policy still take this algorithm?",
        "defa-id policy document: algorithms, with the time each ends",
        "The relying party has given this algorithm up.",
    )
    yield check(
        "policy.request",
        "Are the claims that are asked for ones that may be asked for?",
        "defa-id policy document: ask and never_request",
        "The request goes further than the home state or the policy allows.",
    )
    yield check(
        "policy.transfer",
        "May the claims that are asked for leave the verifier?",
        "defa-id policy document: transfer",
        "A rule on transferring personal data keeps them where they are.",
    )
    yield check(
        "policy.links",
        "Do the credentials presented speak of the same things where they have to?",
        "defa-id policy document: purposes, links",
        "A mandate of one company, say, would open the account of another.",
        LINKS,
    )
    yield check(
        "policy.claims",
        "Are the claims the policy asks for disclosed?",
        "defa-id policy document: required_claims",
        "A withheld claim is not known, and nothing is put in its place.",
    )
    yield check(
        "policy.subject",
        "Does the person or company meet what the policy requires of them?",
        "defa-id policy document: predicates that are required",
        "Too few years, an open proceeding, an age not reached: what is required was looked for and not found.",
    )


def _reasons() -> Iterable[Reason]:
    def reason(code: str, message: str, next_step: str) -> Reason:
        return Reason(code, message, next_step)

    fresh = "Ask the holder for the credential again, as its issuer delivered it."
    issuer = "Tell the issuer: every verifier will refuse this."
    again = "Ask the holder to answer again, to your own fresh request."
    # Input and limits
    yield reason("INPUT_EMPTY", "There is nothing to verify.", "Hand in the credential itself.")
    yield reason(
        "INPUT_FORMAT_UNKNOWN",
        "This is none of the formats this verifier reads.",
        "Hand in the credential as it was delivered: a token, a document, or a picture of its code.",
    )
    yield reason(
        "INPUT_FORMAT_MISMATCH",
        "This is not the format that was asked for.",
        "Leave out --format, or hand in that format.",
    )
    yield reason("LIMIT_INPUT_SIZE", "The input is larger than a verifier reads.", fresh)
    yield reason("LIMIT_HEADER", "The header is larger than any genuine one.", issuer)
    yield reason("LIMIT_DEPTH", "The content is nested too deeply.", issuer)
    yield reason("LIMIT_NODES", "The content holds too many values.", issuer)
    yield reason("LIMIT_MEMBERS", "An object holds too many members.", issuer)
    yield reason("LIMIT_STRING", "A text in it is too long.", issuer)
    yield reason("LIMIT_DISCLOSURES", "It holds too many or too long disclosures.", fresh)
    yield reason("LIMIT_CREDENTIALS", "The presentation holds too many credentials.", "Present fewer at once.")
    yield reason("LIMIT_SIGNATURES", "It holds more signatures than a verifier checks.", "Present fewer at once.")
    yield reason("LIMIT_X509", "The certificate chain is too long or too large.", issuer)
    yield reason("LIMIT_REGISTRY", "A registry file is larger than any genuine one.", "Fetch the registry again.")
    # JSON
    yield reason("JSON_UTF8", "The text is not UTF-8.", issuer)
    yield reason("JSON_BOM", "The text begins with a byte order mark.", issuer)
    yield reason("JSON_SYNTAX", "The text is not JSON.", fresh)
    yield reason("JSON_TRAILING", "Something follows the JSON text.", fresh)
    yield reason("JSON_DUPLICATE_MEMBER", "A member stands twice, so readers may disagree.", issuer)
    yield reason("JSON_NUMBER", "A number is not one every reader reads alike.", issuer)
    yield reason("JSON_SURROGATE", "A text holds half a character.", issuer)
    yield reason("JSON_NOT_OBJECT", "An object belongs here.", issuer)
    yield reason("SHAPE_CONTROL_CHAR", "An identifier holds a character nobody can see.", issuer)
    # CBOR and COSE
    yield reason("CBOR_EOF", "The CBOR ends before it is complete.", fresh)
    yield reason("CBOR_TRAILING", "Bytes follow the CBOR item.", fresh)
    yield reason("CBOR_SYNTAX", "It is not well-formed CBOR.", fresh)
    yield reason("CBOR_INDEFINITE", "An item does not say how long it is.", issuer)
    yield reason("CBOR_DUPLICATE_KEY", "A key stands twice in a map.", issuer)
    yield reason("CBOR_KEY_TYPE", "A key of a map is neither an integer nor a text.", issuer)
    yield reason("CBOR_NUMBER", "A number is not finite.", issuer)
    yield reason("CBOR_TAG", "A tag stands where it does not belong.", issuer)
    yield reason("CBOR_EMBEDDED", "A byte string that must hold CBOR does not.", issuer)
    yield reason("COSE_SHAPE", "It does not have the shape of a COSE message.", issuer)
    yield reason("COSE_HEADER", "A header parameter is not what it must be.", issuer)
    yield reason("COSE_ALG", "The algorithm is missing, unprotected or never accepted.", issuer)
    yield reason("COSE_CRIT", "The COSE header demands an extension this verifier does not know.", issuer)
    yield reason("COSE_PAYLOAD", "The signed content is not where it belongs.", issuer)
    yield reason("COSE_SIGNATURE", "The COSE signature or code does not verify.", fresh)
    # ISO mdoc
    yield reason("INPUT_BASE64", "The text is not strict base64url.", fresh)
    yield reason("MDOC_SHAPE", "It does not have the shape of an ISO mdoc.", issuer)
    yield reason("MDOC_VERSION", "It is of a version of ISO/IEC 18013-5 this verifier does not know.", issuer)
    yield reason("MDOC_STATUS", "The device reports that it could not answer.", "Ask the holder to present it again.")
    yield reason("MDOC_NO_DOCUMENT", "The device returned no document.", "Ask the holder to present one.")
    yield reason("MDOC_DOCTYPE", "The document is of another type than the one the issuer signed.", fresh)
    yield reason("MDOC_DIGEST_ALG", "The digest algorithm is not one the standard names.", issuer)
    yield reason("MDOC_DIGEST", "An element is not what the issuer signed.", fresh)
    yield reason("MDOC_DUPLICATE", "An element or digest stands twice.", fresh)
    yield reason("MDOC_ITEM", "An element is not written as the standard demands.", issuer)
    yield reason("MDOC_DATE", "A date in it is not written as the standard demands.", issuer)
    yield reason(
        "MDOC_KEY_AUTH",
        "The device speaks of something the issuer did not authorise it for.",
        "Ask the holder to present issuer-signed elements.",
    )
    yield reason(
        "MDOC_DEVICE_AUTH",
        "The device's proof is missing, or there are two.",
        "Ask the holder to present it again to your own fresh request.",
    )
    yield reason(
        "MDOC_SESSION",
        "The session the device had to answer is not known here.",
        "Give nonce, audience and response address of your request, or the session transcript.",
    )
    # CWT, HCERT, claim 169
    yield reason("INPUT_BASE45", "The text is not base45.", "Scan the QR code again.")
    yield reason("CWT_COMPRESSION", "The QR code's content cannot be decompressed.", "Scan the QR code again.")
    yield reason("LIMIT_CWT", "The QR code's content is larger than any genuine one.", issuer)
    yield reason("CWT_SHAPE", "It does not have the shape of a CBOR Web Token.", issuer)
    yield reason("CWT_CONTENT", "The token does not hold one credential of a kind this verifier knows.", issuer)
    yield reason("HCERT_SHAPE", "It does not have the shape of a health certificate (HCERT).", issuer)
    yield reason("PHILSYS_SHAPE", "It does not have the shape of a PhilSys QR code.", fresh)
    # Answers to a request
    yield reason("OID4VP_SHAPE", "It does not have the shape of an OpenID4VP response.", again)
    yield reason(
        "OID4VP_ENCRYPTED",
        "The response is encrypted to a key of your request.",
        "Decrypt it with that key first, and hand in what was inside.",
    )
    yield reason("OID4VP_NO_PRESENTATION", "The response answers no query.", again)
    # JOSE
    yield reason("JOSE_SEGMENTS", "It does not have the three parts of a signed token.", fresh)
    yield reason("JOSE_NOT_COMPACT", "The JSON serialisation of a token is not taken.", "Hand in the compact form.")
    yield reason("JOSE_BASE64", "It is not strict base64url.", fresh)
    yield reason("JOSE_ALG_MISSING", "The header names no algorithm.", issuer)
    yield reason("JOSE_ALG_FORBIDDEN", "The algorithm is never accepted.", issuer)
    yield reason("JOSE_ALG_KEY_MISMATCH", "The algorithm does not fit the issuer's key.", issuer)
    yield reason(
        "JOSE_ALG_NOT_REGISTERED",
        "The issuer's entry does not allow this algorithm.",
        "The issuer signs with a listed algorithm, or its state lists this one.",
    )
    yield reason(
        "JOSE_ALG_EXPIRED",
        "The algorithm's time has run out for this issuer.",
        "Ask the holder for a newly issued credential.",
    )
    yield reason("JOSE_HEADER_FORBIDDEN", "The header holds a parameter that must not be there.", issuer)
    yield reason("JOSE_CRIT", "The header demands an extension this verifier does not know.", issuer)
    yield reason("JOSE_TYP", "The header's typ is not the one this kind of token carries.", issuer)
    yield reason(
        "LD_CONTEXT_UNAVAILABLE",
        "A context that the issuer's entry pins is not at hand as it was pinned.",
        "Fetch the registry again; if it stays so, tell the issuer's state.",
    )
    yield reason("DI_NO_PROOF", "The document carries no proof.", fresh)
    yield reason("DI_PROOF_SHAPE", "A proof in it is not well-formed.", issuer)
    yield reason("DI_PROOF_SET", "Its proofs do not belong together.", issuer)
    yield reason("DI_PROOF_CHAIN", "Its proofs do not follow each other as they say.", issuer)
    yield reason("DI_PURPOSE", "A proof was made for another purpose.", issuer)
    yield reason("DI_SUITE", "A proof is of a suite this verifier does not take.", issuer)
    yield reason(
        "DI_SUITE_EXTRA",
        "A proof is of a suite that an optional part verifies, and that part is not installed.",
        "Install it: python3 -m pip install 'defa-id[didkit]'.",
    )
    yield reason("DI_SIGNATURE", "A proof's signature does not verify.", fresh)
    yield reason("LIMIT_PROOFS", "It carries more proofs or signatures than any genuine one.", issuer)
    yield reason(
        "LD_CONTEXT",
        "Its @context is not one this verifier can be certain of.",
        "The issuer uses contexts this verifier ships or its state's entry pins, and none written into the document.",
    )
    yield reason(
        "LD_UNSAFE",
        "Something in it is not covered by the signature, because its contexts give it no meaning.",
        issuer,
    )
    yield reason("SD_POINTER", "A selective disclosure names something that is not there.", issuer)
    yield reason(
        "WORKER_LIMIT",
        "Reading it took more time or memory than a verifier spends on one credential.",
        "Refuse it unless its issuer can say why; a genuine credential is read within milliseconds.",
    )
    yield reason(
        "WORKER_ENDED",
        "A part of this verifier that runs in a process of its own gave no answer.",
        "Try again; if it stays so, report it with the credential's type and issuer.",
    )
    yield reason("LIMIT_RDF", "Its graph is larger than any genuine one.", issuer)
    yield reason("RDF_COMPLEXITY", "Its graph is built to exhaust whoever canonicalizes it.", issuer)
    yield reason(
        "RDF_UNSUPPORTED",
        "It uses a part of JSON-LD that only a full processor reads, and there is none here.",
        "Install it: python3 -m pip install 'defa-id[ldp]'.",
    )
    yield reason("JOSE_KEY_UNKNOWN", "The header names a key the issuer's entry does not hold.", issuer)
    yield reason("JOSE_KEY_AMBIGUOUS", "The header does not say which key signed it.", issuer)
    yield reason("JOSE_SIGNATURE_FORMAT", "The signature does not have the form of its algorithm.", issuer)
    yield reason("JOSE_SIGNATURE", "The signature does not verify.", fresh)
    # Keys and X.509
    yield reason("KEY_INVALID", "The key is not a valid public key.", issuer)
    yield reason("KEY_WEAK", "The key is too weak to prove anything.", issuer)
    yield reason("KEY_PRIVATE", "A private key stands where a public one belongs.", "Treat that key as compromised.")
    yield reason("KEY_USE", "The key is not meant for signatures.", issuer)
    yield reason(
        "KEY_TIME",
        "The key was not valid when the credential was issued.",
        "Ask the holder for a credential issued with a current key.",
    )
    yield reason(
        "KEY_COMPROMISED",
        "The key was reported compromised before the credential was issued.",
        "Ask the holder for a credential issued with a new key.",
    )
    yield reason(
        "KEY_COMPROMISED_LATER",
        "The key was reported compromised after the stated date of issuance.",
        "Ask the holder for a credential issued with a new key.",
    )
    yield reason("X509_PARSE", "A certificate cannot be read.", issuer)
    yield reason("X509_CHAIN", "The certificates do not lead to one the registry lists for this issuer.", issuer)
    yield reason("X509_TIME", "A certificate was not valid at that moment.", issuer)
    yield reason("X509_PROFILE", "A certificate may not be used like this.", issuer)
    yield reason("X509_MISSING", "There is no certificate of the signer where it must be.", issuer)
    yield reason("X509_CHAIN_ORDER", "A certificate of the chain is not issued by the next one.", issuer)
    yield reason("X509_VERSION", "A certificate is not an X.509 v3 certificate.", issuer)
    yield reason("X509_SERIAL", "A certificate's serial number is not a positive number of at most 20 bytes.", issuer)
    yield reason("X509_NAME", "A name in a certificate is not written as it must be.", issuer)
    yield reason("X509_PATHLEN", "The chain is longer than an authority or the profile allows.", issuer)
    yield reason("X509_KEY_USAGE", "A certificate's key may not be used for this.", issuer)
    yield reason("X509_EKU", "The signer's certificate is not for this purpose.", issuer)
    yield reason("X509_CRITICAL", "A certificate demands something this verifier does not know.", issuer)
    yield reason(
        "X509_COUNTRY",
        "The country in a certificate is not the state that lists it.",
        "Refuse it; ask the state's registry operator how the certificate came to be listed.",
    )
    yield reason(
        "X509_REVOKED",
        "The signer's certificate has been revoked by its authority.",
        "Ask the holder for a newly issued credential.",
    )
    yield reason(
        "X509_CRL",
        "The list of revoked certificates cannot be used.",
        "Fetch the authority's current list; else ask its state's registry operator.",
    )
    yield reason("X509_THUMBPRINT", "The certificate is not the one the header names.", issuer)
    yield reason("DID_SYNTAX", "The DID is not written as its method demands.", issuer)
    yield reason("DID_HOST", "The DID names a host that cannot be its home.", issuer)
    yield reason(
        "DID_METHOD",
        "Keys of this DID method cannot be found out here.",
        "Use a credential whose holder or issuer key is of a method that is read here, or listed in the registry.",
    )
    yield reason("DID_DOCUMENT", "The DID document is not well-formed.", issuer)
    yield reason("DID_ID_MISMATCH", "The DID document is that of another DID.", issuer)
    yield reason("DID_DEACTIVATED", "The DID is no longer in use.", "Ask for a credential under an identifier in use.")
    yield reason("DID_AMBIGUOUS", "The DID document does not say which key is meant.", issuer)
    yield reason("DID_KEY_UNKNOWN", "The DID document holds no such key.", issuer)
    yield reason("DID_KEY_AMBIGUOUS", "The DID document gives one key in two ways.", issuer)
    yield reason("DID_PURPOSE", "The key is not meant for this purpose.", issuer)
    yield reason("DID_CONTROLLER", "The key in the DID document is somebody else's.", issuer)
    yield reason("DID_LOG", "The history of the DID is broken.", "Refuse it; whoever controls the DID has to mend it.")
    yield reason("DID_WITNESS", "The history of the DID lacks witnesses it needs.", "Try again later; else refuse it.")
    yield reason("LIMIT_DID", "The DID document is larger than any genuine one.", issuer)
    yield reason("ISSUER_METADATA", "The issuer's metadata do not say which keys are its own.", issuer)
    # Claims and time
    yield reason("JWT_CLAIM_TYPE", "A claim has the wrong type.", issuer)
    yield reason("JWT_CLAIM_MISSING", "A claim that must be there is missing.", issuer)
    yield reason("JWT_ENVELOPE_MISMATCH", "The token's claims contradict the credential inside it.", issuer)
    yield reason("JWT_AMBIGUOUS_MODEL", "It mixes two versions of the data model.", issuer)
    yield reason("JWT_NO_CREDENTIAL", "The presentation holds no credential.", "Present at least one credential.")
    yield reason("MODEL_SHAPE", "It does not have the shape its data model gives it.", issuer)
    yield reason("MODEL_CONTEXT", "Its @context is not the one its data model begins with.", issuer)
    yield reason("MODEL_DIGEST", "A related resource has no digest, or another one.", issuer)
    yield reason("TIME_FORMAT", "A time in it is not RFC 3339 with a zone.", issuer)
    yield reason("TIME_EXPIRED", "It has expired.", "Ask the holder for a renewed credential.")
    yield reason("TIME_NOT_YET", "It is not valid yet.", "Try again once its validity has begun.")
    yield reason(
        "TIME_ISSUED_IN_FUTURE", "It claims to be issued in the future.", "Check this machine's clock; else refuse it."
    )
    yield reason("TIME_WINDOW_INVERTED", "Its validity ends before it begins.", issuer)
    yield reason(
        "TIME_NO_EXPIRY", "It never expires, and the policy asks for an end.", "Ask for a credential with an expiry."
    )
    yield reason(
        "TIME_ISSUED_UNKNOWN",
        "It does not say when it was issued, and for this issuer that matters.",
        "Ask the holder for a credential that states its date of issuance.",
    )
    yield reason(
        "TIME_CLOCK_UNTRUSTED",
        "This machine's clock stands before the registry was signed.",
        "Set the clock, then try again.",
    )
    # SD-JWT and key binding
    yield reason("SDJWT_SYNTAX", "The parts of the SD-JWT are not separated as they must be.", fresh)
    yield reason("SDJWT_DISCLOSURE", "A disclosure is not well-formed.", fresh)
    yield reason("SDJWT_UNREFERENCED", "A disclosure belongs to nothing the issuer signed.", fresh)
    yield reason("SDJWT_DUPLICATE_DIGEST", "A digest or disclosure stands twice.", issuer)
    yield reason("SDJWT_RESERVED_NAME", "A disclosure bears a reserved name.", issuer)
    yield reason("SDJWT_CLAIM_COLLISION", "A disclosure would overwrite a claim.", issuer)
    yield reason("SDJWT_NOT_DISCLOSABLE", "A claim is disclosed selectively that never may be.", issuer)
    yield reason("SDJWT_ALG", "The digest algorithm is not known or not allowed.", issuer)
    yield reason("SDJWT_SHAPE", "The digests do not stand where and how they must.", issuer)
    present = "Ask the holder to present it again to your own fresh request."
    yield reason("KB_MISSING", "Nobody proved to hold it.", "Ask the holder to present it with holder binding.")
    yield reason(
        "KB_NO_CNF",
        "The issuer bound it to no key, so nobody can prove to hold it.",
        "Ask for a credential bound to a holder key.",
    )
    yield reason(
        "HOLDER_NOT_LINKED",
        "Nothing shows that the credentials belong to one person.",
        "Present them from one wallet, bound to one key, or judge each on its own.",
    )
    yield reason("KB_CNF", "The holder key in it cannot be used.", issuer)
    yield reason("KB_SIGNATURE", "The holder's signature does not verify.", present)
    yield reason("KB_CLAIM", "The holder's proof lacks a claim it must carry.", present)
    yield reason("KB_NONCE", "It does not answer this request's nonce.", present)
    yield reason("KB_AUDIENCE", "It was made for another verifier.", present)
    yield reason("KB_TIME", "The holder's proof is too old or from the future.", present)
    yield reason("KB_SD_HASH", "The holder signed another set of disclosures.", present)
    yield reason("SCOPE_HOLDER_KEY", "The presenting key is not the one the credential is bound to.", present)
    # Registry scope
    yield reason(
        "SCOPE_ISSUER_UNKNOWN",
        "No member state lists this issuer.",
        "Ask the issuer which state lists it, under which identifier; never accept it on its signature alone.",
    )
    yield reason(
        "SCOPE_ISSUER_KEY",
        "The signing key is not this issuer's.",
        "Refuse it; if the issuer says otherwise, its state must list the key first.",
    )
    yield reason(
        "SCOPE_ISSUER_SUSPENDED",
        "The issuer's authorisation is suspended.",
        "Ask the issuer's national authority, or wait for the suspension to end.",
    )
    yield reason(
        "SCOPE_ISSUER_ENDED",
        "The issuer's authorisation has ended.",
        "Ask the holder for a credential from a current issuer.",
    )
    yield reason(
        "SCOPE_ISSUER_ENDED_NOTED",
        "The issuer's authorisation ended after it issued this, for a reason that leaves it good.",
        "Nothing; the end is noted.",
    )
    yield reason(
        "SCOPE_TIME",
        "It was issued before the issuer was authorised.",
        "Ask the holder for a credential issued under the authorisation.",
    )
    yield reason(
        "SCOPE_ISSUER_DENIED",
        "Its own state has struck the issuer or its key from use in an emergency.",
        "Refuse it; ask the issuer's national authority.",
    )
    yield reason(
        "SCOPE_TYPE",
        "The issuer is not authorised for this type.",
        "Ask for the credential from the issuer authorised for it.",
    )
    yield reason(
        "SCOPE_FORMAT", "The issuer is not authorised for this format.", "Ask for it in a format the entry lists."
    )
    yield reason(
        "SCOPE_SUBJECT",
        "The issuer is not authorised for this kind of subject.",
        "Ask for it from an issuer authorised for such subjects.",
    )
    yield reason("SCOPE_TERRITORY", "The part of the state it names is outside the issuer's.", issuer)
    yield reason("SCOPE_STATE", "It speaks for another state than the issuer's own.", issuer)
    yield reason(
        "SCOPE_INTERFACE",
        "Its state offers foreign verifiers no way to check it.",
        "Use the issuer's own channel, or another credential.",
    )
    yield reason(
        "SCOPE_REQUIRED_CLAIM", "A claim the policy asks for is not disclosed.", "Ask the holder to disclose it."
    )
    # Status and schema
    yield reason(
        "STATUS_UNAVAILABLE",
        "Its status could not be found out.",
        "Supply the status list with --sources, or ask the issuer.",
    )
    yield reason(
        "STATUS_TYPE",
        "Its kind of status cannot be judged by this version.",
        "Ask the issuer for the status, or use a version that reads this kind.",
    )
    yield reason(
        "STATUS_ONLINE_ONLY",
        "Whether it still stands, only its issuer's own service tells.",
        "Ask that service, or waive the check with a reason in your policy.",
    )
    yield reason("STATUS_MISSING", "It names no status, and one is demanded.", "Ask for a credential with a status.")
    yield reason("STATUS_SHAPE", "Its status entry, or the list, is not well-formed.", issuer)
    yield reason("STATUS_INDEX", "Its number in the status list is none, or lies behind the list's end.", issuer)
    yield reason("STATUS_URI", "The status list's address is not one it may have.", issuer)
    yield reason("STATUS_PURPOSE", "The status list serves another purpose than the one asked about.", issuer)
    yield reason("STATUS_LENGTH", "The status list is so short that it would tell holders apart.", issuer)
    yield reason("STATUS_ENCODING", "The status list is not encoded as its standard says.", issuer)
    yield reason("STATUS_RECURSION", "The status list has a status of its own.", issuer)
    yield reason("STATUS_SIGNATURE", "The status list's signature does not verify.", "Fetch the status list again.")
    yield reason("STATUS_ISSUER", "The status list was signed by somebody who may not.", "Fetch the status list again.")
    yield reason("STATUS_REVOKED", "The issuer has revoked it.", "Ask the holder for another credential.")
    yield reason("STATUS_SUSPENDED", "The issuer has suspended it.", "Wait until the issuer lifts the suspension.")
    yield reason(
        "STATUS_OTHER",
        "Its status has a value whose meaning is its issuer's own.",
        "Ask the issuer what the value means.",
    )
    yield reason(
        "STATUS_STALE",
        "The status list is too old to say how it stands.",
        "Fetch the status list again, or ask for less assurance.",
    )
    yield reason(
        "STATUS_TIME",
        "The status list was made later than the moment asked about.",
        "Supply a list of that time with --sources.",
    )
    yield reason("STATUS_NOTED", "Nothing speaks against it; the line says what was noted.", "None.")
    yield reason("LIMIT_STATUS", "The status list is larger than any genuine one.", issuer)
    yield reason("SCHEMA_INVALID", "Its content does not fit the schema.", issuer)
    yield reason(
        "SCHEMA_DIGEST",
        "The schema at hand is not the one the registry names.",
        "Fetch the registry and the schema again.",
    )
    yield reason("SCHEMA_UNAVAILABLE", "The schema the registry names is not at hand.", "Supply it with --sources.")
    yield reason(
        "SCHEMA_UNUSABLE", "The schema the registry names cannot be used.", "Tell the state's registry operator."
    )
    # The network
    later = "Try again later, or record the document and hand it in with --sources."
    host = "Tell whoever runs that host; or record the document and hand it in with --sources."
    yield reason(
        "NET_OFFLINE",
        "A document is not at hand, and the network may not be asked.",
        "Allow the network with --online, or hand the document in with --sources.",
    )
    yield reason("NET_URL", "The address of a document is not one that is fetched.", issuer)
    yield reason(
        "NET_HOST",
        "The host of a document is not one the registry names.",
        "Hand the document in with --sources; or its state lists that host.",
    )
    yield reason("NET_DNS", "The host's addresses could not be found out.", later)
    yield reason("NET_ADDRESS", "The host does not lie on the public internet.", host)
    yield reason("NET_CONNECT", "The host could not be reached.", later)
    yield reason("NET_TLS", "The host did not prove who it is.", host)
    yield reason("NET_TIMEOUT", "The host took too long.", later)
    yield reason("NET_REDIRECT", "The host sends elsewhere, and nobody goes there.", host)
    yield reason("NET_STATUS", "The host does not have the document.", host)
    yield reason("NET_TYPE", "The host sends another kind of document.", host)
    yield reason("NET_ENCODING", "The host compresses what was asked for plain.", host)
    yield reason("NET_SIZE", "The document is larger than a genuine one.", host)
    yield reason("NET_TRUNCATED", "The document did not come whole.", later)
    yield reason("NET_BUDGET", "So many documents were asked for that no more are now.", "Try again in five minutes.")
    # Recognition, assurance, policy
    states = (
        "The two states may recognise each other's credentials; the person can do nothing about it. Use another route."
    )
    yield reason("RECOGNITION_NONE", "The relying state does not recognise these credentials.", states)
    yield reason("RECOGNITION_TYPE", "The relying state does not recognise this type from that state.", states)
    yield reason(
        "RECOGNITION_PURPOSE",
        "The relying state recognises it, but not for this purpose.",
        "Name the purpose (--purpose), one that the recognition covers; or use another route.",
    )
    yield reason("RECOGNITION_NOT_YET", "The recognition is not in effect yet.", "Try again once it is in effect.")
    yield reason("RECOGNITION_ENDED", "The recognition has ended.", states)
    yield reason("RECOGNITION_SUSPENDED", "The recognition is suspended.", states)
    yield reason("RECOGNITION_NOT_SIGNED", "The arrangement is not signed by both states.", states)
    yield reason("RECOGNITION_INSTRUMENT", "The instrument it rests on is not in force.", states)
    yield reason(
        "RECOGNITION_ENVIRONMENT",
        "The policy does not take recognitions of this kind.",
        "Use a policy that accepts trials, or wait for a live recognition.",
    )
    yield reason(
        "LOA_INSUFFICIENT",
        "The level granted is below what the recognition asks for.",
        "Ask for a credential of a higher level.",
    )
    yield reason(
        "LOA_NOT_ACHIEVED",
        "The level reached by this presentation is below what is asked.",
        "Present it with holder binding, or use a credential of a higher level.",
    )
    yield reason(
        "LOA_UNKNOWN", "The home state grants no level this verifier knows.", "Ask the home state's authority."
    )
    yield reason(
        "LOA_MAPPING",
        "The reading of its level is not on a footing that carries more than a trial.",
        "The two states declare or agree how the level is read, or the recognition stays a trial.",
    )
    yield reason("LOA_MAPPING_REVIEW", "The reading of its level was due to be looked at again.", "None.")
    yield reason("CAP_COUNT", "The arrangement's cap is used up.", "Wait for the next phase, or use another way.")
    yield reason("CAP_VALUE", "The amount is over the arrangement's cap.", "Ask for less, or use another way.")
    yield reason("CAP_AMOUNT", "The arrangement caps an amount, and none was named.", "Name it with --amount.")
    yield reason(
        "CAP_UNCOUNTED",
        "The arrangement has a cap, and nothing counts how far it is used.",
        "Name a counter with --counter FILE.",
    )
    yield reason(
        "POLICY_TYPE", "The purpose takes another kind of credential.", "Ask the holder for one that the line names."
    )
    yield reason(
        "POLICY_ALGORITHM", "The relying policy does not take its algorithm.", "Ask for a newly issued credential."
    )
    yield reason(
        "POLICY_NEVER_REQUEST",
        "A claim is asked for that may not be asked for.",
        "Take it out of what the policy asks.",
    )
    yield reason(
        "POLICY_TRANSFER", "A claim that is asked for may not leave.", "Ask a predicate about it in its place."
    )
    yield reason(
        "POLICY_TRANSFER_UNKNOWN",
        "Whether a claim that is asked for may leave is not known.",
        "Find out the rule and write it into the policy, or ask a predicate in its place.",
    )
    yield reason(
        "POLICY_LINK", "The credentials speak of different things.", "Ask for credentials that belong together."
    )
    yield reason("POLICY_LINK_MISSING", "A credential that has to be there is missing.", "Ask for it as well.")
    yield reason(
        "POLICY_SUBJECT",
        "A requirement of the policy is not met, by what the credential says.",
        "The line names the requirement; ask for evidence that meets it, or refer it to a person.",
    )
    yield reason(
        "POLICY_SUBJECT_UNKNOWN",
        "Whether a requirement of the policy is met is not known.",
        "Ask the holder to disclose what the line names, or for other evidence of it.",
    )
    yield reason("POLICY_NOT_YET", "The policy does not ask this yet.", "Prepare for the date the line names.")
    yield reason(
        "POLICY_GRACE",
        "This is only noted now, and will be refused later.",
        "Tell the issuer or the holder before the date the line names.",
    )
    yield reason("POLICY_FORMAT", "The policy does not take this format.", "Ask for it in a format the policy takes.")
    yield reason("POLICY_WAIVED", "The policy waives this check.", "Nothing; the reason is given.")
    yield reason("CHECK_NEEDS", "An earlier check did not pass.", "Mend that one first.")
    # People: findings on names, dates and numbers. They are evidence for somebody who decides, never a verdict.
    holder = "Compare it with another document of the same person, or ask the holder."
    form = "Ask the issuer for the name as its register writes it."
    yield reason("NAME_SAME", "The names are the same text.", "Nothing.")
    yield reason("NAME_TITLE", "A title or honorific was recognised and left out.", "Nothing; titles are not names.")
    yield reason("NAME_TITLE_DIFFERS", "One bears a man's title, the other a woman's.", holder)
    yield reason("NAME_LETTER_CASE", "Capital and small letters differ.", "Nothing.")
    yield reason("NAME_PUNCTUATION", "Hyphens, apostrophes, full stops or commas differ.", "Nothing.")
    yield reason("NAME_SPACING", "The words are divided differently.", holder)
    yield reason("NAME_ENCODING", "The same letters are encoded differently.", "Nothing; what one sees is the same.")
    yield reason("NAME_TONE_PLACEMENT", "A Vietnamese tone mark stands on the other vowel of the pair.", "Nothing.")
    yield reason("NAME_ICAO", "They agree once written in the letters of a travel document.", holder)
    yield reason("NAME_READING", "One script's spelling can be read as the other's.", holder)
    yield reason("NAME_CONSONANTS", "Across two scripts the consonants agree, the vowels do not.", holder)
    yield reason("NAME_ORDER", "The words stand in another order.", "Ask which part is the family name, if any is.")
    yield reason("NAME_INITIAL", "One has an initial where the other has a word.", holder)
    yield reason("NAME_PART_ABSENT", "An inner part of one is absent from the other.", holder)
    yield reason("NAME_CONNECTOR_ABSENT", "One lacks the word for son, daughter or child of.", holder)
    yield reason(
        "NAME_CONNECTOR_SPELLING", "The word for son, daughter or child of is written differently.", "Nothing."
    )
    yield reason("NAME_CONNECTOR_DIFFERS", "One says son of where the other says daughter of.", holder)
    yield reason("NAME_ALONE", "One is a single name, with which the other only begins.", holder)
    yield reason("NAME_SUFFIX", "Only one bears a suffix such as Jr or III, or they bear different ones.", holder)
    yield reason("NAME_ABBREVIATION", "One abbreviates a word of the other.", holder)
    yield reason("NAME_SPELLING", "A word is spelt by an older or another rule of its language.", holder)
    yield reason("NAME_MARKS", "Some of the marks on the letters are absent from one.", holder)
    yield reason("NAME_MARKS_DIFFER", "The marks on the letters contradict each other.", holder)
    yield reason("NAME_ALIAS", "It agrees with another name the register holds for the person.", holder)
    yield reason("NAME_TRUNCATED", "The name field of a travel document may have cut the name.", holder)
    yield reason("NAME_REPLACED", "A letter was lost and another sign stands in its place.", form)
    yield reason("NAME_DIFFERENT", "The names differ.", holder)
    yield reason(
        "NAME_NOT_COMPARABLE",
        "Between these two writings no honest comparison is known.",
        "Ask for the name in a script that both sides have.",
    )
    yield reason("NAME_ROMANISATION", "It was put into another script freely, so a difference proves nothing.", holder)
    yield reason("NAME_PLACEHOLDER", "A word stands where a name is lacking; it is no name.", form)
    yield reason("NAME_REPEATED", "One name is repeated as if it were two.", form)
    yield reason("NAME_EMPTY", "There is no name.", form)
    yield reason("NAME_TOO_LONG", "The name is longer than any genuine one.", form)
    yield reason("NAME_HIDDEN_CHARACTER", "The name holds a character nobody can see.", form)
    yield reason("NAME_SEPARATOR", "An invisible separator of its script was left out.", "Nothing.")
    yield reason("NAME_PILED_MARKS", "More marks are piled on a letter than any script needs.", form)
    yield reason("NAME_SYMBOL", "The name holds a sign that belongs to no name.", form)
    yield reason("NAME_COMPATIBILITY", "A letter is a typographic variant, and folding it would change names.", form)
    yield reason("NAME_ZAWGYI", "The text is probably Zawgyi, an encoding that only looks like Unicode.", form)
    yield reason("NAME_MIXED_SCRIPTS", "Letters of several scripts stand in one name.", form)
    yield reason("NAME_NOT_NFC", "The name is not in normalisation form C.", "Nothing; it is compared in that form.")
    yield reason("NAME_DIGITS", "The name holds digits.", form)
    yield reason("NAME_SCRIPT_TAG", "The letters are not of the script the form names.", form)
    yield reason("NAME_LANGUAGE_TAG", "The language is not a tag of BCP 47.", form)
    yield reason("NAME_MRZ_FORM", "It is not written as in a machine-readable zone.", form)
    yield reason("NAME_SHAPE", "This is not a name as the credential schema has it.", form)
    yield reason("DATE_FORMAT", "This is not a year, a year and month, or a day.", "Write YYYY, YYYY-MM or YYYY-MM-DD.")
    yield reason(
        "DATE_BUDDHIST_ERA",
        "The year can only be of the Buddhist era; it is not converted by guessing.",
        "Ask the issuer for the Gregorian date.",
    )
    yield reason("DATE_RANGE", "The year is outside what a living person's document can say.", form)
    yield reason("DATE_NO_SUCH_DAY", "The calendar has no such day.", form)
    yield reason("DATE_SAME", "The dates are the same.", "Nothing.")
    yield reason("DATE_PARTIAL", "They agree as far as both are known.", "Nothing; what is not known is not compared.")
    yield reason("DATE_DIFFERENT", "The dates differ.", holder)
    yield reason("DATE_DAY_MONTH", "They differ only in that day and month are exchanged.", holder)
    yield reason("DATE_DEFAULT", "One is the first of January, which often stands for a day nobody knew.", holder)
    yield reason(
        "DATE_LEAP_DAY",
        "Born on 29 February: laws differ on the birthday in other years.",
        "Decide by the law that applies, or ask again on 1 March.",
    )
    number = "Ask for the number again; a slip of the pen is likelier than a forgery."
    yield reason("NUMBER_CHECKED", "The check character fits.", "Nothing; that rules out slips of the pen, not more.")
    yield reason("NUMBER_CHECK", "The check character does not fit.", number)
    yield reason("NUMBER_FORM", "It does not have the form of such a number.", number)
    yield reason("NUMBER_DATE", "The birth date inside it does not exist.", number)
    yield reason("NUMBER_PLACE", "The place code inside it is not one this version knows.", number)
    yield reason("NUMBER_NO_CHECK", "Such numbers carry no check character.", "Look it up with the issuer, if need be.")
    yield reason(
        "NUMBER_CHECK_UNKNOWN",
        "How its check character is made is not published.",
        "Do not refuse it for that; look it up with the issuer, if need be.",
    )
    yield reason(
        "NUMBER_CONFIDENTIAL",
        "Its state keeps this number confidential: it is not to be collected.",
        "Delete it and ask for the public number or the document instead.",
    )
    yield reason(
        "NUMBER_PERSONAL",
        "The number itself tells something about the person.",
        "Treat it as personal data, in logs too.",
    )
    yield reason(
        "NUMBER_OTHER_DIGITS", "It is written with other digits than 0 to 9, and was read as those.", "Nothing."
    )
    yield reason("NUMBER_BIRTH_DIFFERS", "The birth date inside it is not the one claimed.", holder)
    yield reason("NUMBER_SEX_DIFFERS", "The sex inside it is not the one claimed.", holder)
    # Registry
    yield reason(
        "REG_STALE", "The registry is older than the level asked allows.", "Refresh the registry, then try again."
    )
    yield reason("REG_EXPIRED", "The registry has expired.", "Refresh the registry, then try again.")
    yield reason(
        "REG_ROOT", "The registry's root cannot be trusted.", "Get the root from your authority, over a second channel."
    )
    yield reason(
        "REG_SIGNATURE",
        "A registry file is not signed by those who must sign it.",
        "Fetch the registry again; else tell its operator.",
    )
    yield reason(
        "REG_ROLLBACK",
        "The registry is older than one already seen.",
        "Fetch the registry again; else tell its operator.",
    )
    yield reason(
        "REG_EQUIVOCATION",
        "The registry shows another content under a version already seen.",
        "Tell its operator; do not use it.",
    )
    yield reason(
        "REG_DIGEST",
        "A registry file is not the one that was signed.",
        "Fetch the registry again; else tell its operator.",
    )
    yield reason(
        "REG_ENVIRONMENT",
        "A registry for trials calls itself more than that.",
        "Get the root of the registry you mean from your authority; tell the operator of this one.",
    )
    yield reason(
        "REG_HANDOVER",
        "A state's keys were changed without the consent of those known before.",
        "Ask that state's authority, over a second channel, whether these keys are its own.",
    )
    yield reason(
        "REG_PUBLISH_FAILED",
        "A publication could not be written; what was published before stands.",
        "Mend the disk and publish again.",
    )
    yield reason(
        "REG_PUBLISH_CONFLICT",
        "Somebody else published meanwhile; theirs stands.",
        "Publish again: it will be built on theirs.",
    )
    yield reason(
        "REG_KEY_UNAVAILABLE",
        "A key that has to sign is not here or cannot be read; nothing was signed.",
        "Put its file back, readable by whoever publishes.",
    )
    yield reason("REG_MISSING", "A registry file is missing.", "Fetch the registry again, or give the right path.")
    yield reason("REG_FORMAT", "A registry file cannot be read.", "Fetch the registry again; else tell its operator.")
    yield reason("REG_ENTRY", "A registry entry breaks a rule of the registry.", "Tell the state's registry operator.")
    yield reason("REG_SUBJECT", "A state's list speaks for another state.", "Tell the registry's operator.")
    yield reason("REG_ID_CONFLICT", "Two states list the same issuer.", "Tell both states' operators.")
    yield reason("REG_KEY_REUSE", "One key is listed for two issuers.", "Tell both issuers' operators.")
    # Receipts
    yield reason("RECEIPT_FORM", "This is not a receipt.", "Hand in the file as `defa-id verify --receipt` wrote it.")
    yield reason(
        "RECEIPT_SIGNATURE",
        "The receipt is not signed by the key given.",
        "Get the relying party's public key over a channel you trust; if it is the right one, believe nothing here.",
    )
    yield reason(
        "RECEIPT_CONTRADICTION",
        "What the receipt says does not add up.",
        "Ask the relying party how it was made: its decision does not follow from its checks.",
    )
    yield reason(
        "RECEIPT_REGISTRY_OTHER",
        "The registry at hand is not the one the receipt rests on.",
        "Give the registry the receipt names, of the same version or a later one.",
    )
    yield reason(
        "RECEIPT_REGISTRY_FORKED",
        "The receipt names a registry that nobody published under this version.",
        "Ask the relying party, and the registry's operator, what was published then.",
    )
    yield reason("RECEIPT_INPUT_OTHER", "This is not what was judged.", "Hand in exactly what was presented then.")
    yield reason(
        "RECEIPT_INPUT_PART",
        "It is the same credential, but not the same presentation.",
        "Hand in exactly what was presented then, with the holder's proof.",
    )
    yield reason(
        "RECEIPT_OPENING",
        "Without its opening a receipt does not tell which credential it is about.",
        "Give the opening that was kept beside the receipt (--opening FILE).",
    )
    yield reason(
        "RECEIPT_POLICY", "The policy it was judged by is not at hand.", "Give that policy document (--policy FILE)."
    )
    yield reason(
        "RECEIPT_OTHERWISE",
        "Asked again as of then, the answers are not those of the receipt.",
        "Ask the relying party; the lines that differ are named.",
    )
    yield reason(
        "RECEIPT_UNREPEATABLE",
        "Not everything that was known then is at hand.",
        "Give what the decision rested on: the recorded documents, the nonce and the audience.",
    )


def _build() -> Catalogue:
    return Catalogue(
        MappingProxyType({entry.id: entry for entry in _checks()}),
        MappingProxyType({reason.code: reason for reason in _reasons()}),
    )


CATALOGUE: Final = _build()
