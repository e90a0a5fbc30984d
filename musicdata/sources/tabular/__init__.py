"""Tables as people and programs save them, whatever they hold: read row by row, in columns of any name and order."""
