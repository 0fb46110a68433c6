"""The forms in which a stream of answers travels, decided without I/O: one code for both sides of the gateway."""
