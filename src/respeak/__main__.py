"""`python -m respeak`."""

from respeak.cli.main import main

main()
