"""Credential formats, one module a standard: bytes in, a `Credential` or `Presentation` out."""
