"""One verb a module: each declares a `STAGE` that the registry finds."""
