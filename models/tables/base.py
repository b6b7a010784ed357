"""What every table shares: names of constraints, keys, and the organisation a row belongs to."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from core.ids import new_id

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = SQLModel.metadata


class TenantRow(SQLModel):
    """A row that belongs to one organisation; `models.db` lets no session see another's.

    There is no index on the organisation alone: SQLite prefers it to every better one.
    """

    organisation_id: UUID = Field(foreign_key="organisation.id", ondelete="CASCADE")


class Keyed(SQLModel):
    """A row with a key of its own, growing with time."""

    id: UUID = Field(default_factory=new_id, primary_key=True)


def choice(kind: type[StrEnum], name: str | None = None) -> Any:
    """Return the column type of an enumeration, stored by value and checked by the database.

    The check is named after the enumeration; two columns of one table need names of their own.
    """
    return Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        length=32,
        name=name or kind.__name__.lower(),
    )


def of_tenant() -> UniqueConstraint:
    """Return the constraint that lets other tables refer to a row and its organisation at once."""
    return UniqueConstraint("organisation_id", "id")


def within_tenant(column: str, table: str, ondelete: str = "CASCADE") -> ForeignKeyConstraint:
    """Return a reference that cannot leave the organisation."""
    return ForeignKeyConstraint(
        ["organisation_id", column], [f"{table}.organisation_id", f"{table}.id"], ondelete=ondelete
    )


def not_negative(*columns: str) -> tuple[CheckConstraint, ...]:
    """Return a check per column that it holds no negative number."""
    return tuple(CheckConstraint(f"{column} >= 0", name=f"{column}_not_negative") for column in columns)
