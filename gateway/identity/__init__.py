"""Who calls: access tokens, the key sets that prove them, and the signed decision context for registers."""
