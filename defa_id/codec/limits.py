"""Every bound the middle enforces, once, with where the number comes from.

Sources are named by the key in the trailing note: [own] is this project's adversarial catalogue
(section 11.2), kept well above what genuine credentials need.
"""

from __future__ import annotations

from typing import Final

KIB: Final = 1024

INPUT_BYTES: Final = 256 * KIB  # one credential or presentation as handed in [own]
INPUT_CBOR_BYTES: Final = 1024 * KIB  # the same in CBOR, where a portrait needs no base64 [own]
PICTURE_BYTES: Final = 16 * 1024 * KIB  # a picture or PDF with codes in it [own]
PICTURE_PIXELS: Final = 24_000_000  # of one picture or page: what a telephone's camera takes [own]
PICTURE_CODES: Final = 16  # in one picture or PDF [own]
PICTURE_CPU_SECONDS: Final = 20  # finding the codes of one picture or PDF [own]
PICTURE_SECONDS: Final = 60  # the same, on the wall [own]
PDF_PAGES: Final = 16  # of a PDF with codes on them [own]
HEADER_BYTES: Final = 8 * KIB  # a decoded JOSE header without certificates [own]
HEADER_X5C_BYTES: Final = 48 * KIB  # the same with an x5c chain [own]

JSON_DEPTH: Final = 32  # nested arrays and objects [own]
JSON_NODES: Final = 20_000  # values of any kind in one document [own]
JSON_MEMBERS: Final = 1_024  # members of one object [own]
JSON_STRING: Final = 512 * KIB  # characters of one string; portraits are the long ones [own]
JSON_NUMBER_CHARS: Final = 32  # characters of one number literal [own]
JSON_INTEGER: Final = 2**53 - 1  # RFC 8259 §6 and RFC 7493 §2.2: what every reader agrees on
DOCUMENT_BYTES: Final = 1024 * KIB  # a registry, policy, schema or DID document [own]

CBOR_DEPTH: Final = 24  # nested arrays, maps, tags and embedded items [formats.md]
CBOR_NODES: Final = 20_000  # items of any kind in one document, embedded ones counted [own]
CBOR_MEMBERS: Final = 1_024  # members of one map [own]
CBOR_STRING: Final = 512 * KIB  # bytes of one string; portraits are the long ones [own]

CWT_BYTES: Final = 256 * KIB  # a token of a QR code, decompressed; the largest QR code holds 3 KiB [own; ISO/IEC 18004]

DISCLOSURES: Final = 256  # of one SD-JWT [own]
DISCLOSURE_CHARS: Final = 32 * KIB  # one disclosure as sent [own]
DISCLOSURE_DEPTH: Final = 16  # disclosures within disclosures [own]
SD_DIGESTS: Final = 1_024  # digests and decoys of one SD-JWT [own]

PRESENTED_CREDENTIALS: Final = 8  # credentials in one presentation [own]
ENVELOPE_DEPTH: Final = 2  # a presentation around a credential, nothing deeper [own]
SIGNATURES: Final = 16  # signature operations in one verification [own]

X509_CHAIN: Final = 3  # certificates in an x5c header [own]
X509_BYTES: Final = 8 * KIB  # one certificate, DER [own]
X509_NAMES: Final = 64  # attributes of one name, alternative names of one certificate [own]
X509_NAME_BYTES: Final = 256  # one attribute of a name; RFC 5280 Appendix A.1 has 64 for a common name [own]
SETTLED: Final = 1_024  # answers of the registry that one verifier keeps at hand [own]
REMEMBERED_CHAINS: Final = 4_096  # signers' chains whose listing a registry snapshot keeps at hand [own]
CRL_BYTES: Final = 8192 * KIB  # a certificate revocation list [own]

PROOFS: Final = 4  # proofs on one document [own]
SD_SIGNATURES: Final = 512  # statement signatures in one ecdsa-sd-2023 proof [own]

STATUS_DOCUMENT_BYTES: Final = 1024 * KIB  # a status list as fetched [own]
STATUS_BYTES: Final = 8192 * KIB  # a status list, decompressed: 2^26 bits [own]
STATUS_BITSTRING_ENTRIES: Final = 131_072  # fewer would tell holders apart [W3C Bitstring Status List §2.2]
STATUS_HERD: Final = 1_024  # entries of a token status list under which a look into it is noted [own]
STATUS_URL_CHARS: Final = 2_048  # [own]
STATUS_INDEX_CHARS: Final = 10  # digits of an index; 2^26 entries need eight [own]
STATUS_DECODED: Final = 8  # decompressed lists kept in memory [own]
STATUS_OPENED: Final = 64  # verified lists kept by one verifier [own]
STATUS_TTL_LEAST_SECONDS: Final = 60  # the shortest time a list's own ttl may ask for [own]
STATUS_TTL_MOST_SECONDS: Final = 86_400  # the longest [own]

DID_CHARS: Final = 2_048  # one DID URL; bounds base58, whose decoding is quadratic [own]
DID_BYTES: Final = 64 * KIB  # a DID document, issuer metadata or key set [own]
DID_METHODS: Final = 32  # verification methods or keys in one of them [own]
DID_LOG_BYTES: Final = 1024 * KIB  # a did:webvh log, and its witnesses' proofs [own]
DID_LOG_ENTRIES: Final = 256  # versions in a did:webvh log [own]
DID_WITNESSES: Final = 16  # of one did:webvh log entry [own]
MULTIBASE_CHARS: Final = 1_024  # a did:key identifier; an RSA-4096 key needs about 720 [own]

