"""The folder a run works in: its files, the parts of its tables, its ledger."""
