"""config.yaml: read whole, checked whole, every fault named with its line and cure."""

from groundswell.config.campaigns import to_campaigns, to_events, to_servers
from groundswell.config.errors import ConfigError, ConfigNotFound, Fault
from groundswell.config.load import load, parse, read, store_of
from groundswell.config.model import Config
from groundswell.config.tables import to_tables

__all__ = [
    "Config",
    "ConfigError",
    "ConfigNotFound",
    "Fault",
    "load",
    "parse",
    "read",
    "store_of",
    "to_campaigns",
    "to_events",
    "to_servers",
    "to_tables",
]
