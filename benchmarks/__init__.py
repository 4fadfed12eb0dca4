"""Measured, never timed in tests: each module is run by hand and prints its figures."""
