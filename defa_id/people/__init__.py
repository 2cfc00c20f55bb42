"""People as credentials describe them: names in any script of the region, partial dates, numbers.

Everything here is a function of its arguments. What comes back are grades and reason codes of the
catalogue, never a yes or no about a person, and no value of the subject: it can be filed as evidence.
"""
