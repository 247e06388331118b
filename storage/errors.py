"""What can go wrong in the store.

StorageError
├── StoreNotFound        there is no store at this address
│   └── StoreUnreachable a database server is not there, or does not let us in
├── StoreLocked          another program holds the store for too long
├── StoreTooNew          a later version of the program wrote it
├── StoreUnreadable      the file is damaged, or is no store
├── StoreUnwritable      the folder or file cannot be written
├── LeaseLost            another process took over this source meanwhile
├── OverBudget           what a request may cost goes past a limit
├── NotReadOnly          a query wanted more than to read
├── RoleRefused          a role that may do too much is not let in to query
├── QueryFailed          a query that the database does not understand
├── QueryStopped         a query that was stopped before its end
└── LakeError            the lake is missing or damaged
    ├── LakeChanged      files of the lake went since it was opened
    └── LakeUnwritable   the lake's folder cannot be written
"""


class StorageError(Exception):
    """The root of all that the storage room raises."""


class StoreNotFound(StorageError):
    """There is no store at this address."""


class StoreUnreachable(StoreNotFound):
    """The server of a store cannot be reached, went away, or does not let us in."""


class StoreLocked(StorageError):
    """Another program holds the store for longer than we wait."""


class StoreTooNew(StorageError):
    """The store was written by a later version of the program."""


class StoreUnreadable(StorageError):
    """The file is damaged, or it is no store of ours."""


class StoreUnwritable(StorageError):
    """The store's file or folder cannot be written."""


class LeaseLost(StorageError):
    """Another process holds this source's lease now: what was to be saved was rolled back."""


class OverBudget(StorageError):
    """What a request may cost at worst goes past a limit: nothing was put aside."""


class NotReadOnly(StorageError):
    """A query wanted to do more than read; the message names what."""


class RoleRefused(StorageError):
    """A query was asked for under a role that reaches past the database; the message names it."""


class QueryFailed(StorageError):
    """The database did not understand a query; the message is the database's own."""


class QueryStopped(StorageError):
    """A query was stopped, by Ctrl-C or by `Reader.stop`, before it was answered."""


class LakeError(StorageError):
    """The lake is missing or damaged; it can be deleted and built again from the store."""


class LakeChanged(LakeError):
    """Files of the lake went since it was opened, as old ones do at a later refresh: open it again."""


class LakeUnwritable(LakeError):
    """The lake's folder or disk takes no file; the lake that was there before is as it was."""


NO_DRIVER = "PostgreSQL needs the extra `postgres`: pip install 'groundswell[postgres]'"
"""What is said where the driver is not installed."""
