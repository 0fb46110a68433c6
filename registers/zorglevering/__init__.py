"""The Zorgleveringsregister: which care providers deliver, postpone and ask for."""
