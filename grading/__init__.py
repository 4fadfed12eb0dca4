"""Floor 2: video in, Assessment out. Knows no clock, no database and no settings file."""
