"""Lists of other kinds: written from what is published, and read into quarantine, never into a registry."""
