"""How entries are chained by hash, so that none can be changed or taken out unseen (pure).

Each entry has a link: SHA-256 over the link before it and over its own fields. Whoever changes, removes or inserts an
entry would have to calculate every later link anew, and then the links that were printed or copied before do not fit.
docs/audit.md tells the exact bytes, for a program of somebody else's that checks an export.
"""

from __future__ import annotations

import hashlib
import json

FIRST = "0" * 64  # what the first entry of a chain has before it


def link(previous: str, *fields: str | int) -> str:
    """The link (64 hexadecimal digits) of an entry with these fields behind the link `previous`."""
    text = json.dumps([previous, *fields], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
