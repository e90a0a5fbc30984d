"""Reading a release."""
