"""What tries of doors share: a browser, and a town to try them in."""

from dataclasses import replace

import pytest
from sqlmodel import Session

from adapters.codes import QrCodes
from services import ports
from tests.pages.conftest import _installed_components as _installed_components
from tests.pages.conftest import visit as visit
from tests.security import town as towns
from tests.security.town import Town


@pytest.fixture
def town(session: Session) -> Town:
    """Two wards of one province, settled; codes can be drawn."""
    ports.provide(replace(ports.ports(), codes=QrCodes()))
    return towns.settle(session)
