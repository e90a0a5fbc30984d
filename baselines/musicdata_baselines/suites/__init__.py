"""The suites: a module or a package each, which says `SUITE`; a recipe's `[validate] task` names one.

Every recipe that is loaded imports them: what takes long to import is imported where it is used.
"""
