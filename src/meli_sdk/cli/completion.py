"""`meli completion SHELL`."""

from typing import Literal


def completion(shell: Literal["bash", "zsh", "fish"]) -> None:
    """Print a script that completes verbs and options: `source <(meli completion bash)`.

    Args:
        shell: bash, zsh or fish.
    """
    from meli_sdk.cli.commands import app  # noqa: PLC0415  the verbs name this module

    print(app.generate_completion(prog_name="meli", shell=shell))  # noqa: T201
