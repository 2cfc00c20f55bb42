"""The version of this library, as every verdict states it."""

from typing import Final

__version__: Final = "0.1.0"
