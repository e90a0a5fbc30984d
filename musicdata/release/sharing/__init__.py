"""Who may have what of a release: rights, the views that follow from them, the bag of words."""
