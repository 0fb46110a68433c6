"""The Indicatieregister: what CIZ decides about Wlz care."""
