"""What every test may ask for."""

from pathlib import Path

import hypothesis
import pytest
from hypothesis import Phase

from tests.blank import BOTH, POSTGRES, SQLITE, Database

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real posts; a test that asks for it is skipped where it is absent."""
    data = SHARED / "data"
    if not data.is_dir():
        pytest.skip("the shared folder of real posts is not beside this checkout")
    return data


@pytest.fixture(scope="session", params=BOTH)
def database(request: pytest.FixtureRequest) -> Database:
    """The database that a test runs on; PostgreSQL's tests are skipped where it is absent."""
    if request.param == SQLITE.name:
        return SQLITE
    POSTGRES.server()
    return POSTGRES


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the proofs what runs on PostgreSQL above `storage/`, whose own tests do in any case."""
    for item in items:
        called = getattr(item, "callspec", None)
        told = [] if called is None else [one for one in called.params.values() if isinstance(one, str)]
        if item.path.parent.name in ("collector", "groundswell") and POSTGRES.name in told:
            item.add_marker(pytest.mark.proof)


hypothesis.settings.register_profile("quick", deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
