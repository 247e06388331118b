"""What can go wrong in the store.

StorageError
├── StoreNotFound        there is no store at this address
├── StoreLocked          another program holds the store for too long
├── StoreTooNew          a later version of the program wrote it
├── StoreUnreadable      the file is damaged, or is no store
├── StoreUnwritable      the folder or file cannot be written
├── LeaseLost            another process took over this source meanwhile
├── NotReadOnly          a query wanted more than to read
├── QueryFailed          a query that the database does not understand
├── QueryStopped         a query that was stopped before its end
└── LakeError            the lake is missing or damaged
    └── LakeChanged      files of the lake went since it was opened
"""


class StorageError(Exception):
    """The root of all that the storage room raises."""


class StoreNotFound(StorageError):
    """There is no store at this address."""


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


class NotReadOnly(StorageError):
    """A query wanted to do more than read; the message names what."""


class QueryFailed(StorageError):
    """The database did not understand a query; the message is the database's own."""


class QueryStopped(StorageError):
    """A query was stopped, by Ctrl-C or by `Reader.stop`, before it was answered."""


class LakeError(StorageError):
    """The lake is missing or damaged; it can be deleted and built again from the store."""


class LakeChanged(LakeError):
    """Files of the lake went since it was opened, as old ones do at a later refresh: open it again."""
