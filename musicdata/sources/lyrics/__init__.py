"""Songs with their words: tables, folders of texts, and scores that are at hand."""
