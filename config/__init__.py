"""Floor 1: settings, their bounds and their defaults."""
