"""Key resolvers, one module a method: an identifier or a chain in, a `PublicKey` out, or a `Fault`."""
