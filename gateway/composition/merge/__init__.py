"""Merging by kind: the definitions of all subgraphs of one element become one, and what they disagree on is said."""
