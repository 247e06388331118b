"""What `run` notices and tells: bursts, silences, dead sources, budgets and disks at their end; each once."""
