"""Strict codecs: bytes in, plain values out, every bound named and sourced in `limits`."""
