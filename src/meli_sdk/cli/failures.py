"""What went wrong, as a line on standard error and an exit code by its kind."""

import logging
import os
import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from meli_sdk import errors

EXIT_CODES: Final[tuple[tuple[str, int, str], ...]] = (
    ("InputError", 2, "an argument, a setting or a file is wrong"),
    ("ConfigurationError", 2, "an argument, a setting or a file is wrong"),
    ("MappingError", 2, "an argument, a setting or a file is wrong"),
    ("AuthError", 3, "the seller, the tokens or their store"),
    ("NotFoundError", 4, "Mercado Libre has no such thing"),
    ("ResponseError", 5, "Mercado Libre refused"),
    ("NotApplicableError", 5, "Mercado Libre refused"),
    ("TransportError", 6, "no answer: network, time limit"),
    ("DeadlineExceededError", 6, "no answer: network, time limit"),
    ("MeliError", 1, "anything else"),
)
"""Class of `meli_sdk.errors`, exit code and meaning; the first class that fits counts."""
REFUSED: Final = 5
"""What was to be written was refused, by Mercado Libre or before it was asked."""
SOME_FAILED: Final = 7
"""Some rows of a bulk command failed; the others are done."""
NOT_CONFIRMED: Final = 8
"""The question before a write was answered with no."""
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
MAPPINGS: Final = (
    "Mappings are kept by: meli channel settings --set warehouses.MINE=THEIRS (or carriers.MINE, skus.MINE)"
)
REMEDIES: Final[dict[str, str]] = {
    "NoGrantError": "Connect the seller: meli login --site MLA",
    "ReauthorizationRequiredError": "Connect the seller again: meli login --site MLA",
    "MappingError": MAPPINGS,
    "MeliConnectionError": "Look at the settings and the network: meli doctor",
}


def exit_code(failure: "errors.MeliError") -> int:
    """The exit code of an error."""
    names = {kind.__name__ for kind in type(failure).__mro__}
    return next(code for name, code, _ in EXIT_CODES if name in names)


@contextmanager
def told(*, debug: bool = False) -> Generator[None]:
    """Ends the process with one sentence and an exit code instead of a traceback.

    Args:
        debug: print the traceback too, and what the library logs. Secrets are masked there as everywhere.
    """
    if debug:
        logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
        logging.getLogger("meli_sdk").setLevel(logging.DEBUG)
    try:
        yield
    except KeyboardInterrupt:
        print("meli: interrupted", file=sys.stderr)  # noqa: T201
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # whoever read the output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(PIPE_CLOSED)
    except Exception as failure:
        from meli_sdk import errors  # noqa: PLC0415  start-up without an error does not need them

        if debug:
            traceback.print_exc()
        if isinstance(failure, errors.MeliError):
            remedy = next((REMEDIES[kind.__name__] for kind in type(failure).__mro__ if kind.__name__ in REMEDIES), "")
            print("meli: " + _sentence(str(failure), remedy), file=sys.stderr)  # noqa: T201
            code = exit_code(failure)
        elif isinstance(failure, OSError):
            print(f"meli: {failure.filename or 'a file'}: {failure.strerror or failure}", file=sys.stderr)  # noqa: T201
            code = 2
        else:
            raise  # a mistake of the program, with all that is known of it
        sys.exit(code)


def _sentence(said: str, remedy: str) -> str:
    line = " ".join(said.split())
    return f"{line.rstrip('.')}. {remedy}" if remedy else line
