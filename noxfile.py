"""Every check of the project: `nox` runs them all, `nox -s lint` one, `nox -l` lists them."""

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.11"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_external_run = True
nox.options.error_on_missing_interpreters = False  # .ci/run insists on 3.11 and names the others that are absent
nox.options.reuse_venv = "yes"
# Those with the tag `one_core` are run beside others by .ci/run, which names the rest.
nox.options.sessions = [
    "lint",
    "imports",
    "typing",
    "tests",
    "tests_lowest",
    "wheel",
    "docs",
    "docs_zensical",
    "corpus",
    "conformance",
    "gate",
    "bench",
]

OLDEST, NEWEST = "3.11", "3.13"
PYTHONS = [OLDEST, "3.12", NEWEST]
WORKERS = max(2, (os.cpu_count() or 2) * 3 // 2)  # a third of a test's time is waiting
PARALLEL = ("-n", str(WORKERS), "--dist", "worksteal", "-q")
WHOLE_PROGRAMS = (
    *("tests/cli", "tests/docs", "tests/notebook/test_example.py", "tests/channel/test_kills.py"),
    *("tests/test_examples.py", "tests/test_oms_example.py", "tests/testing/test_plugin.py"),
)
"""Tests that start interpreters to run programs from end to end. They run on the oldest Python alone, so that a whole run ends
within twenty minutes; what those programs are made of is tried on each."""
ENDPOINTS = ("tests/resources",)
"""Endpoint after endpoint, through code that the other tests try: on the oldest and the newest Python."""
CHANNEL = ("tests/channel",)
"""On the oldest and the newest Python, and with the oldest releases, SQLAlchemy's among them."""
ROOT = Path(__file__).parent


def install_pinned(session: nox.Session, *, editable: bool = True) -> None:
    """The development requirements with their hashes, then the package itself."""
    session.install("--require-hashes", "-r", "requirements-dev.txt")
    # Not together: a folder has no single file to hash.
    session.install("--no-deps", *(["-e", "."] if editable else [".", "--force-reinstall"]))


@nox.session(python=OLDEST)
def lint(session: nox.Session) -> None:
    """Style, spelling, changelog fragments."""
    install_pinned(session)
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("python", "tools/sync_stub.py", "--check")
    session.run("codespell", "src", "tests", "docs", "tools", "noxfile.py", "CONTRIBUTING.md", "SECURITY.md", "changes")
    session.run("towncrier", "build", "--draft", "--version", "next")


@nox.session(python=OLDEST)
def imports(session: nox.Session) -> None:
    """The floors of the house."""
    install_pinned(session)
    session.run("lint-imports", "--no-cache")


@nox.session(python=OLDEST)
def typing(session: nox.Session) -> None:
    """Mypy and pyright, both strict; every public name has a type."""
    install_pinned(session)
    session.run("mypy")
    session.run("pyright")
    # verifytypes reads the installed package, as a user has it.
    install_pinned(session, editable=False)
    session.run("pyright", "--verifytypes", "meli_sdk", "--ignoreexternal")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The tests; with CI set, a skipped test fails the run."""
    install_pinned(session)
    left_out = {OLDEST: (), NEWEST: WHOLE_PROGRAMS}.get(str(session.python), (*WHOLE_PROGRAMS, *ENDPOINTS, *CHANNEL))
    session.run("pytest", *PARALLEL, *(f"--ignore={path}" for path in left_out), *session.posargs)


@nox.session(python=OLDEST)
def coverage(session: nox.Session) -> None:
    """The tests with branch coverage."""
    install_pinned(session)
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", "-q", *session.posargs)
    session.run("coverage", "combine", "-q")
    session.run("coverage", "report")


@nox.session(python=OLDEST)
def tests_lowest(session: nox.Session) -> None:
    """The tests with the oldest release of every direct requirement."""
    groups = nox.project.load_toml(ROOT / "pyproject.toml")
    tests_group = nox.project.dependency_groups(groups, "tests")
    session.install("uv")  # pip does not know how to resolve to the oldest releases
    python = str(Path(session.bin) / "python")
    oldest = ("--resolution", "lowest-direct", "-e", ".[all]", *tests_group)
    session.run_install("uv", "pip", "install", "-q", "--python", python, *oldest)
    left_out = (*WHOLE_PROGRAMS, *ENDPOINTS)
    session.run("pytest", *PARALLEL, *(f"--ignore={path}" for path in left_out), *session.posargs)


@nox.session(python=OLDEST, tags=["one_core"])
def wheel(session: nox.Session) -> None:
    """What a user gets: sdist, the wheel made of it, a clean environment, no source tree near."""
    session.install("--require-hashes", "-r", "requirements-dev.txt")
    dist = Path(session.create_tmp()).resolve() / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.run("python", "-m", "build", "--installer=uv", "--outdir", str(dist), str(ROOT))
    (built,) = dist.glob("*.whl")
    bare = Path(session.create_tmp()).resolve() / "bare"
    shutil.rmtree(bare, ignore_errors=True)
    session.run("python", "-m", "venv", str(bare))
    python = str(bare / "bin" / "python")
    quiet = ("-q", "--disable-pip-version-check")
    session.run(python, "-m", "pip", "install", *quiet, str(built), external=True)
    with session.chdir(bare):
        session.run(python, "-I", str(ROOT / "tools" / "smoke.py"), external=True)
        session.run(python, "-m", "pip", "install", *quiet, f"{built}[cli,sql]", external=True)
        session.run(python, "-I", str(ROOT / "tools" / "smoke.py"), "--with-cli", external=True)
        session.run(python, "-m", "pip", "install", *quiet, "pytest>=8.4", "pytest-asyncio>=1.3", external=True)
    outside = Path(session.create_tmp()).resolve().parent / "somebody_elses_project"
    session.run("python", "tools/external.py", python, str(outside))


@nox.session(python=OLDEST, tags=["one_core"])
def docs(session: nox.Session) -> None:
    """The site, strict: a broken link, anchor or reference fails. Never quiet: silenced warnings are not counted."""
    install_pinned(session)
    session.run("mkdocs", "build", "--strict", env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session(python=OLDEST, tags=["one_core"])
def docs_zensical(session: nox.Session) -> None:
    """The same pages by the successor of the present generator, so that moving there stays one line."""
    install_pinned(session)
    session.run("zensical", "build", "--clean")


@nox.session(python=OLDEST, tags=["one_core"])
def corpus(session: nox.Session) -> None:
    """Every sample body of a modelled endpoint: decodes, and loses nothing on the way back."""
    install_pinned(session)
    session.run("python", "tools/corpus.py", *session.posargs)


@nox.session(python=OLDEST, tags=["one_core"])
def conformance(session: nox.Session) -> None:
    """docs/conformance.md: every requirement answered, every name importable, every test collected."""
    install_pinned(session)
    session.run("python", "tools/conformance.py")


@nox.session(python=OLDEST)
def bench(session: nox.Session) -> None:
    """The ratios of docs/decisions/0002-msgspec-parses.md, with room for shared cores."""
    install_pinned(session)
    quick = {"MELI_BENCH_QUICK": "1"} if os.environ.get("CI") else {}
    session.run("python", "-m", "benchmarks", *session.posargs, env=quick)


@nox.session(python=OLDEST)
def gate(session: nox.Session) -> None:
    """The promises of docs/reliability.md in a size of some minutes."""
    install_pinned(session)
    session.run("python", "-m", "reliability", "--quick", "--at-once", "2", *session.posargs)


@nox.session(python=OLDEST)
def reliability(session: nox.Session) -> None:
    """The promises of docs/reliability.md in full size: `nox -s reliability -- grants`. Not part of the default run."""
    install_pinned(session)
    session.run("python", "-m", "reliability", *session.posargs)
