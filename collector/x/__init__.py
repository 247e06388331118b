"""X: its search, its counts and its stream, its payloads, and what they cost."""
