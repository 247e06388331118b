"""What all sections of a config.yaml have in common."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A part of the file with keys of its own."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        validate_default=True,
        hide_input_in_errors=True,
    )


def unless_written(value: Any) -> Any:
    """Give a key's default as the file would have it: it is read as what stands in the file is."""
    return Field(default=value)
