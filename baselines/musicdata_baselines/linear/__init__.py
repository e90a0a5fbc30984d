"""Linear estimators: canonical correlation analysis of two and of several views, on sufficient statistics."""
