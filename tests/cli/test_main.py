"""What every verb of the command line does."""

import subprocess
import sys


def test_a_reader_who_has_enough_is_no_error():
    command = [sys.executable, "-m", "meli_sdk.cli", "demo", "--json", "--seed", "7"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        told = child.stderr.read().decode()
    assert (child.returncode, told) == (141, "")
