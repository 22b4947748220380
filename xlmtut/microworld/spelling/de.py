"""German spelling that is no replacement of letters."""

from __future__ import annotations

import re

from xlmtut.microworld.orthography import Rule

__all__ = ["RULES"]

# A whole sentence after a colon starts with a capital.
RULES: list[Rule] = [(re.compile(r"(?<=: )\w"), lambda match: match[0].upper())]
