"""Archives: files of posts that others collected. A module for each form, and the reading of all of them."""

from collector.archive.files import Document, documents
from collector.archive.forms import FORMS, Form, TableForm, Told
from collector.archive.reading import read, recognise

__all__ = ["FORMS", "Document", "Form", "TableForm", "Told", "documents", "read", "recognise"]
