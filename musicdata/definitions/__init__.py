"""What a newcomer reads: contract, stage, recipe, and what reads tables. Knows no workspace."""
