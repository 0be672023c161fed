"""Models and migrations say the same, on whichever database the suite runs."""

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, inspect

from core.settings import ROOT
from models import Model


@pytest.fixture
def config(engine: Engine) -> Config:
    """Alembic on a database from which the tables have been taken again."""
    Model.metadata.drop_all(engine)
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def test_the_migrations_make_what_the_models_say(config: Config) -> None:
    command.upgrade(config, "head")

    command.check(config)  # raises when they differ


def test_the_way_down_leaves_nothing(config: Config, engine: Engine) -> None:
    command.upgrade(config, "head")

    command.downgrade(config, "base")

    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
