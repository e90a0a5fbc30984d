"""The proofs, a module for what belongs together; `musicdata.definitions.check` finds them."""
