"""The domain: formats, text, rendering, features, similarity, rights. Knows no table, workspace or recipe."""
