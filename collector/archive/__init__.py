"""Archives: files of posts that others collected. A module for each form, and the reading of all of them."""

from collector.archive.forms import FORMS, Form, recognise
from collector.archive.reading import read

__all__ = ["FORMS", "Form", "read", "recognise"]
