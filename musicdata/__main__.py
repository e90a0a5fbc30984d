"""`python -m musicdata`: the command."""

from musicdata.cli import main

if __name__ == "__main__":
    main()
