"""The autorisatieserver: it knows the parties by their certificates and issues their access tokens."""
