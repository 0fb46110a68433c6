"""Subgraph schemas in, supergraph out."""
