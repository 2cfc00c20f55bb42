"""Signature suites: a proof and a key in, nothing out, or a `Fault`."""
