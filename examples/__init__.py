"""Examples: each a README, a few files, and a test that runs them."""
