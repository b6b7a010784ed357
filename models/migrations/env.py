"""Alembic's entry: migrates over the connection that `models.migrate` hands in."""

from alembic import context

from models.migrate import compared
from models.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    include_name=compared,
)
with context.begin_transaction():
    context.run_migrations()
