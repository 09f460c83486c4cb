"""Inserting many rows past what SQLAlchemy does for each: values go through the same converters of their types, then
straight to the driver (COPY on PostgreSQL). The database checks and its triggers fire as for any other insert."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from casemgr.db import is_postgresql

FEW = 200  # rows that are no burden


def insert(session, table: sa.Table, rows: Sequence[dict]) -> None:
    """Rows that name the same columns. Raises SQLAlchemy's IntegrityError."""
    names = list(rows[0])
    if len(rows) < FEW or any(column.default is not None for column in table.c if column.name not in names):
        session.execute(sa.insert(table), rows)
        return
    connection = session.connection()
    dialect = connection.dialect
    quote = dialect.identifier_preparer.quote
    values = [_converted(table.c[name], [row[name] for row in rows], dialect) for name in names]
    where = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    cursor = connection.connection.cursor()
    try:
        if is_postgresql(session):
            with cursor.copy(f"COPY {where} FROM STDIN") as copy:
                for row in zip(*values, strict=True):
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(names))
            # Names from our own models.
            cursor.executemany(f"INSERT INTO {where} VALUES ({marks})", zip(*values, strict=True))  # noqa: S608
    except dialect.dbapi.IntegrityError as error:
        raise IntegrityError(None, None, error) from None
    finally:
        cursor.close()


def _converted(column: sa.Column, values: list, dialect) -> list:
    convert = column.type.dialect_impl(dialect).bind_processor(dialect)
    return values if convert is None else [convert(value) for value in values]
