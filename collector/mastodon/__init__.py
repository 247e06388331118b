"""Mastodon, and the servers that speak its API: what a status is, and how a server is asked for them."""
