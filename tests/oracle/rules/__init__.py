"""The published rules, a module for each register, over plain rows: what `tests/oracle/table12.py` is made of."""
