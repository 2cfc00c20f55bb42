"""The trust registry: who may issue what, since when, for whom, and who relies on it."""
