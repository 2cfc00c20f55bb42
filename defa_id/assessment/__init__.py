"""Where a state stands: against a baseline and its partners, and before it joins.

Everything here is this project's own reading of a registry, for those who decide what to do next.
It binds nobody, and a lack is about a list, a rule or a statement, never about people.
"""
