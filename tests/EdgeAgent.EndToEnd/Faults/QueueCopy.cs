using System.Globalization;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>A row that waits for its delivery.</summary>
/// <param name="Id">The id that the agent will give it: its era's name and its number.</param>
internal readonly record struct QueuedRow(long Value, string Id);

/// <summary>
/// What is in a queue file, as Debian's sqlite3 reads it from a copy: another build of SQLite than the agent's, and no line of the agent's code.
/// </summary>
/// <param name="Integrity">What PRAGMA integrity_check says: ok.</param>
/// <param name="Rows">The messages that are not removed.</param>
/// <param name="LastEra">The era of the last start, as the ids have it; null in a file of no start.</param>
/// <param name="LastNumber">The last durable number of that era, or the one before its first.</param>
/// <param name="CrashWindows">From the ledger: the eras that ended uncleanly, and the last durable number as the ledger has it.</param>
internal sealed record QueueCopy(string Integrity, QueuedRow[] Rows, string? LastEra, long LastNumber, (string Era, long Number)[] CrashWindows)
{
    private const string Questions = """
        .mode list
        .separator ' '
        PRAGMA integrity_check;
        SELECT 'tables', count(*) FROM sqlite_schema;
        CREATE TEMP VIEW waiting AS
            SELECT seq, v FROM message WHERE seq > coalesce((SELECT value FROM state WHERE key = 'message_removed_to'), 0)
            UNION ALL SELECT seq, v FROM urgent WHERE seq > coalesce((SELECT value FROM state WHERE key = 'urgent_removed_to'), 0);
        SELECT 'row',
            CASE typeof(v) WHEN 'integer' THEN v
                ELSE CASE replace(substr(CAST(v AS TEXT), 2), substr(CAST(v AS TEXT), 2, 20), '') WHEN '' THEN CAST(substr(CAST(v AS TEXT), 2, 20) AS INTEGER) ELSE -1 END END,
            (SELECT printf('%016x', name) FROM era WHERE first_seq <= seq ORDER BY first_seq DESC LIMIT 1) || '-' || seq FROM waiting;
        SELECT 'era', printf('%016x', name), max(first_seq - 1, coalesce((SELECT max(seq) FROM message), 0), coalesce((SELECT max(seq) FROM urgent), 0),
            coalesce((SELECT max(value) FROM state WHERE key IN ('message_removed_to', 'urgent_removed_to')), 0)) FROM era ORDER BY first_seq DESC LIMIT 1;
        SELECT 'crash', printf('%016x', era), seq_to FROM ledger WHERE reason = 9;
        """;

    /// <summary>Reads a queue file that nobody has open; it and its WAL stay as they are.</summary>
    public static async Task<QueueCopy> ReadAsync(string path)
    {
        using var folder = new TemporaryFolder();
        foreach (var suffix in new[] { "", "-wal" })
        {
            if (File.Exists(path + suffix))
            {
                File.Copy(path + suffix, folder["copy.db" + suffix]);
            }
        }

        var (_, output, errors) = await ChildProcess.RunAsync("sqlite3", "-batch", folder["copy.db"], $".read {folder.Write("questions.sql", Questions)}");
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')).ToArray();
        if (lines.Any(static words => words is ["tables", "0"]))
        {
            // The power went before the first transaction of the first start.
            return new(lines[0][0], [], null, 0, []);
        }

        var era = lines.FirstOrDefault(static words => words[0] == "era");
        return new(
            string.Join('\n', lines.TakeWhile(static words => words[0] != "tables").Select(static words => string.Join(' ', words)).Append(errors)).Trim(),
            [.. lines.Where(static words => words[0] == "row").Select(static words => new QueuedRow(Number(words[1]), words[2]))],
            era?[1],
            era is null ? 0 : Number(era[2]),
            [.. lines.Where(static words => words[0] == "crash").Select(static words => (words[1], Number(words[2])))]);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
