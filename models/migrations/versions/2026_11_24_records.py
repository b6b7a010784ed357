"""The audit trail, calibration, coaching, deals and performance records."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

ADDED = (
    ('organisation', sa.Column('time_zone', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default='UTC')),
    ('organisation', sa.Column('notice', sa.Text(), nullable=False, server_default='')),
    ('organisation', sa.Column('approve_after_hours', sa.Integer(), nullable=True)),
    ('organisation', sa.Column('approve_least_coverage', sa.Float(), nullable=False, server_default='0.8')),
    ('organisation', sa.Column('trail_number', sa.Integer(), nullable=False, server_default='0')),
    ('organisation', sa.Column('trail_hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default='0' * 64)),
    ('call', sa.Column('customer_sentiment', sa.Float(), nullable=True)),
    ('call', sa.Column('customer_sentiment_change', sa.Float(), nullable=True)),
    ('review', sa.Column('correction', sa.Integer(), nullable=False, server_default='0')),
    ('users', sa.Column('notice_seen_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)),
)
"""Columns of tables that others refer to: added and dropped in place, since SQLite, made to build such a table anew,
deletes what refers to it."""


KNOWN_OF_CALLS = """
UPDATE tracker_hit SET
    at = (SELECT started_at FROM call WHERE call.id = tracker_hit.call_id),
    rep_id = (SELECT rep_id FROM call WHERE call.id = tracker_hit.call_id),
    team_id = (SELECT team_id FROM call WHERE call.id = tracker_hit.call_id)
