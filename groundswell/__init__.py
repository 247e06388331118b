"""The program: reads config.yaml, turns words into calls, wires collector, storage and analysis together."""

__version__ = "0.1.0"
