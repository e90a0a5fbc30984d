"""A data set that nobody needs, added from outside: what a user writes, and the way it goes."""
