"""The Cliëntregister: the profile of a person, and how to reach them."""
