"""X's batch compliance: which posts are gone, asked in rounds of jobs."""