LINKED_CONTEXTS: Final = 8  # JSON-LD contexts one document names [own]
LINKED_COMPILED: Final = 512  # steps between active contexts that are remembered [own]
POINTER_CHARS: Final = 1_024  # one JSON pointer of a selective disclosure [own]
RDF_QUADS: Final = 2_000  # statements of one document [own]
RDF_CHARS: Final = 4_096 * KIB  # of all statements of one document: a long subject stands in each of its own [own]
RDF_BLANK_NODES: Final = 64  # nodes without an identifier in one document [own]
RDF_HASH_CALLS: Final = 4_000  # n-degree hashes while labelling one document [own; W3C rdf-canon §7.1]
RDF_STEPS: Final = 50_000  # related hashes and permutations tried on the way [own; W3C rdf-canon §7.1]

WORKER_CPU_MILLISECONDS: Final = 500  # one answer of a full JSON-LD processor [own]
WORKER_SECONDS: Final = 10  # one answer of a helper process, on the wall [own; didkit 10 s]
WORKER_START_SECONDS: Final = 60  # until a helper process is up: it imports large libraries [own]
WORKER_MEMORY_BYTES: Final = 512 * 1024 * KIB  # address space of a helper process [own]
WORKER_ANSWER_BYTES: Final = 8192 * KIB  # one answer of a helper process [own]
WORKER_QUESTIONS: Final = 10_000  # answers of one helper process until the next takes over [own]

LEEWAY_SECONDS: Final = 60  # clock skew between issuer and verifier [formats.md; RFC 7519 §4.1.4 "a few minutes"]
KEY_BINDING_SECONDS: Final = 300  # age of a key binding or presentation proof [formats.md]

REGISTRY_ROOT_BYTES: Final = 256 * KIB  # one version of the root role [own]
REGISTRY_ROOT_HOPS: Final = 64  # root versions walked in one go [own]
REGISTRY_TIMESTAMP_BYTES: Final = 16 * KIB  # [own]
REGISTRY_SNAPSHOT_BYTES: Final = 1024 * KIB  # [own]
REGISTRY_ROLE_BYTES: Final = 1024 * KIB  # a targets role [own]
REGISTRY_LIST_BYTES: Final = 8192 * KIB  # one state's list [own]
REGISTRY_NODES: Final = 2_000_000  # values in one registry file; 5,000 issuers need about 400,000 [own]
REGISTRY_DELEGATIONS: Final = 32  # roles one role may delegate to [own]
REGISTRY_HANDOVERS: Final = 64  # changes of one state's keys a client can follow at once, as with roots [own]
MEMORY_BYTES: Final = 16 * 1024 * KIB  # what one client remembers of all registries, deny entries included [own]
REGISTRY_BUNDLE_BYTES: Final = 64 * 1024 * KIB  # a bundle, unpacked [own]

NAME_CHARS: Final = 300  # characters of one name, NFC [schemas/credentials: maxLength of a name]
NAME_WORDS: Final = 16  # words of one name; more are not compared [own]
NAME_FORMS: Final = 16  # ways one name is written; so many are compared [schemas/credentials: maxItems]
NAME_MARKS: Final = 4  # accents on one letter; Vietnamese needs two, no living script more than three [own]
NAME_MARK_RUN: Final = 10  # marks of any kind in a row; the fullest Burmese syllable has eight [own]
NUMBER_CHARS: Final = 64  # characters of one identifying number [schemas/credentials: maxLength of a document number]

LANGUAGE_BYTES: Final = 4096 * KIB  # one language; all texts with comments have about 200 KiB [own]
RECEIPT_BYTES: Final = 256 * KIB  # a receipt; one of eight credentials has about 60 KiB [own]
NET_TOTAL_SECONDS: Final = 3  # one question, from asking to the last byte [own]
NET_CONNECT_SECONDS: Final = 1  # to one of a host's addresses [own]
NET_DNS_SECONDS: Final = 1  # [own]
NET_ADDRESSES: Final = 16  # of one host name [own]
PREFETCH_SECONDS: Final = 15  # one question of a prefetch, waiting for its turn included [own]
PREFETCH_QUESTIONS: Final = 20_000  # of one prefetch; 5,000 issuers with two lists each need half of it [own]
RECORDED_BYTES: Final = 512 * 1024 * KIB  # documents recorded beforehand, all together [own]
NET_AT_ONCE: Final = 4  # questions under way, one of them a host [own]
NET_QUESTIONS: Final = 256  # in five minutes, to all hosts together [own]
NET_QUESTIONS_A_HOST: Final = 32  # in five minutes [own]
NET_WINDOW_SECONDS: Final = 300  # [own]
NET_KEPT_SECONDS: Final = 300  # a document whose server says nothing about it [own]
NET_KEPT_LEAST_SECONDS: Final = 60  # [own: clamp of a status list's time to live]
NET_KEPT_MOST_SECONDS: Final = 24 * 3600  # [own: the same]
NET_PAUSE_SECONDS: Final = 30  # before a question that failed is put again; doubled each time [own: one in 30 s]
NET_PAUSE_MOST_SECONDS: Final = 300  # [own]
NET_KEPT_BYTES: Final = 32 * 1024 * KIB  # of documents in memory; four times that on disk [own]
NET_KEPT_DOCUMENTS: Final = 512  # in memory, or on disk [own]

ECHO_CHARS: Final = 64  # of hostile input in any message, escaped [own]
