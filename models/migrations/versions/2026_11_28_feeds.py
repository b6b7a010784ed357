"""Feeds, and everything that is there noted for them."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table('feed_due',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cause', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_feed_due_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feed_due'))
    )
    op.create_table('feed_entry',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('feed', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('deleted_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_feed_entry_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('organisation_id', 'feed', 'key', name=op.f('pk_feed_entry'))
    )
    with op.batch_alter_table('feed_entry', schema=None) as batch_op:
        batch_op.create_index('ix_feed_entry_at', ['organisation_id', 'feed', 'at', 'key'], unique=False)
        batch_op.create_index('ix_feed_entry_gone', ['organisation_id', 'position'], unique=False, sqlite_where=sa.text('deleted_at IS NOT NULL'), postgresql_where=sa.text('deleted_at IS NOT NULL'))
        batch_op.create_index('ix_feed_entry_position', ['organisation_id', 'feed', 'position'], unique=False)

    op.create_table('feed_head',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('first', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('swept', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_feed_head_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_feed_head'))
    )
    op.add_column('call', sa.Column('crm_deal', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.create_index('ix_call_crm_deal', 'call', ['organisation_id', 'crm_deal'])
    op.execute("UPDATE call SET crm_deal = crm ->> 'deal'")
    for statement in _notes(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Go back."""
    op.drop_index('ix_call_crm_deal', 'call')
    op.drop_column('call', 'crm_deal')
    op.drop_table('feed_head')
    with op.batch_alter_table('feed_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_feed_entry_position')
        batch_op.drop_index('ix_feed_entry_gone')
        batch_op.drop_index('ix_feed_entry_at')

    op.drop_table('feed_entry')
    op.drop_table('feed_due')


def _notes(dialect):
    """Yield the statements that note what is there; workers, and whoever reads a feed, tell of it."""
    into = 'INSERT INTO feed_due (organisation_id, cause, key, created_at)'
    call, deal, rep = (_written(column, dialect) for column in ('call.id', 'deal.id', 'rep_id'))
    day = 'start' if dialect == 'sqlite' else "to_char(start, 'YYYY-MM-DD')"
    yield f"{into} SELECT organisation_id, 'call', {call}, created_at FROM call WHERE deleted_at IS NULL"
    yield f"{into} SELECT organisation_id, 'deal', {deal}, created_at FROM deal"
    yield (
        f"{into} SELECT organisation_id, 'record', {rep} || ':' || kind || ':' || {day} || ':' || call_type, updated_at"
        " FROM record_cell"
    )


def _written(column, dialect):
    """Return a key as it is written; SQLite keeps 32 digits without dashes."""
    if dialect != 'sqlite':
        return f'CAST({column} AS TEXT)'
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return " || '-' || ".join(f'substr({column}, {begin}, {length})' for begin, length in parts)
