"""The way to an afnemer: GraphQL over HTTP, the page and its files, health, metrics, keys."""
