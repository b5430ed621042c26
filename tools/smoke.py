"""Is the installed package whole? Run outside the source tree, by the Python that has it."""

import importlib.metadata
import importlib.resources
import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import meli_sdk
from meli_sdk.codec import decode, encode
from meli_sdk.models import Order


def run_meli(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The installed `meli` command."""
    command = [str(Path(sysconfig.get_path("scripts")) / "meli"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def main() -> None:
    """Fails by the first assertion that does not hold."""
    with_cli = "--with-cli" in sys.argv
    home = Path(meli_sdk.__file__)
    assert "site-packages" in home.parts, home
    assert importlib.metadata.version("meli-sdk") == meli_sdk.__version__
    assert importlib.resources.files("meli_sdk").joinpath("py.typed").is_file()
    for name in meli_sdk.__all__:
        getattr(meli_sdk, name)
    order = decode(Order, b'{"id": 2000001, "total_amount": 10.50}')
    assert json.loads(encode(order)) == {"id": 2000001, "total_amount": 10.5}
    if with_cli:
        demo = run_meli("demo", "--json")
        assert demo.returncode == 0, demo.stderr
        assert json.loads(demo.stdout), "meli demo --json printed no report"
    else:
        bare = run_meli("--help")
        assert bare.returncode != 0, "meli answered without the extra cli"
        assert "pip install 'meli-sdk[cli]'" in bare.stderr, bare.stderr
    print(f"meli-sdk {meli_sdk.__version__} works from {'a wheel with cli' if with_cli else 'a bare wheel'}")


if __name__ == "__main__":
    main()
