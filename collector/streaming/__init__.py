"""Listening to a source that sends posts by itself: connections, batches, gaps and money."""
