"""The composed graph as frozen values: reading join SDL, the model, the client's schema."""
