"""The grants language: a YAML file whose predicates are Python expressions, read with positions and checked before use.

Phases: `source` reads YAML and keeps where each value stands; `expressions` parses predicates and functions with `ast` and a
whitelist of nodes; `document` reads the sections; `types` gives predicates their meaning over the tables of a register.
"""
