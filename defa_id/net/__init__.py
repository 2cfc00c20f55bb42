"""The network: the only room that asks strangers, and only those the registry names."""
