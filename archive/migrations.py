"""The shape of the ledger's database and how an older one gets to it.

DO add a migration at the end of MIGRATIONS. DON'T change one that was ever released: databases out there have run it.
`user_version` of a database is the number of migrations that it has run; all missing ones run in one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from archive import chain, outcomes

APPLICATION_ID = 0x50454541  # "PEEA" in ASCII, so that `file` and we can tell the database from another program's

# Names from the ward's files are BLOBs (UTF-8): file names are bytes and may hold what is not UTF-8. Moments are
# ISO 8601 in UTC with six digits of seconds, so that their order as text is their order in time.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE jobs (
            number       INTEGER PRIMARY KEY AUTOINCREMENT,
            id           TEXT    NOT NULL UNIQUE CHECK (length(id) = 64),
            source       BLOB    NOT NULL,
            size_bytes   INTEGER NOT NULL CHECK (size_bytes >= 0),
            received_at  TEXT    NOT NULL,
            recorded_at  TEXT,
            bed          BLOB    NOT NULL,
            patient      BLOB    NOT NULL,
            activity     BLOB    NOT NULL,
            state        TEXT    NOT NULL CHECK (state IN ('received', 'graded', 'reported', 'archived')),
            attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            attempted_at TEXT,
            next_try_at  TEXT,
            trouble      TEXT    NOT NULL DEFAULT '',
            parked       TEXT    NOT NULL DEFAULT '',
            announced    INTEGER NOT NULL DEFAULT 0 CHECK (announced IN (0, 1)),
            graded_at    TEXT,
            reported_at  TEXT,
            archived_at  TEXT
        ) STRICT
        """,
        "CREATE INDEX jobs_by_state ON jobs (state, number)",
        "CREATE INDEX jobs_by_arrival ON jobs (received_at)",
        """
        CREATE TABLE outcomes (
            number  INTEGER PRIMARY KEY REFERENCES jobs (number),
            outcome TEXT    NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE receipts (
            number        INTEGER PRIMARY KEY REFERENCES jobs (number),
            sealed_name   BLOB    NOT NULL,
            sealed_sha256 TEXT    NOT NULL CHECK (length(sealed_sha256) = 64),
            sealed_bytes  INTEGER NOT NULL CHECK (sealed_bytes > 0)
        ) STRICT
        """,
    ),
    (
        # what people typed into the sheets; only added to, so that no text is ever lost (handwriting.Stroke)
        """
        CREATE TABLE handwriting (
            number     INTEGER PRIMARY KEY AUTOINCREMENT,
            row_name   TEXT    NOT NULL,
            column_key TEXT    NOT NULL,
            content    TEXT    NOT NULL,
            at         TEXT    NOT NULL,
            contested  INTEGER NOT NULL CHECK (contested IN (0, 1))
        ) STRICT
        """,
        "CREATE INDEX handwriting_by_row ON handwriting (row_name, number)",
    ),
    (
        # what a roster tells of a recording (jobs.Identity), and the folder of the inbox that it lay in
        "ALTER TABLE jobs ADD COLUMN folder BLOB NOT NULL DEFAULT x''",
        "ALTER TABLE jobs ADD COLUMN injured_at TEXT",
        "ALTER TABLE jobs ADD COLUMN outside TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE jobs ADD COLUMN checks TEXT NOT NULL DEFAULT ''",
    ),
    (
        # the audit trail (audit.Entry); triggers keep slips of the hand out, the chain shows what was meant
        """
        CREATE TABLE audit (
            number   INTEGER PRIMARY KEY AUTOINCREMENT,
            at       TEXT NOT NULL CHECK (length(at) = 32),
            who      TEXT NOT NULL,
            what     TEXT NOT NULL,
            about    TEXT NOT NULL,
            details  TEXT NOT NULL,
            previous TEXT NOT NULL,
            link     TEXT NOT NULL UNIQUE CHECK (length(link) = 64)
        ) STRICT
        """,
        """
        CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END
        """,
        """
        CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END
        """,
        # also against INSERT OR REPLACE, which runs no trigger for what it removes
        """
        CREATE TRIGGER audit_is_added_to_at_its_end BEFORE INSERT ON audit
        WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM audit)
          OR NEW.previous IS NOT coalesce((SELECT link FROM audit ORDER BY number DESC LIMIT 1), printf('%064d', 0))
        BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to at its end'); END
        """,
        # what was there before the trail began, so that its absence from the trail tells nothing
        """
        INSERT INTO audit
        SELECT 1, at, 'peea', 'begun', '', details, printf('%064d', 0),
               chain_link(printf('%064d', 0), 1, at, 'peea', 'begun', '', details)
        FROM (SELECT strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now') AS at,
                     json_object('jobs', (SELECT coalesce(max(number), 0) FROM jobs),
                                 'strokes', (SELECT coalesce(max(number), 0) FROM handwriting)) AS details)
        """,
        "CREATE TABLE settings_seen (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    ),
    (
        # what the archive holds (receipts.Kept), chained as the audit trail is; it begins with the receipts of before
        """
        CREATE TABLE sealings (
            entry         INTEGER PRIMARY KEY AUTOINCREMENT,
            number        INTEGER NOT NULL REFERENCES jobs (number),
            made          TEXT    NOT NULL CHECK (made IN ('sealed', 'rekeyed', 'purged')),
            at            TEXT    NOT NULL CHECK (length(at) = 32),
            sealed_name   TEXT    NOT NULL,
            sealed_sha256 TEXT    NOT NULL CHECK (length(sealed_sha256) = 64),
            sealed_bytes  INTEGER NOT NULL CHECK (sealed_bytes > 0),
            recipients    TEXT    NOT NULL,
            previous      TEXT    NOT NULL,
            link          TEXT    NOT NULL UNIQUE CHECK (length(link) = 64)
        ) STRICT
        """,
        "CREATE INDEX sealings_by_job ON sealings (number, entry)",
        """
        INSERT INTO sealings
        WITH RECURSIVE
        old AS (
            SELECT number, archived_at AS at, CAST(sealed_name AS TEXT) AS name, sealed_sha256 AS sha256,
                   sealed_bytes AS n_bytes
            FROM receipts JOIN jobs USING (number)
        ),
        chained AS (
            SELECT 1 AS entry, old.*, printf('%064d', 0) AS previous,
                   chain_link(printf('%064d', 0), 1, number, 'sealed', at, name, sha256, n_bytes, '') AS link
            FROM old WHERE number = (SELECT min(number) FROM receipts)
            UNION ALL
            SELECT entry + 1, old.*, link,
                   chain_link(link, entry + 1, old.number, 'sealed', old.at, old.name, old.sha256, old.n_bytes, '')
            FROM chained JOIN old ON old.number = (SELECT min(number) FROM receipts WHERE number > chained.number)
        )
        SELECT entry, number, 'sealed', at, name, sha256, n_bytes, '', previous, link FROM chained
        """,
        "DROP TABLE receipts",
        """
        CREATE TRIGGER sealings_are_not_changed BEFORE UPDATE ON sealings
        BEGIN SELECT RAISE(ABORT, 'receipts are only added to'); END
        """,
        """
        CREATE TRIGGER sealings_are_not_removed BEFORE DELETE ON sealings
        BEGIN SELECT RAISE(ABORT, 'receipts are only added to'); END
        """,
        """
        CREATE TRIGGER sealings_are_added_to_at_their_end BEFORE INSERT ON sealings
        WHEN NEW.entry IS NOT (SELECT coalesce(max(entry), 0) + 1 FROM sealings)
          OR NEW.previous IS NOT coalesce((SELECT link FROM sealings ORDER BY entry DESC LIMIT 1), printf('%064d', 0))
        BEGIN SELECT RAISE(ABORT, 'receipts are only added to at their end'); END
        """,
    ),
    (
        # outcomes as the sheets of a day need them (outcomes.outline): derived, so that a day need not be read whole
        """
        CREATE TABLE outlines (
            number  INTEGER PRIMARY KEY REFERENCES jobs (number),
            grade   INTEGER,
            outline TEXT    NOT NULL
        ) STRICT
        """,
        """
        INSERT INTO outlines
        SELECT number, json_extract(outline, '$.assessment.grade'), outline
        FROM (SELECT number, outcome_outline(outcome) AS outline FROM outcomes) WHERE outline IS NOT NULL
        """,
    ),
    (
        # when a person gave up a recording that is nowhere any more (Job.lost_at)
        "ALTER TABLE jobs ADD COLUMN lost_at TEXT",
    ),
)