"""
"""Hits that are there already say what is known of their calls."""


def upgrade() -> None:
    """Go forward."""
    op.create_table('formula_version',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'active', 'trial', 'retired', name='versionstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('activated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('retired_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('locked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_formula_version_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_formula_version')),
    sa.UniqueConstraint('organisation_id', 'id', name=op.f('uq_formula_version_organisation_id_id')),
    sa.UniqueConstraint('organisation_id', 'number', name=op.f('uq_formula_version_organisation_id_number'))
    )
    op.create_table('playlist',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_playlist_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_playlist')),
    sa.UniqueConstraint('organisation_id', 'id', name=op.f('uq_playlist_organisation_id_id'))
    )
    op.create_table('trail',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('principal_id', sa.Uuid(), nullable=True),
    sa.Column('action', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('subject', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('salt', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('before', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_trail_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('organisation_id', 'number', name=op.f('pk_trail'))
    )
    with op.batch_alter_table('trail', schema=None) as batch_op:
        batch_op.create_index('ix_trail_principal_id', ['organisation_id', 'principal_id', 'number'], unique=False)
        batch_op.create_index('ix_trail_subject', ['organisation_id', 'subject', 'number'], unique=False)

    op.create_table('deal',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('account', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('rep_id', sa.Uuid(), nullable=True),
    sa.Column('stage', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('stages', sa.JSON(), nullable=False),
    sa.Column('outcome', sa.Enum('open', 'won', 'lost', name='outcome', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('amount', sa.Float(), nullable=True),
    sa.Column('currency', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('opened_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('closed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'rep_id'], ['users.organisation_id', 'users.id'], name=op.f('fk_deal_organisation_id_rep_id_users'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_deal_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deal')),
    sa.UniqueConstraint('organisation_id', 'external_id', name=op.f('uq_deal_organisation_id_external_id')),
    sa.UniqueConstraint('organisation_id', 'id', name=op.f('uq_deal_organisation_id_id'))
    )
    with op.batch_alter_table('deal', schema=None) as batch_op:
        batch_op.create_index('ix_deal_rep_id_closed_at', ['organisation_id', 'rep_id', 'closed_at'], unique=False)
        batch_op.create_index('ix_deal_rep_id_opened_at', ['organisation_id', 'rep_id', 'opened_at'], unique=False)

    op.create_table('record_cell',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('rep_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('day', 'week', 'month', 'quarter', name='periodkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('start', sa.Date(), nullable=False),
    sa.Column('call_type', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('calls', sa.Integer(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'rep_id'], ['users.organisation_id', 'users.id'], name=op.f('fk_record_cell_organisation_id_rep_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_record_cell_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('rep_id', 'kind', 'start', 'call_type', name=op.f('pk_record_cell'))
    )
    with op.batch_alter_table('record_cell', schema=None) as batch_op:
        batch_op.create_index('ix_record_cell_period', ['organisation_id', 'kind', 'start', 'call_type'], unique=False)

    op.create_table('clip',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('call_id', sa.Uuid(), nullable=False),
    sa.Column('start', sa.Float(), nullable=False),
    sa.Column('end', sa.Float(), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.CheckConstraint('start >= 0', name=op.f('ck_clip_start_not_negative')),
    sa.ForeignKeyConstraint(['organisation_id', 'call_id'], ['call.organisation_id', 'call.id'], name=op.f('fk_clip_organisation_id_call_id_call'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_clip_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clip')),
    sa.UniqueConstraint('organisation_id', 'id', name=op.f('uq_clip_organisation_id_id'))
    )
    with op.batch_alter_table('clip', schema=None) as batch_op:
        batch_op.create_index('ix_clip_call_id', ['call_id', 'id'], unique=False)

    op.create_table('comment',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('call_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('start', sa.Float(), nullable=True),
    sa.Column('end', sa.Float(), nullable=True),
    sa.Column('quote', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('deleted_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id', 'call_id'], ['call.organisation_id', 'call.id'], name=op.f('fk_comment_organisation_id_call_id_call'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id', 'parent_id'], ['comment.organisation_id', 'comment.id'], name=op.f('fk_comment_organisation_id_parent_id_comment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id', 'user_id'], ['users.organisation_id', 'users.id'], name=op.f('fk_comment_organisation_id_user_id_users'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_comment_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment')),
    sa.UniqueConstraint('organisation_id', 'id', name=op.f('uq_comment_organisation_id_id'))
    )
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.create_index('ix_comment_call_id', ['call_id', 'id'], unique=False)
        batch_op.create_index('ix_comment_user_id', ['organisation_id', 'user_id', 'created_at'], unique=False)

    op.create_table('contribution',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('call_id', sa.Uuid(), nullable=False),
    sa.Column('rep_id', sa.Uuid(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('call_type', sa.Enum('discovery', 'demo', 'negotiation', 'renewal', 'service', 'general', name='calltype', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('measures', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'call_id'], ['call.organisation_id', 'call.id'], name=op.f('fk_contribution_organisation_id_call_id_call'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id', 'rep_id'], ['users.organisation_id', 'users.id'], name=op.f('fk_contribution_organisation_id_rep_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_contribution_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('call_id', name=op.f('pk_contribution'))
    )
    with op.batch_alter_table('contribution', schema=None) as batch_op:
        batch_op.create_index('ix_contribution_rep_id_at', ['organisation_id', 'rep_id', 'at'], unique=False)

    op.create_table('listening',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('call_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.Column('first_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('last_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'call_id'], ['call.organisation_id', 'call.id'], name=op.f('fk_listening_organisation_id_call_id_call'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id', 'user_id'], ['users.organisation_id', 'users.id'], name=op.f('fk_listening_organisation_id_user_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_listening_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listening')),
    sa.UniqueConstraint('call_id', 'user_id', 'day', name=op.f('uq_listening_call_id_user_id_day'))
    )
    with op.batch_alter_table('listening', schema=None) as batch_op:
        batch_op.create_index('ix_listening_user_id', ['user_id', 'day'], unique=False)

    op.create_table('record_due',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', sa.Uuid(), nullable=True),
    sa.Column('deal_id', sa.Uuid(), nullable=True),
    sa.Column('rep_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'call_id'], ['call.organisation_id', 'call.id'], name=op.f('fk_record_due_organisation_id_call_id_call'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id', 'deal_id'], ['deal.organisation_id', 'deal.id'], name=op.f('fk_record_due_organisation_id_deal_id_deal'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id', 'rep_id'], ['users.organisation_id', 'users.id'], name=op.f('fk_record_due_organisation_id_rep_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_record_due_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_record_due'))
    )
    op.create_table('action_item',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('rep_id', sa.Uuid(), nullable=False),
    sa.Column('call_id', sa.Uuid(), nullable=True),
    sa.Column('comment_id', sa.Uuid(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('done_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'call_id'], ['call.organisation_id', 'call.id'], name=op.f('fk_action_item_organisation_id_call_id_call'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id', 'comment_id'], ['comment.organisation_id', 'comment.id'], name=op.f('fk_action_item_organisation_id_comment_id_comment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id', 'rep_id'], ['users.organisation_id', 'users.id'], name=op.f('fk_action_item_organisation_id_rep_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_action_item_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_action_item')),
    sa.UniqueConstraint('organisation_id', 'id', name=op.f('uq_action_item_organisation_id_id'))
    )
    with op.batch_alter_table('action_item', schema=None) as batch_op:
        batch_op.create_index('ix_action_item_created_by', ['organisation_id', 'created_by', 'created_at'], unique=False)
        batch_op.create_index('ix_action_item_rep_id', ['rep_id', 'id'], unique=False)

    op.create_table('calibration',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('assessment_id', sa.Uuid(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('closed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id', 'assessment_id'], ['assessment.organisation_id', 'assessment.id'], name=op.f('fk_calibration_organisation_id_assessment_id_assessment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_calibration_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calibration')),
    sa.UniqueConstraint('organisation_id', 'id', name=op.f('uq_calibration_organisation_id_id'))
    )
    with op.batch_alter_table('calibration', schema=None) as batch_op:
        batch_op.create_index('ix_calibration_organisation_id_created_at', ['organisation_id', 'created_at', 'id'], unique=False)

    op.create_table('mention',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('comment_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('seen_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id', 'comment_id'], ['comment.organisation_id', 'comment.id'], name=op.f('fk_mention_organisation_id_comment_id_comment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id', 'user_id'], ['users.organisation_id', 'users.id'], name=op.f('fk_mention_organisation_id_user_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_mention_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('comment_id', 'user_id', name=op.f('pk_mention'))
    )
    with op.batch_alter_table('mention', schema=None) as batch_op:
        batch_op.create_index('ix_mention_user_id', ['user_id', 'comment_id'], unique=False)

    op.create_table('playlist_clip',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('playlist_id', sa.Uuid(), nullable=False),
    sa.Column('clip_id', sa.Uuid(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'clip_id'], ['clip.organisation_id', 'clip.id'], name=op.f('fk_playlist_clip_organisation_id_clip_id_clip'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id', 'playlist_id'], ['playlist.organisation_id', 'playlist.id'], name=op.f('fk_playlist_clip_organisation_id_playlist_id_playlist'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_playlist_clip_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('playlist_id', 'clip_id', name=op.f('pk_playlist_clip'))
    )
    with op.batch_alter_table('playlist_clip', schema=None) as batch_op:
        batch_op.create_index('ix_playlist_clip_clip_id', ['clip_id'], unique=False)

    op.create_table('calibration_member',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('calibration_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('submitted_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id', 'calibration_id'], ['calibration.organisation_id', 'calibration.id'], name=op.f('fk_calibration_member_organisation_id_calibration_id_calibration'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id', 'user_id'], ['users.organisation_id', 'users.id'], name=op.f('fk_calibration_member_organisation_id_user_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_calibration_member_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('calibration_id', 'user_id', name=op.f('pk_calibration_member'))
    )
    with op.batch_alter_table('calibration_member', schema=None) as batch_op:
        batch_op.create_index('ix_calibration_member_user_id', ['user_id'], unique=False)

    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('calibration_id', sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_answer_organisation_id_calibration_id_calibration'), 'calibration', ['organisation_id', 'calibration_id'], ['organisation_id', 'id'], ondelete='CASCADE')

    with op.batch_alter_table('move', schema=None) as batch_op:
        batch_op.create_index('ix_move_user_id', ['user_id', 'created_at'], unique=False)

    with op.batch_alter_table('tracker_hit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('rep_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('team_id', sa.Uuid(), nullable=True))
        batch_op.drop_index('ix_tracker_hit_tracker_id')

    op.execute(KNOWN_OF_CALLS)
    with op.batch_alter_table('tracker_hit', schema=None) as batch_op:
        batch_op.alter_column('at', existing_type=sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False)
        batch_op.create_index('ix_tracker_hit_tracker_id_at', ['tracker_id', 'at', 'call_id', 'number', 'side', 'rep_id', 'team_id'], unique=False)

    for table, column in ADDED:
        op.add_column(table, column)
    op.drop_index('ix_assessment_queue', 'assessment')
    op.create_index('ix_assessment_state', 'assessment', ['organisation_id', 'state', 'trial', 'call_id'])
    op.create_index('ix_assessment_queue', 'assessment', ['organisation_id', 'queue', 'created_at', 'id'])
    op.create_index('ix_assessment_version_id', 'assessment', ['version_id', 'id'])


def downgrade() -> None:
    """Go back."""
    op.drop_index('ix_assessment_version_id', 'assessment')
    op.drop_index('ix_assessment_state', 'assessment')
    op.drop_index('ix_assessment_queue', 'assessment')
    op.create_index('ix_assessment_queue', 'assessment', ['organisation_id', 'state', 'queue', 'created_at'])
    for table, column in reversed(ADDED):
        op.drop_column(table, column.name)
    with op.batch_alter_table('move', schema=None) as batch_op:
        batch_op.drop_index('ix_move_user_id')

    with op.batch_alter_table('tracker_hit', schema=None) as batch_op:
        batch_op.drop_index('ix_tracker_hit_tracker_id_at')
        batch_op.create_index('ix_tracker_hit_tracker_id', ['tracker_id', 'call_id'], unique=False)
        batch_op.drop_column('team_id')
        batch_op.drop_column('rep_id')
        batch_op.drop_column('at')

    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_answer_organisation_id_calibration_id_calibration'), type_='foreignkey')
        batch_op.drop_column('calibration_id')

    with op.batch_alter_table('calibration_member', schema=None) as batch_op:
        batch_op.drop_index('ix_calibration_member_user_id')

    op.drop_table('calibration_member')
    with op.batch_alter_table('playlist_clip', schema=None) as batch_op:
        batch_op.drop_index('ix_playlist_clip_clip_id')

    op.drop_table('playlist_clip')
    with op.batch_alter_table('mention', schema=None) as batch_op:
        batch_op.drop_index('ix_mention_user_id')

    op.drop_table('mention')
    with op.batch_alter_table('calibration', schema=None) as batch_op:
        batch_op.drop_index('ix_calibration_organisation_id_created_at')

    op.drop_table('calibration')
    with op.batch_alter_table('action_item', schema=None) as batch_op:
        batch_op.drop_index('ix_action_item_rep_id')
        batch_op.drop_index('ix_action_item_created_by')

    op.drop_table('action_item')
    op.drop_table('record_due')
    with op.batch_alter_table('listening', schema=None) as batch_op:
        batch_op.drop_index('ix_listening_user_id')

    op.drop_table('listening')
    with op.batch_alter_table('contribution', schema=None) as batch_op:
        batch_op.drop_index('ix_contribution_rep_id_at')

    op.drop_table('contribution')
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.drop_index('ix_comment_user_id')
        batch_op.drop_index('ix_comment_call_id')

    op.drop_table('comment')
    with op.batch_alter_table('clip', schema=None) as batch_op:
        batch_op.drop_index('ix_clip_call_id')

    op.drop_table('clip')
    with op.batch_alter_table('record_cell', schema=None) as batch_op:
        batch_op.drop_index('ix_record_cell_period')

    op.drop_table('record_cell')
    with op.batch_alter_table('deal', schema=None) as batch_op:
        batch_op.drop_index('ix_deal_rep_id_opened_at')
        batch_op.drop_index('ix_deal_rep_id_closed_at')

    op.drop_table('deal')
    with op.batch_alter_table('trail', schema=None) as batch_op:
        batch_op.drop_index('ix_trail_subject')
        batch_op.drop_index('ix_trail_principal_id')

    op.drop_table('trail')
    op.drop_table('playlist')
    op.drop_table('formula_version')
