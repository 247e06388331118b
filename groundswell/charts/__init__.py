"""From the store to drawn charts: refresh the lake, count, and draw where the numbers changed."""

from groundswell.charts.draw import draw_all, draw_comparison, draw_one, report
from groundswell.charts.wanted import Drawn, Wanted

__all__ = ["Drawn", "Wanted", "draw_all", "draw_comparison", "draw_one", "report"]
