"""The Bemiddelingsregister: which care office allocates which care to whom."""
