"""Songs and what people wrote of their meaning: the papers' pickles, JSON, Parquet and tables, alone or as a set."""
