"""Pure: which minutes make a night, and what happened in them."""
