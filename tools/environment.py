"""Make or repair .venv and install what a lock file names, with nothing but the standard library."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MINIMUM = (3, 11)
PROBE = "import pip, sys; sys.exit(sys.version_info < (3, 11))"


class Environment:
    """A virtual environment that knows whether it is whole and which locks it holds.

    Parameters
    ----------
    root
        Folder of the repository; the environment is its ``.venv``.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        # Outlives a killed installation: what that left behind cannot be trusted.
        self.unfinished = self.folder / ".unfinished"
        # The folder it was made for: the scripts of a moved environment point to the old one.
        self.home = self.folder / ".home"

    def is_whole(self) -> bool:
        """Return whether it starts, has pip, lies where it was made, and no installation was cut short."""
        if self.unfinished.exists() or not self.python.exists():
            return False
        if self.home.exists() and self.home.read_text(encoding="utf-8") != str(self.root):
            return False
        probe = [str(self.python), "-c", PROBE]
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0

    def digest(self, lock: Path) -> str:
        """Return a digest of everything an installation depends on."""
        content = hashlib.sha256()
        for ingredient in (lock, self.root / "pyproject.toml", Path(__file__)):
            content.update(ingredient.read_bytes())
        return content.hexdigest()

    def stamp(self, extent: str) -> Path:
        """Return the file that records the last complete installation of `extent`."""
        return self.folder / f".installed-{extent}"

    def holds(self, extent: str, digest: str) -> bool:
        """Return whether `extent` is installed as the lock says."""
        stamp = self.stamp(extent)
        return stamp.exists() and stamp.read_text(encoding="utf-8") == digest

    def create(self) -> None:
        """Make the environment anew, whatever was there before."""
        if self.folder.is_symlink():
            self.folder.unlink()
        elif self.folder.exists():
            print("Repairing .venv: it was left half-made, was moved, or its Python is gone.", flush=True)
            shutil.rmtree(self.folder)
        self.folder.mkdir()
        self.unfinished.touch()
        # The Python beneath an active environment: that one may be the very folder made anew.
        base = getattr(sys, "_base_executable", None) or sys.executable
        subprocess.run([base, "-m", "venv", str(self.folder)], check=True)
        self.home.write_text(str(self.root), encoding="utf-8")

    def install(self, extent: str) -> None:
        """Install the lock of `extent`, every file checked against its hash, then the project itself."""
        lock = self.root / "requirements" / f"{extent}.txt"
        digest = self.digest(lock)
        if self.is_whole():
            if self.holds(extent, digest):
                return
        else:
            self.create()
        print(f"Installing requirements/{extent}.txt into .venv (once for each lock; a few minutes) ...", flush=True)
        started = time.monotonic()
        self.unfinished.touch()
        pip = [str(self.python), "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
        subprocess.run([*pip, "--require-hashes", "-r", str(lock)], check=True)
        subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", str(self.root)], check=True)
        self.stamp(extent).write_text(digest, encoding="utf-8")
        if extent == "dev":  # requirements/dev.txt contains all of run.txt at the same versions
            run = self.digest(self.root / "requirements" / "run.txt")
            self.stamp("run").write_text(run, encoding="utf-8")
        self.unfinished.unlink()
        print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


def main() -> int:
    """Install the extent named on the command line and return the exit status."""
    parser = argparse.ArgumentParser(description="Make .venv hold what requirements/EXTENT.txt names.")
    parser.add_argument("extent", choices=["run", "dev"])
    extent = parser.parse_args().extent
    if sys.version_info < MINIMUM:
        print("Python 3.11 or newer is needed.", file=sys.stderr)
        return 1
    os.environ.pop("PYTHONPATH", None)
    os.environ["PIP_REQUIRE_VIRTUALENV"] = "1"
    try:
        with (ROOT / ".venv.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)  # two makes at once take turns
            Environment(ROOT).install(extent)
    except KeyboardInterrupt:
        print("Interrupted; the next run starts afresh.", file=sys.stderr)
        return 130
    except subprocess.CalledProcessError as error:
        print(f"make: '{' '.join(map(str, error.cmd[:4]))} ...' failed; the next run starts afresh.", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"make: cannot write .venv: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
