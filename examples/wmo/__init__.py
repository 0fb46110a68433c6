"""A register of a neighbouring domain that joins the iWlz graph by client."""
