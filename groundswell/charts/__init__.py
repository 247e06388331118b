"""From the store to drawn charts: refresh the lake, count, and draw where the numbers changed."""
