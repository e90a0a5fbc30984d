"""Readers that turn untrusted bytes into checked values: one module a format, one `read` each."""
