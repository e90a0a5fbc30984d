"""What may be done with a work: terms, the statements sources make, and what a person knows better."""
