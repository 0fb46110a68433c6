"""Who may read what: the grants file, and its two readings (static decision here, row policies at the source)."""
