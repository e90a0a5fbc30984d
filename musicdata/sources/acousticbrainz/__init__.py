"""Documents of AcousticBrainz: what they say, and where they are had: dumps, the web service, one's own audio."""
