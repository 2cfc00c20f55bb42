"""`python -m defa_id`, the same as the command `defa-id`."""

from __future__ import annotations

from defa_id.cli import main

if __name__ == "__main__":
    main()
