"""What the tests of the store may ask for: the same test on both databases."""

import pytest

from tests.blank import BOTH, POSTGRES, SQLITE, Database


@pytest.fixture(scope="session", params=BOTH)
def database(request: pytest.FixtureRequest) -> Database:
    """The database that a test runs on; PostgreSQL's tests are skipped where it is absent."""
    if request.param == SQLITE.name:
        return SQLITE
    POSTGRES.server()
    return POSTGRES
