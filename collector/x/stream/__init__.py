"""X's filtered stream: its rules, the connection and its lines."""
