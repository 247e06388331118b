"""Bluesky: what its AppView answers, what Jetstream tells, and what a post's record says. Pure."""
