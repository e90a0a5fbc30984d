"""The commands as functions: the command's options are their arguments."""
