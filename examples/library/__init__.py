"""A public library as three subgraphs: plain strawberry, plain federation, no care in it."""
