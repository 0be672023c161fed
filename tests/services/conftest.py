"""Where most rules are tried: a ward."""

import pytest
from sqlmodel import Session

from models import Unit
from tests.factories import make_unit


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session)
