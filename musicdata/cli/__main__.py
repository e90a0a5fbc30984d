"""`python -m musicdata.cli`."""

from musicdata.cli import main

main()
