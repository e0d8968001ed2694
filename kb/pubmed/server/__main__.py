"""``python -m kb.pubmed.server FOLDER``: serve a folder of records until interrupted."""

from __future__ import annotations

import argparse
import sys
import threading
from pathlib import Path

from kb.problems import KbError
from kb.pubmed.server.faults import KINDS
from kb.pubmed.server.http import Server


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; print the address first."""
    known = "\n".join(f"  {kind:10} {what}" for kind, what in KINDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m kb.pubmed.server",
        description="A local E-utilities server for tests and demonstrations.",
        epilog=f"A fault is KIND[=VALUE][;RETRY-AFTER][/CALL][@FIRST[-LAST]], KIND one of\n{known}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="records, one PubmedArticle XML file per PMID")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one (default)")
    parser.add_argument("--fault", action="append", default=[], help="what goes wrong; may be given many times")
    parser.add_argument("--faults", type=Path, help="a file with one fault a line")
    parser.add_argument("--limit", type=int, default=3, help="requests a second without a key; 0 for any (default 3)")
    parser.add_argument("--limit-with-key", type=int, default=10, help="requests a second with a key (default 10)")
    parser.add_argument("--log", type=Path, help="file that gets one JSON line a request")
    given = parser.parse_args(arguments)
    if not given.folder.is_dir():
        parser.error(f"{given.folder} is not a folder")
    lines = given.faults.read_text(encoding="utf-8").splitlines() if given.faults else []
    faults = [*given.fault, *(line for line in lines if line.strip() and not line.startswith("#"))]
    limits = {"limit": given.limit, "limit_with_key": given.limit_with_key}
    try:
        server = Server(given.folder, port=given.port, faults=faults, log=given.log, **limits)
    except (KbError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    with server:
        sys.stdout.write(f"KB_ENTREZ_URL={server.url}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
