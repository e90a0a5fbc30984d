"""The proofs: a check a module, and the registry that finds them."""
