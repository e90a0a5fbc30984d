"""Recordings of albums as MusicBrainz has them: by its web service, or in its JSON dump of releases."""
