"""Floor 4: the service that watches the ward folder, and the peea command."""
