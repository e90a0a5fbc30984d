"""What a release says of itself, computed from its record and its rows: card, citation, Croissant."""
