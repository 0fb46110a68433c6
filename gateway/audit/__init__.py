"""What a decision leaves behind: a record of each request in a journal that can be proven whole."""
