"""Runs commands of nightroom as a user to whom nothing belongs; tells what became of each.

python -m tests.fakes.another_user, with a JSON array of arrays of arguments on stdin; a JSON
array of [exit code, standard error] on stdout. Where this is not root, it is that user already.
"""

import importlib
import json
import os
import pkgutil
import sys
import tempfile
from collections.abc import Sequence
from typing import Final

import monitor
from monitor.__main__ import main as nightroom

# Source: Debian policy 9.2.2: nobody, who owns no file.
NOBODY: Final = 65_534


def main() -> None:
    """Fork once a command, as each ends its process."""
    # Now: what is imported later may lie where that user may not read.
    for found in pkgutil.walk_packages(monitor.__path__, "monitor."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    json.dump([run(arguments) for arguments in json.load(sys.stdin)], sys.stdout)


def run(arguments: Sequence[str]) -> tuple[int, str]:
    """Return the exit code and the standard error of one command."""
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            os.dup2(said.fileno(), sys.stderr.fileno())
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            sys.argv = ["nightroom", *arguments]
            code = 0
            try:
                nightroom()
            except SystemExit as error:
                code = int(error.code or 0)
            sys.stderr.flush()
            os._exit(code)  # what else ends with the process may not write as that user
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return os.waitstatus_to_exitcode(status), said.read().decode()


if __name__ == "__main__":
    main()
