"""The verbs of `meli`, each read from its module when it is used, so that the others cost nothing."""

import sys
from collections.abc import Sequence
from typing import Annotated, Final

from cyclopts import App, Parameter

from meli_sdk.cli.failures import told
from meli_sdk.version import __version__

VERBS: Final = (
    ("demo", "demo:demo", "Tell the whole story on an embedded sandbox: no account, no network."),
    ("login", "login:login", "Connect a seller, who authorises the application in a browser."),
    ("sellers", "sellers:sellers", "List the sellers who are connected."),
    ("doctor", "doctor:doctor", "Look at every setting, the grant store, the API and the clock."),
    ("get", "get:get", "Print what any resource answers."),
    ("orders", "orders:app", "Read orders."),
    ("items", "items:app", "Read items."),
    ("shipments", "shipments:app", "Read shipments, print labels, push tracking."),
    ("stock", "stock:app", "Send stock."),
    ("channel", "channel:app", "Run one seller as a sales channel of your system."),
    ("sandbox", "sandbox:app", "Run a Mercado Libre on this machine, for clients in any language."),
    ("completion", "completion:completion", "Print a script that completes verbs and options in a shell."),
)
"""Name, where it stands in `meli_sdk.cli`, and what it does."""

app: App = App(
    name="meli",
    help="Mercado Libre from the command line. `meli VERB --help` explains a verb.",
    help_format="plaintext",  # Markdown costs a quarter of the start-up
    version=__version__,
)
for _name, _path, _help in VERBS:
    app.command(f"meli_sdk.cli.{_path}", name=_name, help=_help)


@app.meta.default
def _launch(
    *words: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    debug: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Mercado Libre from the command line.

    Args:
        debug: where something fails, all that is known of it, and what the library logs.
    """
    with told(debug=debug):
        app(words)


def run(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and ends the process with its exit code."""
    app.meta(sys.argv[1:] if arguments is None else list(arguments))
