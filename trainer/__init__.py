"""Floor 4: the program that trains the network the daemon grades with."""
