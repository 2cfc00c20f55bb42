"""Credential types: each defined once, and what follows from it in every format and beside other standards."""
