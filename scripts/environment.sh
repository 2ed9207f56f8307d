# Sourced by ./run and ./test: the system tools they need, and the project's own .venv.
# POSIX sh. Never calls sudo, never touches the system's Python.

say() { printf '%s\n' "$*" >&2; }

# need_packages WHAT=PACKAGE ...: WHAT is a command or an absolute path; install what is
# missing (root on Debian), or say how.
need_packages() {
    missing=""
    for pair in "$@"; do
        case "$pair" in
        /*) [ -e "${pair%%=*}" ] && continue ;;
        *) PATH="$PATH:/usr/sbin" command -v "${pair%%=*}" >/dev/null 2>&1 && continue ;;
        esac
        missing="$missing ${pair#*=}"
    done
    "$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing python3-venv"
    missing=$(printf '%s\n' $missing | sort -u | tr '\n' ' ')
    missing=${missing% }
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing system packages: $missing"
        apt-get -o DPkg::Lock::Timeout=300 update -qq >&2 &&
            DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq \
                --no-install-recommends $missing >/dev/null ||
            { say "apt-get could not install: $missing"; exit 3; }
    else
        say "Missing system packages. Install them with this line, then run again:"
        say "  sudo apt-get install --no-install-recommends $missing"
        exit 3
    fi
}

# need_python: an interpreter of 3.11 or newer, in $PYTHON.
need_python() {
    PYTHON=${PYTHON:-python3}
    command -v "$PYTHON" >/dev/null 2>&1 || {
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            PYTHON=python3 && apt-get update -qq >&2 &&
                apt-get install -y -qq --no-install-recommends python3 python3-venv >/dev/null
        fi
    }
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
        say "nightroom needs Python 3.11 or newer; '$PYTHON' is not. Set PYTHON=/path/to/python3."
        exit 3
    }
}

# need_venv LOCK: .venv holds exactly what LOCK lists, and the project itself, editable.
# Whoever comes second waits for the first, and finds it made.
need_venv() {
    (flock 9 && make_venv "$1") 9>.venv.lock || exit $?
}

make_venv() {
    stamp=.venv/.made-from
    wanted="$(cat "$1" pyproject.toml | sha256sum | cut -d' ' -f1) $("$PYTHON" -c 'import sys; print(sys.version)' | tr -d '\n')"
    # The development lock holds all of the other one: a .venv made from it serves both.
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return 0
    [ "$1" = requirements.lock ] && [ -f .venv/.made-for-tests ] &&
        [ "$(cat .venv/.made-for-tests)" = "$wanted" ] && return 0
    say "Making .venv from $1 (about 15 s the first time)"
    if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import pip' 2>/dev/null ||
        [ "$(.venv/bin/python -c 'import sys; print(sys.version)' | tr -d '\n')" != "${wanted#* }" ]; then
        "$PYTHON" -m venv --clear .venv || { say "Cannot make .venv in $(pwd)."; exit 3; }
    fi
    rm -f "$stamp"
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input \
        --require-hashes --no-deps --only-binary :all: -r "$1" >&2 &&
        .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input \
            --no-build-isolation --no-deps --editable . >&2 || {
        say "Installing into .venv failed; is the package index reachable?"
        exit 3
    }
    printf '%s' "$wanted" >"$stamp"
    if [ "$1" = requirements-dev.lock ]; then
        printf '%s' "$(cat requirements.lock pyproject.toml | sha256sum | cut -d' ' -f1) ${wanted#* }" >.venv/.made-for-tests
    else
        rm -f .venv/.made-for-tests
    fi
}

# need_axe: the accessibility rules of the browser tests, as their lock file names them.
need_axe() {
    axe=tests/browser/axe
    wanted=$(sha256sum <"$axe/package-lock.json")
    [ "$(cat "$axe/node_modules/.made-from" 2>/dev/null)" = "$wanted" ] && return 0
    npm ci --prefix "$axe" --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || {
        say "Installing axe-core failed; is the npm registry reachable?"
        exit 3
    }
    printf '%s' "$wanted" >"$axe/node_modules/.made-from"
}
