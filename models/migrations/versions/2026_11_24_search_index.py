"""The index over what is said in calls: FTS5 kept by triggers on SQLite, a generated column on PostgreSQL."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    (
        "CREATE VIRTUAL TABLE call_fts USING fts5("
        "text, content='call_text', content_rowid='id', tokenize='unicode61 remove_diacritics 0')"
    ),
    (
        "CREATE TRIGGER call_fts_insert AFTER INSERT ON call_text BEGIN "
        "INSERT INTO call_fts(rowid, text) VALUES (new.id, new.text); END"
    ),
    (
        "CREATE TRIGGER call_fts_delete AFTER DELETE ON call_text BEGIN "
        "INSERT INTO call_fts(call_fts, rowid, text) VALUES ('delete', old.id, old.text); END"
    ),
    (
        "CREATE TRIGGER call_fts_update AFTER UPDATE ON call_text BEGIN "
        "INSERT INTO call_fts(call_fts, rowid, text) VALUES ('delete', old.id, old.text); "
        "INSERT INTO call_fts(rowid, text) VALUES (new.id, new.text); END"
    ),
)
# Pairs of words that follow each other, which `models.search.neighbours` looks for.
NEIGHBOURS = """
CREATE FUNCTION neighbours(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_to_tsvector(coalesce(array_agg(first || ' ' || second), '{}'))
    FROM (
        SELECT word AS first, lead(word) OVER (ORDER BY place) AS second
        FROM unnest(string_to_array(said, ' ')) WITH ORDINALITY AS words (word, place)
    ) AS pairs
    WHERE second IS NOT NULL
$$
"""
# Words are kept beside the table, however few they are: what finds calls by the index reads only their keys.
POSTGRESQL = (
    NEIGHBOURS,
    "ALTER TABLE call_text SET (toast_tuple_target = 128)",
    (
        "ALTER TABLE call_text ADD COLUMN lexemes tsvector "
        "GENERATED ALWAYS AS (to_tsvector('simple', text)) STORED"
    ),
    "ALTER TABLE call_text ADD COLUMN neighbours tsvector GENERATED ALWAYS AS (neighbours(text)) STORED",
    "CREATE INDEX ix_call_text_lexemes ON call_text USING gin (lexemes, neighbours)",
)


def upgrade() -> None:
    """Make the index."""
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Drop the index."""
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER call_fts_{trigger}")
        op.execute("DROP TABLE call_fts")
    else:
        op.execute("DROP INDEX ix_call_text_lexemes")
        op.execute("ALTER TABLE call_text DROP COLUMN neighbours")
        op.execute("ALTER TABLE call_text DROP COLUMN lexemes")
        op.execute("DROP FUNCTION neighbours(text)")
        op.execute("ALTER TABLE call_text RESET (toast_tuple_target)")
