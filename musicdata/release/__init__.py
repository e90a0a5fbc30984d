"""Releases: freezing, reading, verifying, comparing, passing on and taking down what was built."""
