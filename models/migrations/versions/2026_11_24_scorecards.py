"""Scorecards, trackers and assessments; and the stage that scores."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

BEFORE = ("decode", "render", "listen", "transcribe", "diarize", "attribute", "judge", "measure")
AFTER = (*BEFORE, "score")
TABLES = ("product", "stage_run")


def allow(stages: tuple[str, ...]) -> None:
    """Have tables take these stages and no others."""
    names = ", ".join(f"'{stage}'" for stage in stages)
    for table in TABLES:
        name = op.f(f"ck_{table}_stagename")
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(name, type_="check")
            batch_op.create_check_constraint(name, f"stage IN ({names})")


def upgrade() -> None:
    """Go forward."""
    allow(AFTER)
    op.create_table('scorecard',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_scorecard_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scorecard')),
    sa.UniqueConstraint('organisation_id', 'id', name=op.f('uq_scorecard_organisation_id_id')),
    sa.UniqueConstraint('organisation_id', 'key', name=op.f('uq_scorecard_organisation_id_key'))
    )
    op.create_table('tracker',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_tracker_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tracker')),
    sa.UniqueConstraint('organisation_id', 'id', name=op.f('uq_tracker_organisation_id_id')),
    sa.UniqueConstraint('organisation_id', 'key', name=op.f('uq_tracker_organisation_id_key'))
    )
    op.create_table('scorecard_version',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('scorecard_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'active', 'trial', 'retired', name='versionstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('activated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('locked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id', 'scorecard_id'], ['scorecard.organisation_id', 'scorecard.id'], name=op.f('fk_scorecard_version_organisation_id_scorecard_id_scorecard'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_scorecard_version_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scorecard_version')),
    sa.UniqueConstraint('organisation_id', 'id', name=op.f('uq_scorecard_version_organisation_id_id')),
    sa.UniqueConstraint('scorecard_id', 'number', name=op.f('uq_scorecard_version_scorecard_id_number'))
    )
    op.create_table('assessment',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('call_id', sa.Uuid(), nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('trial', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('proposed', 'in_review', 'approved', 'corrected', 'rejected', name='assessmentstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('points', sa.Integer(), nullable=True),
    sa.Column('coverage', sa.Float(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('queue', sa.SmallInteger(), nullable=False),
    sa.Column('why', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('assigned_to', sa.Uuid(), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('by_policy', sa.Boolean(), nullable=False),
    sa.Column('acknowledged_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('contested_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'call_id'], ['call.organisation_id', 'call.id'], name=op.f('fk_assessment_organisation_id_call_id_call'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id', 'version_id'], ['scorecard_version.organisation_id', 'scorecard_version.id'], name=op.f('fk_assessment_organisation_id_version_id_scorecard_version'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_assessment_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment')),
    sa.UniqueConstraint('call_id', 'version_id', name=op.f('uq_assessment_call_id_version_id')),
    sa.UniqueConstraint('organisation_id', 'id', name=op.f('uq_assessment_organisation_id_id'))
    )
    with op.batch_alter_table('assessment', schema=None) as batch_op:
        batch_op.create_index('ix_assessment_organisation_id_updated_at', ['organisation_id', 'updated_at', 'id'], unique=False)
        batch_op.create_index('ix_assessment_queue', ['organisation_id', 'state', 'queue', 'created_at'], unique=False)

    op.create_table('tracker_hit',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('call_id', sa.Uuid(), nullable=False),
    sa.Column('tracker_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('utterance', sa.Integer(), nullable=False),
    sa.Column('start', sa.Float(), nullable=False),
    sa.Column('end', sa.Float(), nullable=False),
    sa.Column('side', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('words', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'call_id'], ['call.organisation_id', 'call.id'], name=op.f('fk_tracker_hit_organisation_id_call_id_call'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id', 'tracker_id'], ['tracker.organisation_id', 'tracker.id'], name=op.f('fk_tracker_hit_organisation_id_tracker_id_tracker'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_tracker_hit_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('call_id', 'tracker_id', 'number', name=op.f('pk_tracker_hit'))
    )
    with op.batch_alter_table('tracker_hit', schema=None) as batch_op:
        batch_op.create_index('ix_tracker_hit_tracker_id', ['tracker_id', 'call_id'], unique=False)

    op.create_table('answer',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assessment_id', sa.Uuid(), nullable=False),
    sa.Column('item', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sa.Enum('review', 'self', 'calibration', name='answerkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'assessment_id'], ['assessment.organisation_id', 'assessment.id'], name=op.f('fk_answer_organisation_id_assessment_id_assessment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id', 'user_id'], ['users.organisation_id', 'users.id'], name=op.f('fk_answer_organisation_id_user_id_users'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_answer_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer'))
    )
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.create_index('ix_answer_assessment_id', ['assessment_id', 'kind', 'item'], unique=False)

    op.create_table('machine_score',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assessment_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=True),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'assessment_id'], ['assessment.organisation_id', 'assessment.id'], name=op.f('fk_machine_score_organisation_id_assessment_id_assessment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_machine_score_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_machine_score')),
    sa.UniqueConstraint('assessment_id', 'version', name=op.f('uq_machine_score_assessment_id_version'))
    )
    op.create_table('move',
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assessment_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Enum('take', 'give_back', 'approve', 'correct', 'reject', 'reopen', 'acknowledge', 'contest', 'uphold', 'approve_by_policy', 'rescore', name='movename', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('before', sa.Enum('proposed', 'in_review', 'approved', 'corrected', 'rejected', name='before', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('after', sa.Enum('proposed', 'in_review', 'approved', 'corrected', 'rejected', name='after', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=True),
    sa.Column('comment', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id', 'assessment_id'], ['assessment.organisation_id', 'assessment.id'], name=op.f('fk_move_organisation_id_assessment_id_assessment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_move_organisation_id_organisation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_move'))
    )
    with op.batch_alter_table('move', schema=None) as batch_op:
        batch_op.create_index('ix_move_assessment_id', ['assessment_id'], unique=False)



def downgrade() -> None:
    """Go back."""
    for table in TABLES:
        op.execute(f"DELETE FROM {table} WHERE stage = 'score'")  # noqa: S608 - named above
    allow(BEFORE)
    with op.batch_alter_table('move', schema=None) as batch_op:
        batch_op.drop_index('ix_move_assessment_id')

    op.drop_table('move')
    op.drop_table('machine_score')
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_index('ix_answer_assessment_id')

    op.drop_table('answer')
    with op.batch_alter_table('tracker_hit', schema=None) as batch_op:
        batch_op.drop_index('ix_tracker_hit_tracker_id')

    op.drop_table('tracker_hit')
    with op.batch_alter_table('assessment', schema=None) as batch_op:
        batch_op.drop_index('ix_assessment_queue')
        batch_op.drop_index('ix_assessment_organisation_id_updated_at')

    op.drop_table('assessment')
    op.drop_table('scorecard_version')
    op.drop_table('tracker')
    op.drop_table('scorecard')