class ForeignDatabaseError(ValueError):
    """A database of another program, or of a newer version of this one."""


def migrate(
    database: sqlite3.Connection,
    migrations: tuple[tuple[str, ...], ...] = MIGRATIONS,
    before: Callable[[int], object] = lambda form: None,
) -> None:
    """Run the migrations that this database has not run yet; the connection must not be in a transaction.

    Args:   before: called with the form of an older database, while nobody else can write, before anything is changed.
    Raises: ForeignDatabaseError: it is not ours; nothing was changed. sqlite3.Error: no database, or the disk failed.
    """
    database.create_function("chain_link", -1, chain.link, deterministic=True)
    database.create_function("outcome_outline", 1, outcomes.outline_text, deterministic=True)
    database.execute("BEGIN IMMEDIATE")  # before looking: two programs may start at the same time
    try:
        _check_ours(database, len(migrations))
        if 0 < _version(database) < len(migrations):
            before(_version(database))
        for statement in (each for migration in migrations[_version(database) :] for each in migration):
            database.execute(statement)
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {len(migrations)}")
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")


def form(database: sqlite3.Connection, n_known: int = len(MIGRATIONS)) -> int:
    """How many migrations this database has run. Raises: ForeignDatabaseError: it is not ours, or of a newer PEEA."""
    _check_ours(database, n_known)
    return _version(database)


def triggers() -> frozenset[str]:
    """The triggers of the newest form, as the database keeps their text."""
    statements = (statement.strip() for migration in MIGRATIONS for statement in migration)
    return frozenset(statement for statement in statements if statement.startswith("CREATE TRIGGER"))


def _check_ours(database: sqlite3.Connection, n_known: int) -> None:
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (n_tables,) = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION_ID and (application or n_tables):
        raise ForeignDatabaseError("it is the database of another program; give the ledger a path of its own")
    if _version(database) > n_known:
        raise ForeignDatabaseError(
            f"it was made by a newer PEEA (form {_version(database)}, this one knows {n_known}); install that one again"
        )


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])
