"""What a release says of itself in `RELEASE.json`."""
