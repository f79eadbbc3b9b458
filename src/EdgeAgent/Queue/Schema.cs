using SQLitePCL;

namespace EdgeAgent.Queue;

/// <summary>The tables, and how an older file gets them.</summary>
internal static class Schema
{
    /// <summary>"EdgA": what makes a SQLite file ours.</summary>
    public const int ApplicationId = 0x45646741;

    public const int Version = 1;

    /// <summary>
    /// <c>era</c>: one row per start of the process and per step of the clock; its messages are those from its first number to below the
    /// next row's. <c>envelope</c>: what many messages share; <c>last_seq</c> is null while new messages may still use it.
    /// <c>message</c> and <c>urgent</c> (high priority) share one counter: <c>t</c> is boot milliseconds, <c>v</c> an integer, a real, or a blob whose
    /// first byte is the kind. <c>ledger</c>: what will never be delivered. <c>dead</c>: what the broker refused for good. No secondary
    /// index on messages: it would cost half as much again as the rows.
    /// </summary>
    private const string Tables = """
        CREATE TABLE era(first_seq INTEGER PRIMARY KEY, name INTEGER NOT NULL, boot_id TEXT NOT NULL, wall_offset INTEGER NOT NULL,
            synced INTEGER NOT NULL, started INTEGER NOT NULL, clean INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE envelope(id INTEGER PRIMARY KEY, spec BLOB NOT NULL, last_seq INTEGER);
        CREATE INDEX envelope_last_seq ON envelope(last_seq);
        CREATE TABLE message(seq INTEGER PRIMARY KEY, env INTEGER NOT NULL, t INTEGER NOT NULL, v);
        CREATE TABLE urgent(seq INTEGER PRIMARY KEY, env INTEGER NOT NULL, t INTEGER NOT NULL, v);
        CREATE TABLE ledger(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, reason INTEGER NOT NULL, topic TEXT NOT NULL, era INTEGER NOT NULL,
            seq_from INTEGER NOT NULL, seq_to INTEGER NOT NULL, wall_from INTEGER, wall_to INTEGER, count INTEGER NOT NULL, note TEXT);
        CREATE TABLE dead(seq INTEGER PRIMARY KEY, priority INTEGER NOT NULL, env INTEGER NOT NULL, t INTEGER NOT NULL, v,
            code INTEGER NOT NULL, text TEXT, refused_at INTEGER);
        CREATE TABLE state(key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
        """;

    /// <summary>Makes the tables of a new file, in one transaction.</summary>
    public static void Create(sqlite3 database)
    {
        Statement.Execute(database, "BEGIN IMMEDIATE");
        Statement.Execute(database, Tables);
        Statement.Execute(database, $"PRAGMA application_id = {ApplicationId}");
        Statement.Execute(database, $"PRAGMA user_version = {Version}");
        Statement.Execute(database, "COMMIT");
    }
}
