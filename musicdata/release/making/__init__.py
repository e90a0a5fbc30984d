"""Making a release: resumable, whole or not at all."""
