"""How names are used in each state: titles, the words for son and daughter of, and what may be left out.

The lists concern languages, not law. They were put together from descriptions of naming customs and
are general knowledge (G), except where a country pack names a source; they are never complete.

A title is left out of every comparison. `bearing` words may be a title or a part of the name (Maung,
Saw, Tengku), and somebody's identity hangs on them: they are kept as words, and a name that lacks one is
a variant. Words stand in small letters without punctuation, as `words.key` makes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from defa_id.people import scripts
from defa_id.values import NamedTuple

SON: Final = "son"
DAUGHTER: Final = "daughter"
CHILD: Final = "child"


class Tradition(NamedTuple):
    """The customs of one state, or of several together.

    `order`: which part stands first in the full name; `none` where there are no family names, `several`
    where customs live side by side. `whole`: no part of a name may be left out or moved. `marked`: a
    letter with another mark makes another name. `old_spelling`: names kept the spelling of before a reform.
    `alone`: many have one name, to which a form that asks for two adds another. `chinese`: Chinese names are
    spelt by the language they are spoken in, and by hanyu pinyin.
    """

    titles: frozenset[str]
    bearing: frozenset[str] = frozenset()
    connectors: Mapping[str, str] = MappingProxyType({})
    abbreviations: Mapping[str, str] = MappingProxyType({})
    order: str = "several"
    whole: bool = False
    old_spelling: bool = False
    marked: bool = False
    alone: bool = False
    chinese: bool = False


def _words(text: str) -> frozenset[str]:
    """Words and phrases, divided by commas."""
    return frozenset(part.strip() for part in text.split(",") if part.strip())


EVERYWHERE: Final = Tradition(_words("mr, mrs, ms, miss, mdm, madam, dr, prof, professor, sir, rev"))

_MALAY_CONNECTORS: Final = {
    **dict.fromkeys(("bin", "b.", "ibn", "s/o", "a/l", "anak lelaki", "بن"), SON),
    **dict.fromkeys(("binti", "binte", "bte", "bt", "d/o", "a/p", "anak perempuan", "بنت", "بنتي"), DAUGHTER),
    **dict.fromkeys(("anak", "ak", "انق"), CHILD),
}
_MALAY_SHORT: Final = {
    **dict.fromkeys(("mohd", "muhd", "mhd", "moh", "md", "mohamad", "mohammad", "mohamed", "mohammed"), "muhammad"),
    "muhamad": "muhammad",
    "abd": "abdul",
}
_PILGRIMS: Final = _words("haji, hajjah, hajah, hj, hjh")
# Thai ranks and degrees: never without their full stops, as many are words and names besides (พอ, รอ).
RANKS: Final = _words(
    "รต, รท, รอ, พต, พท, พอ, พลต, พลท, พลอ, สต, สท, สอ, จสต, จสท, จสอ, รตต, รตท, รตอ, พตต, พตท, พตอ, พลตต, พลตท, พลตอ,"
    "สตต, สตท, สตอ, ดต, นต, นท, นอ, พลรต, พลรท, พลรอ, พลอต, พลอท, พลออ, ศ, รศ, ผศ, นพ, พญ, ทพ"
)
# Abbreviations of one consonant a syllable: written together with a name they are told from it by their full stops.
DOTTED: Final = RANKS | _words("นส, ดช, ดญ, ดร")

MALE: Final = "male"
FEMALE: Final = "female"
# Titles that are of a man or of a woman. Hj is either, by the country.
BORNE_BY: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(_words("mr, sir, encik, tuan, awang, haji, bapak, bpk, drs, senhor, ông"), MALE),
        **dict.fromkeys(_words("u, ko, ဦး, ကို, លោក, ທ້າວ, นาย, เด็กชาย, ดช"), MALE),
        **dict.fromkeys(_words("mrs, ms, miss, mdm, madam, puan, cik, puan sri, toh puan, dayang, datin"), FEMALE),
        **dict.fromkeys(_words("datin paduka, datin seri, datin sri, hajjah, hajah, hjh, ibu, dra, gng"), FEMALE),
        **dict.fromkeys(_words("senhora, sra, bà, daw, ma, ဒေါ်, မ, លោកស្រី, អ្នកស្រី, កញ្ញា, ນາງ"), FEMALE),
        **dict.fromkeys(_words("นาง, นางสาว, นส, เด็กหญิง, ดญ"), FEMALE),
    }
)

TRADITIONS: Final[Mapping[str, Tradition]] = MappingProxyType(
    {
        "BN": Tradition(
            _PILGRIMS
            | _words(
                "pengiran, pengiran anak, pengiran muda, awang, dayang, pehin, dato, dato paduka, dato seri, datin"
            )
            | _words("dato seri paduka, datin paduka, datin seri"),
            _words("awangku, dayangku"),
            connectors=_MALAY_CONNECTORS,
            abbreviations=_MALAY_SHORT,
            order="none",
            chinese=True,
        ),
        "ID": Tradition(
            _words("bapak, ibu, bpk, haji, hajjah, hj, drs, dra"),
            _words("h, i, ir, kh, ni, raden, tengku, teuku, cut"),
            connectors={"bin": SON, "binti": DAUGHTER},
            abbreviations=_MALAY_SHORT,
            order="none",
            old_spelling=True,
            alone=True,
        ),
        "KH": Tradition(
            _words("លោក, លោកស្រី, អ្នកស្រី, កញ្ញា, ឯកឧត្តម"),
            _words("lok, lok srey, neak srey, oknha, samdech"),
            order="family_given",
        ),
        "LA": Tradition(_words("ທ້າວ, ນາງ, ທ່ານ"), _words("thao, nang, nai"), order="given_family"),
        "MM": Tradition(
            _words("u, daw, ko, ma, ဦး, ဒေါ်, ကို, မ"),
            _words("maung, mg, saw, naw, sai, nang, mahn, khun, nai, mi, min, bo, ashin, salai, duwa")
            | _words("မောင်, စော, နော်, စိုင်း, နန်း, မန်း, ခွန်, နိုင်, မိ, မင်း, ဗိုလ်, အရှင်, ဆလိုင်း"),
            order="none",
            whole=True,
        ),
        "MY": Tradition(
            _PILGRIMS
            | _words("tan sri, puan sri, toh puan, datuk, datuk seri, datuk patinggi, datuk amar, dato, dato sri")
            | _words("dato seri, datin, datin sri, datin seri, datin paduka, encik, puan, cik, tuan"),
            _words("tun, en, pn, ir, ts, tengku, tunku, ungku, raja, syed, sharifah, wan, nik, megat, puteri, abang"),
            connectors=_MALAY_CONNECTORS,
            abbreviations=_MALAY_SHORT,
            order="several",
            chinese=True,
        ),
        "PH": Tradition(
            _words("atty, engr, hon, gng"),
            _words("g, bb, don, doña, datu, bai"),
            abbreviations={"ma": "maria", "sta": "santa", "sto": "santo"},
            order="given_family",
        ),
        "SG": Tradition(
            _PILGRIMS, connectors=_MALAY_CONNECTORS, abbreviations=_MALAY_SHORT, order="several", chinese=True
        ),
        "TH": Tradition(
            _words("นาย, นาง, นางสาว, เด็กชาย, เด็กหญิง") | DOTTED,
            _words("nai, nang, nangsao, khun, คุณ, พระ, หม่อมราชวงศ์, หม่อมหลวง, มรว, มล"),
            order="given_family",
        ),
        "TL": Tradition(
            _words("senhor, senhora, sra"),
            _words("sr, dom, dona, maun, mana"),
            abbreviations={"ma": "maria", "mª": "maria"},
            order="given_family",
        ),
        "VN": Tradition(_words("ông, bà"), _words("anh, chị, cô"), order="family_given", marked=True),
    }
)

# Where a language is at home, for names that come with a language and no state.
_HOMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "id": ("ID",),
        "jv": ("ID",),
        "su": ("ID",),
        "km": ("KH",),
        "lo": ("LA",),
        "my": ("MM",),
        "shn": ("MM",),
        "mnw": ("MM",),
        "ksw": ("MM",),
        "ms": ("MY", "BN", "SG"),
        "fil": ("PH",),
        "tl": ("PH",),
        "ceb": ("PH",),
        "ta": ("SG", "MY"),
        "th": ("TH",),
        "tet": ("TL",),
        "pt": ("TL",),
        "vi": ("VN",),
    }
)


def states_of(language_tag: str | None) -> tuple[str, ...]:
    """The states whose customs a name in that language may follow; its region, if it names one of them."""
    region = scripts.region(language_tag)
    if region in TRADITIONS:
        return (region,) if region else ()
    return _HOMES.get(scripts.language(language_tag) or "", ())


def of(states: Iterable[str]) -> Tradition:
    """The customs of all these states together, and those of everywhere; unknown states add nothing."""
    known = [TRADITIONS[state] for state in sorted(set(states)) if state in TRADITIONS]
    everything = [EVERYWHERE, *known]
    return Tradition(
        frozenset().union(*(one.titles for one in everything)),
        frozenset().union(*(one.bearing for one in everything)),
        {word: relation for one in everything for word, relation in one.connectors.items()},
        {word: meant for one in everything for word, meant in one.abbreviations.items()},
        known[0].order if len({one.order for one in known}) == 1 else "several",
        bool(known) and all(one.whole for one in known),
        any(one.old_spelling for one in known),
        any(one.marked for one in known),
        any(one.alone for one in known),
        any(one.chinese for one in known),
    )
