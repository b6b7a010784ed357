"""Is the web process of this container alive: exit 0 where it answers."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

from core.settings import Settings

TIMEOUT_S = 4.0


def main() -> int:
    """Return the exit code."""
    address = f"http://127.0.0.1:{Settings().web.port}/v1/health"
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_S):
            return 0
    except (urllib.error.URLError, OSError) as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
