"""What the installer takes for Python and the package index: this checkout's own .venv."""

import sys
import sysconfig
from pathlib import Path

SCRIPT = """\
#!/bin/sh
# Runs the real Python; a new environment sees the packages of PACKAGES as installed.
{python} "$@" || exit
if [ "${{2:-}}" = venv ]; then
    for place; do :; done
    packages=$(echo "$place"/lib/python*/site-packages)
    rm -rf "$packages"/setuptools* "$packages"/pkg_resources "$packages"/_distutils_hack
    rm -f "$packages"/distutils-precedence.pth
    echo {packages} >"$packages"/index.pth
fi
"""
PACKAGES = Path(sysconfig.get_path("purelib"))
PYTHON = Path(sys.base_prefix)


def write_python(
    file: Path, *, python: Path = PYTHON / "bin" / "python3", packages: Path = PACKAGES
) -> Path:
    """Write a program to be named in PYTHON; pip then needs no index (PIP_NO_INDEX)."""
    file.write_text(SCRIPT.format(python=python, packages=packages))
    file.chmod(0o755)
    return file
