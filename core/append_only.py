"""Tables whose rows are only added: the database itself refuses to change or take one away, whoever asks (ASVS 16.4.2)."""

from sqlalchemy import DDL, Table, event


def keep(table: Table) -> None:
    """Have the refusal made with the table. Whoever makes the table anew (SQLite's way of altering one) makes it again."""
    for dialect, statements in (("sqlite", sqlite_statements(table.name)), ("postgresql", postgresql_statements(table.name))):
        for statement in statements:
            event.listen(table, "after_create", _ddl(statement).execute_if(dialect=dialect))
    away = _ddl(f"DROP FUNCTION IF EXISTS {table.name}_is_kept() CASCADE")
    event.listen(table, "before_drop", away.execute_if(dialect="postgresql"))


def _ddl(statement: str) -> DDL:
    return DDL(statement)  # type: ignore[no-untyped-call]


def sqlite_statements(table: str) -> list[str]:
    """A trigger for each way to lose a row."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return [
        f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_undeleted BEFORE DELETE ON {table} {refuse}",
    ]


def postgresql_statements(table: str) -> list[str]:
    """The same; emptying a table there is a third way."""
    name = f"{table}_is_kept"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        f"CREATE TRIGGER {table}_unemptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
    ]
