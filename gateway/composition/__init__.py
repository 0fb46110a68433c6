"""Register schemas in, a supergraph out: links, merging, rules, satisfiability, join SDL."""
