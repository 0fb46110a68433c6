"""The gateway: one graph over many subgraphs, with grants. It knows nothing of what the graph is about."""
