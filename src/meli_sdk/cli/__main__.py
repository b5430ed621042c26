"""`python -m meli_sdk.cli`."""

from meli_sdk.cli import main

main()
