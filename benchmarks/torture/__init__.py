"""The daemon is killed with -9 again and again while recordings stream in.

    python -m benchmarks.torture --kills 1000

Everything but the grades is the real thing: daemon process, inbox with its change notices, ledger, sealing, workbook.
The grades are declared toys unless `--grades real` is given: what is tried is what becomes of recordings, not grading.
"""
