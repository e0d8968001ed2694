#!/bin/sh
# Runs environment.py with the first Python that is new enough: $PYTHON, then the usual names.
for python in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.14 python; do
    if [ -n "$python" ] && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" "$(dirname "$0")/environment.py" "$@"
    fi
done
echo "Python 3.11 or newer was not found: install it, or name one with PYTHON=/path/to/python." >&2
exit 1
