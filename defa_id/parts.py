"""The switchboard: which formats, suites, resolvers and checks a verifier has. Values, handed in.

A part joins a verifier because somebody wrote it into the table they hand over, never because it
was installed. Each format's and resolver's module is imported when it is first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

from defa_id.catalogue import CATALOGUE, Catalogue, CheckEntry, Reason
from defa_id.codec.text import printable
from defa_id.credential import Credential, KeyBinding
from defa_id.errors import Fault, Unknowable, WrongUse
from defa_id.keys import PublicKey
from defa_id.policy import Expected, Policy
from defa_id.sources import Lookup
from defa_id.status import Mechanism
from defa_id.suites import Means, Suite
from defa_id.values import NamedTuple
from defa_id.verdict import Found

CONTROLLER: Final = "controller"  # a verification method's https URL, in a controlled identifier document
# From a verification method's URL (or an identifier, and behind `#` the kid) to its key, with what it may ask.
Resolver = Callable[[str, Lookup], PublicKey]


class Format(NamedTuple):
    """One format. `steps` read it, each under its own check, from the bytes to a `Credential`,
    `Presentation` or `Response`; the first also takes the `Reading`. `binding` reads a holder's proof
    that came along, in the light of what this verifier expects."""

    name: str
    recognises: Callable[[bytes], bool]
    steps: tuple[tuple[str, Callable[..., Any]], ...]
    binding: Callable[[Credential, Expected], KeyBinding] | None = None


class Case(NamedTuple):
    """What an own check may look at: one credential whose issuer, key and proof are settled or not,
    the policy, and the moment."""

    credential: Credential
    home_state: str | None
    policy: Policy
    at: datetime


class OwnCheck(NamedTuple):
    """A relying party's own question, asked after all others. Its id stands in the parts' catalogue."""

    id: str
    step: Callable[[Case], Found[Any]]


class Parts(NamedTuple):
    """The tables of one verifier. `lists`: formats only a status list comes in."""

    formats: tuple[Format, ...]
    suites: Mapping[str, Suite]
    resolvers: Mapping[str, Resolver]
    statuses: Mapping[str, Mechanism] = MappingProxyType({})
    lists: tuple[Format, ...] = ()
    catalogue: Catalogue = CATALOGUE
    checks: tuple[OwnCheck, ...] = ()
    means: Means = Means()

    def with_format(self, format: Format) -> Parts:
        """These parts and one more format. Raises `ValueError` if its name is taken."""
        if any(format.name == known.name for known in self.formats):
            raise ValueError(f"format {format.name} exists")
        return self._replace(formats=(*self.formats, format))

    def with_resolver(self, method: str, resolve: Resolver) -> Parts:
        """These parts and a resolver for one DID method, for `https` issuers, or for methods at https (CONTROLLER)."""
        return self._replace(resolvers=MappingProxyType({**self.resolvers, method: resolve}))

    def with_worker(self, name: str, work: Callable[..., Any]) -> Parts:
        """These parts and one more function that suites may call outside the middle."""
        workers = MappingProxyType({**self.means.workers, name: work})
        return self._replace(means=self.means._replace(workers=workers))

    def with_check(self, entry: CheckEntry, step: Callable[[Case], Found[Any]], *reasons: Reason) -> Parts:
        """These parts and one more check, required whenever `entry.when` says so.

        Raises `ValueError` if the id or a reason is taken.
        """
        return self._replace(
            catalogue=self.catalogue.with_check(entry, *reasons), checks=(*self.checks, OwnCheck(entry.id, step))
        )

    def require_format(self, name: str | None) -> None:
        """Return if it is one of these formats, or none is named. Raises `WrongUse`."""
        names = [format.name for format in self.formats]
        if name is not None and name not in names:
            raise WrongUse(f"no format {printable(name)!r}", hint=f"There are {', '.join(names)}.")

    def detect(self, data: bytes, name: str | None) -> Format:
        """The one format this is. Raises `Fault` INPUT_FORMAT_UNKNOWN, INPUT_FORMAT_MISMATCH, JOSE_NOT_COMPACT."""
        found = [format for format in self.formats if format.recognises(data)]
        if name is not None and (len(found) != 1 or found[0].name != name):
            seen = found[0].name if found else _seems(data) or "nothing this verifier reads"
            raise Fault("INPUT_FORMAT_MISMATCH", f"asked for {name}, this is {seen}", asked=name)
        if len(found) != 1:
            if _is_json_serialised(data):
                raise Fault("JOSE_NOT_COMPACT")
            seems = _seems(data)
            raise Fault("INPUT_FORMAT_UNKNOWN", f"it is {seems}" if seems else "")
        return found[0]

    def resolve(self, url: str, lookup: Lookup, method: str | None = None) -> PublicKey:
        """The key a DID URL or https identifier names by itself. `method`: who finds it out, if not whom the
        URL's own method or scheme names. Raises `Fault` DID_METHOD and the resolver's."""
        scheme, _, rest = url.partition(":")
        method = method or (rest.partition(":")[0] if scheme == "did" else scheme)
        if method not in self.resolvers:
            raise Unknowable("DID_METHOD", f"no resolver for {method[:16]!r}")
        return self.resolvers[method](url, lookup)


def _seems(data: bytes) -> str:
    from defa_id.codec import beginnings

    return beginnings.seems(data)


def _is_json_serialised(data: bytes) -> bool:
    """Whether this is a JWS in JSON serialisation (RFC 7515 §7.2) rather than some other JSON."""
    from defa_id.codec import strict_json

    if not data.lstrip().startswith(b"{"):
        return False
    try:
        members = strict_json.load_object(data)
    except Fault:
        return False
    header = members.get("header")
    disclosures = isinstance(header, dict) and "disclosures" in header
    return "payload" in members and ("signature" in members or "signatures" in members) and not disclosures


def _later(module: str, name: str) -> Callable[..., Any]:
    """A function by name, imported when first called: one format never pays for another."""
    found: Callable[..., Any] | None = None

    def call(*arguments: Any) -> Any:
        nonlocal found
        if found is None:
            found = getattr(import_module(module), name)
        return found(*arguments)

    return call


def _recognises(module: str, possible: Callable[[bytes], bool]) -> Callable[[bytes], bool]:
    """Whether this is of a format. `possible` is what can be seen before the module is there, which has the say."""
    recognises = _later(module, "recognises")
    return lambda data: possible(data) and recognises(data)


def _begins(*first: bytes) -> Callable[[bytes], bool]:
    """Whether it begins with one of these bytes."""
    any_of = frozenset(b"".join(first))
    return lambda data: data[0] in any_of if data else False


def _naming(name: bytes) -> Callable[[bytes], bool]:
    """Whether it begins as a JSON object and this name stands in it."""
    return lambda data: data[:1] == b"{" and name in data


def _in_dots(data: bytes) -> bool:
    """Whether it can be a compact JWS and nothing more: text without tildes."""
    return data[:1] < b"\x80" and b"~" not in data


def _in_tildes(data: bytes) -> bool:
    """Whether it can be an SD-JWT: text in parts between tildes, or JSON."""
    return data[:1] < b"\x80" and (b"~" in data or _naming(b'"disclosures"')(data))


def _in_form(data: bytes) -> bool:
    """Whether it can be the answer of a wallet: fields of a form, which is ASCII, or JSON."""
    return data[:1] < b"\x80" and (b"=" in data if data[:1] != b"{" else b'"vp_token"' in data or b'"response"' in data)


def _sd_format(name: str, module: str) -> Format:
    return Format(
        name,
        _recognises(module, _in_tildes),
        (
            ("format.wellformed", _later(module, "read")),
            ("format.disclosures", _later(module, "disclose")),
            ("format.model", _later(module, "model")),
        ),
        _later("defa_id.formats.sd_jwt", "key_binding"),
    )


def _plain_format(name: str, module: str, possible: Callable[[bytes], bool]) -> Format:
    return Format(
        name,
        _recognises(module, possible),
        (("format.wellformed", _later(module, "read")), ("format.model", _later(module, "model"))),
    )


def _mdoc() -> Format:
    module = "defa_id.formats.mdoc"
    return Format(
        "mdoc",
        _recognises(module, _begins(bytes(range(0xA0, 0xC0)), b"opqrstu")),  # a map in CBOR; the same in base64
        (
            ("format.wellformed", _later(module, "read")),
            ("format.disclosures", _later(module, "disclose")),
            ("format.model", _later(module, "model")),
        ),
        _later("defa_id.formats.mdoc_session", "binding"),
    )


def _mechanism(module: str) -> Mechanism:
    return Mechanism(_later(module, "refer"), _later(module, "look"))


_TAG: Final = bytes(range(0xC0, 0xE0))  # a tag in CBOR (RFC 8949 §3.1)
_BASE45: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # RFC 9285 §4; digits begin base64 of a tag, too
_BITSTRING: Final = _mechanism("defa_id.status.bitstring")
_DI_SUITE: Final = _later("defa_id.suites.data_integrity", "verify")

DEFAULT_PARTS: Final = Parts(
    formats=(
        _plain_format("vc-jwt", "defa_id.formats.vc_jwt", _in_dots),
        _sd_format("sd-jwt-vc", "defa_id.formats.sd_jwt_vc"),
        _sd_format("vc-sd-jwt", "defa_id.formats.vc_sd_jwt"),
        _plain_format("data-integrity", "defa_id.formats.data_integrity", _naming(b'"@context"')),
        _mdoc(),
        _plain_format("cwt", "defa_id.formats.cwt", _begins(_TAG, _BASE45)),
        _plain_format("vc-cose", "defa_id.formats.vc_cose", _begins(_TAG, b"0")),
        _plain_format("philsys", "defa_id.formats.philsys", _naming(b'"DateIssued"')),
        Format(
            "openid4vp",
            _recognises("defa_id.formats.openid4vp", _in_form),
            (("format.wellformed", _later("defa_id.formats.openid4vp", "read")),),
        ),
    ),
    suites=MappingProxyType(
        {
            "jws": _later("defa_id.suites.jws", "verify"),
            "cose": _later("defa_id.suites.cose", "verify"),
            "cose-mac": _later("defa_id.suites.cose", "verify_agreed"),
            "eddsa-rdfc-2022": _DI_SUITE,
            "eddsa-jcs-2022": _DI_SUITE,
            "ecdsa-rdfc-2019": _DI_SUITE,
            "ecdsa-jcs-2019": _DI_SUITE,
            "ecdsa-sd-2023": _later("defa_id.suites.ecdsa_sd", "verify"),
            "bytes": _later("defa_id.suites.plain_bytes", "verify"),
            "legacy": _later("defa_id.suites.legacy", "verify"),
        }
    ),
    resolvers=MappingProxyType(
        {
            "key": _later("defa_id.resolvers.did_key", "resolve"),
            "jwk": _later("defa_id.resolvers.did_jwk", "resolve"),
            "web": _later("defa_id.resolvers.did_web", "resolve"),
            "webvh": _later("defa_id.resolvers.did_webvh", "resolve"),
            "https": _later("defa_id.resolvers.jwt_vc_issuer", "resolve"),
            CONTROLLER: _later("defa_id.resolvers.controller", "resolve"),
        }
    ),
    statuses=MappingProxyType(
        {
            "BitstringStatusListEntry": _BITSTRING,
            "StatusList2021Entry": _BITSTRING,
            "PhilSysOnline": _mechanism("defa_id.status.online_only"),
            "status_list": _mechanism("defa_id.status.token_list"),
        }
    ),
    lists=(_plain_format("status-list-token", "defa_id.formats.status_list_token", bool),),
    means=Means(documents=_later("defa_id.contexts", "load")),
)
