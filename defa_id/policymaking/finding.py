"""What is wrong or doubtful in a policy: which member, by which rule, and what to do about it."""

from __future__ import annotations

from typing import Any, Final

from defa_id.values import NamedTuple

ERROR: Final = "error"
WARNING: Final = "warning"

# Every rule: how grave it is, what it asks of a policy, and the remedy.
RULES: Final = {
    "inclusion.family-name": (
        ERROR,
        "Nobody needs a family name: many people have one name, or names in no such parts.",
        "Require name.full or name.primary, and match names as a whole.",
    ),
    "inclusion.latin-only": (
        ERROR,
        "A name in the script its state writes it in is enough.",
        "Require name.full, and take a transliteration where there is one.",
    ),
    "inclusion.full-date": (
        WARNING,
        "A date of birth known to the year or the month is a lawful date.",
        "Ask for age_over_N as well, or say under review who looks where the answer is not known.",
    ),
    "inclusion.smartphone-only": (
        WARNING,
        "Somebody without a phone of their own has a way, too.",
        "Set review.before_refusal, so that a person looks before somebody with a paper is refused.",
    ),
    "inclusion.online-only": (
        WARNING,
        "Where the network is slow or gone for a day it can still be judged.",
        "Give the lowest level a day or more in status_age_days and registry_age_days.",
    ),
    "inclusion.no-appeal": (
        WARNING,
        "Whoever is refused knows where to turn.",
        "Name it in review.appeal.",
    ),
    "inclusion.one-format": (
        WARNING,
        "A format is a means; states that issue another are not shut out by it alone.",
        "Take several formats, or leave formats out: the registry says what each issuer may use.",
    ),
    "neutrality.named": (
        ERROR,
        "A policy names no issuer, wallet or product without an objective criterion.",
        "Say what it must be able to do, or add `or any other that ...` with the criterion.",
    ),
    "neutrality.compared": (
        ERROR,
        "A policy asks no predicate that only one issuer, wallet or product can answer with yes.",
        "Compare what was found out about the person, not who found it out; who may, the registry says.",
    ),
    "neutrality.source": (
        WARNING,
        "A list of formats or algorithms says on what it rests.",
        "Name the standard, study or rule in the document's member source.",
    ),
    "contradiction.never-requested": (
        ERROR,
        "What is never asked for is not asked for, required or compared.",
        "Take it out of one of the two.",
    ),
    "contradiction.not-asked": (
        ERROR,
        "What is required is asked for.",
        "Add it to ask, or leave ask out: then everything disclosed is taken.",
    ),
    "contradiction.transfer": (
        ERROR,
        "What is asked for may leave, or a predicate stands in its place.",
        "Ask a predicate about it, or leave that state's people another way.",
    ),
    "contradiction.format": (
        ERROR,
        "A type that a purpose takes comes in a format the policy takes.",
        "Add its format to formats, or take a type that has one.",
    ),
    "contradiction.link": (
        ERROR,
        "A credential that is linked is one the purpose takes.",
        "Add the type to types of that purpose.",
    ),
    "contradiction.waived": (
        ERROR,
        "A check that is waived has nothing to decide.",
        "Do not waive it, or take out what it was to decide.",
    ),
    "reach.purpose": (
        ERROR,
        "A purpose with rules is in the vocabulary: a recognition can only be limited to one that is.",
        "Mend the spelling, or have the purpose added to the vocabulary.",
    ),
    "reach.type": (
        ERROR,
        "A type that is named is in the vocabulary or on a state's list.",
        "Mend the spelling, or have the type added to the vocabulary.",
    ),
    "reach.not-issued": (
        WARNING,
        "A type that is named is issued by somebody on a list.",
        "Nobody can satisfy this yet; say so where it is announced.",
    ),
    "reach.transfer": (
        WARNING,
        "Every transfer rule decides something.",
        "Take it out: the rule named stands before it for everything it speaks of.",
    ),
    "reach.phase": (
        WARNING,
        "What comes step by step has not come altogether.",
        "Take it out: the rule holds for everybody now.",
    ),
    "reach.level": (
        WARNING,
        "The level asked for is granted to somebody the relying state recognises.",
        "Ask for less, or agree on more with a partner.",
    ),
    "reach.environment": (
        WARNING,
        "Something in the registry reaches an environment the policy takes.",
        "Nothing is accepted with this registry; that may be meant.",
    ),
    "reach.state": (
        WARNING,
        "A state that is named has a list.",
        "Mend the code (ISO 3166-1 alpha-2), or have the state added.",
    ),
    "algorithm.ended": (
        ERROR,
        "At least one algorithm has not ended.",
        "Add one that lasts; nothing at all is accepted now.",
    ),
    "algorithm.ending": (
        WARNING,
        "An algorithm lasts beyond half a year.",
        "Tell issuers and holders, and add a successor in time.",
    ),
}


class Finding(NamedTuple):
    """One thing found: `member` by its dotted path, `rule` out of `RULES`, `found` in one clause."""

    member: str
    rule: str
    found: str

    @property
    def severity(self) -> str:
        """`error` or `warning`."""
        return RULES[self.rule][0]

    @property
    def asked(self) -> str:
        """What the rule asks of a policy."""
        return RULES[self.rule][1]

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return RULES[self.rule][2]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {**self._asdict(), "severity": self.severity, "asked": self.asked, "remedy": self.remedy}
