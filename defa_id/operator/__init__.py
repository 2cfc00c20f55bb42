"""Running a trust registry: its sources, changes to them, their keys, and what is published."""
