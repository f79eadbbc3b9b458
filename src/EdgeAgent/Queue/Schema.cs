using SQLitePCL;

namespace EdgeAgent.Queue;

/// <summary>The tables, and how an older file gets them.</summary>
internal static class Schema
{
    /// <summary>"EdgA": what makes a SQLite file ours.</summary>
    public const int ApplicationId = 0x45646741;

    public const int Version = 3;

    /// <summary>
    /// <c>era</c>: one row per start of the process and per step of the clock; its messages are those from its first number to below the
    /// next row's. <c>envelope</c>: what many messages share; <c>last_seq</c> is null while new messages may still use it.
    /// <c>message</c> and <c>urgent</c> (high priority) share one counter: <c>t</c> is boot milliseconds, <c>v</c> an integer, a real, or a blob whose
    /// first byte is the kind. <c>ledger</c>: what will never be delivered. <c>dead</c>: what the broker refused for good; <c>retried</c> where it is in
    /// the queue again. <c>latest</c>: the newest row of each envelope that keeps only that. No secondary
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
            code INTEGER NOT NULL, text TEXT, refused_at INTEGER, attempts INTEGER NOT NULL DEFAULT 1, retried INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE latest(env INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
        CREATE TABLE state(key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
        """;

    /// <summary>What makes a file of one version one of the next, by the version that it starts from.</summary>
    private static readonly string[] Upgrades =
    [
        "",
        "ALTER TABLE ledger ADD COLUMN run INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE dead ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1; ALTER TABLE dead ADD COLUMN retried INTEGER NOT NULL DEFAULT 0; CREATE TABLE latest(env INTEGER PRIMARY KEY, seq INTEGER NOT NULL)",
    ];

    /// <summary>Refuses a newer or a foreign file, without changing it.</summary>
    /// <param name="database">Just opened, nothing written, not even a journal mode.</param>
    /// <exception cref="StoreException">SQLITE_SCHEMA: newer. SQLITE_NOTADB: not ours.</exception>
    public static void Refuse(sqlite3 database)
    {
        var version = VersionOf(database);
        if (IsNew(database, version))
        {
            return;
        }

        if (!IsOurs(database) || version < 1)
        {
            throw Foreign(database);
        }

        if (version > Version)
        {
            throw new StoreException(raw.SQLITE_SCHEMA, $"its format is {version}, this program knows up to {Version}", database);
        }
    }

    /// <summary>Makes the tables of a new file, and brings those of an older one up to date.</summary>
    /// <param name="database">Not refused.</param>
    /// <param name="path">Where it lies; a copy of an older file is kept beside it.</param>
    public static void Prepare(sqlite3 database, string path)
    {
        var version = VersionOf(database);
        if (IsNew(database, version))
        {
            Create(database);
        }
        else if (version < Version)
        {
            Upgrade(database, path, version);
        }
    }

    /// <summary>Refuses a file whose tables are not those of this program, without changing it.</summary>
    /// <exception cref="StoreException">SQLITE_SCHEMA: another version. SQLITE_NOTADB: not ours.</exception>
    public static void Check(sqlite3 database)
    {
        if (!IsOurs(database))
        {
            throw Foreign(database);
        }

        if (VersionOf(database) is var version && version != Version)
        {
            var advice = version < Version
                ? "start the agent once (systemctl start edgeagent): that brings it up to date, and keeps a copy beside it"
                : "read it with the version of edgeagent that wrote it";
            throw new StoreException(raw.SQLITE_SCHEMA, $"its format is {version}, this program reads {Version}; {advice}", database);
        }
    }

    private static int VersionOf(sqlite3 database)
    {
        using var version = new Statement(database, "PRAGMA user_version");
        return (int)(version.Scalar() ?? 0);
    }

    private static bool IsOurs(sqlite3 database)
    {
        using var application = new Statement(database, "PRAGMA application_id");
        return application.Scalar() == ApplicationId;
    }

    private static bool IsNew(sqlite3 database, int version)
    {
        using var tables = new Statement(database, "SELECT count(*) FROM sqlite_schema");
        return version == 0 && tables.Scalar() == 0;
    }

    private static StoreException Foreign(sqlite3 database) => new(raw.SQLITE_NOTADB, "the file is not a queue of this agent", database);

    /// <summary>All steps in one transaction, so that a crash leaves the old version or the new one.</summary>
    private static void Upgrade(sqlite3 database, string path, int version)
    {
        var copy = $"{path}.version-{version}";
        File.Delete(copy);
        using (var keep = new Statement(database, "VACUUM INTO ?1"))
        {
            keep.Bind(1, copy).Run();
        }

        File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Statement.Execute(database, "BEGIN IMMEDIATE");
        for (; version < Version; version++)
        {
            Statement.Execute(database, Upgrades[version]);
        }

        Statement.Execute(database, $"PRAGMA user_version = {Version}");
        Statement.Execute(database, "COMMIT");
    }

    /// <summary>Makes the tables of a new file, in one transaction.</summary>
    private static void Create(sqlite3 database)
    {
        Statement.Execute(database, "BEGIN IMMEDIATE");
        Statement.Execute(database, Tables);
        Statement.Execute(database, $"PRAGMA application_id = {ApplicationId}");
        Statement.Execute(database, $"PRAGMA user_version = {Version}");
        Statement.Execute(database, "COMMIT");
    }
}
