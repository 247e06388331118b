"""What every test may ask for."""

from pathlib import Path

import hypothesis
import pytest
from hypothesis import Phase

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real posts; a test that asks for it is skipped where it is absent."""
    data = SHARED / "data"
    if not data.is_dir():
        pytest.skip("the shared folder of real posts is not beside this checkout")
    return data


hypothesis.settings.register_profile("quick", deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
