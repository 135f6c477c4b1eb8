"""`python -m rampup`, the same as the command `rampup`."""

from rampup.cli import main

if __name__ == "__main__":
    main()
