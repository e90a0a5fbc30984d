"""Fetching what network stages want: budgets, waits, retries, and the record of every outcome.

A call succeeds, fails for good, or fails in a way that may pass. The last is tried again a few times; then the item is
noted as failed and the crawl goes on with the others. When a service asks us to wait, nobody calls it before: short
waits are slept through in sight of the user, long ones end the run with the time to come back, and the next run honours
them too.
"""
