"""Keys evaluated and proven, the bank compiled: run by a command, never at start."""
