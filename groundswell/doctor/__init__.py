"""What may keep a collection from going on, looked at check by check: a line each, and the cure."""
