"""How fast recordings are sealed, read back and opened here: `python -m benchmarks.sealing [MEGABYTES]`."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archive import files, keys, sealing, vault

MEGABYTE = 1_000_000


def megabytes_per_s(n_megabytes: int, work: Callable[[], object]) -> float:
    """The speed of work that goes through so many megabytes."""
    start_s = time.perf_counter()
    work()
    return n_megabytes / (time.perf_counter() - start_s)


def main() -> None:
    """Seal and open a file of random bytes for two recipients, in a temporary folder."""
    n_megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    custodian, recovery = keys.generate(), keys.generate()
    recipients = (custodian.recipient, recovery.recipient)
    with tempfile.TemporaryDirectory() as name:
        plain, sealed, opened = (Path(name, each) for each in ("plain", "sealed", "opened"))
        with plain.open("wb") as file:
            for _ in range(n_megabytes):
                file.write(os.urandom(MEGABYTE))

        def seal_only() -> None:
            with plain.open("rb") as source, sealed.open("wb") as sink:
                sealing.seal(source, sink, recipients)

        rows = {
            "seal, no fsync": seal_only,
            "seal_file: fsync, read back, verify": lambda: vault.seal_file(plain, sealed, recipients),
            "unseal_file: fsync": lambda: vault.unseal_file(sealed, opened, [recovery]),
        }
        for title, work in rows.items():
            print(f"{title:40} {megabytes_per_s(n_megabytes, work):7.0f} MB/s")
        assert files.sha256_of(plain) == files.sha256_of(opened)
    print(f"most memory used: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
