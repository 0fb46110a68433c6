"""`python -m registers`."""

from registers.cli import main

main()
