"""People as credentials describe them: names in any script of the region, partial dates, numbers.

Everything here is a function of its arguments. What comes back are grades and reason codes of the
catalogue, never a yes or no about a person, and no value of the subject: it can be filed as evidence.
"""

from defa_id.people.dates import AgeOver, Agreement, DateMatch, PartialDate, age_over
from defa_id.people.grades import Grade, Match
from defa_id.people.matching import compare
from defa_id.people.names import Finding, Form, Name, examine

__all__ = [
    "AgeOver",
    "Agreement",
    "DateMatch",
    "Finding",
    "Form",
    "Grade",
    "Match",
    "Name",
    "PartialDate",
    "age_over",
    "compare",
    "examine",
]
