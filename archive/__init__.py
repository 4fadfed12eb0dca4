"""Floor 3: what outlives the process: ledger, sealed recordings, model versions."""
