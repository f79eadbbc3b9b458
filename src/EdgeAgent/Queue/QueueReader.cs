using Microsoft.Data.Sqlite;

namespace EdgeAgent.Queue;

/// <summary>
/// Looks into a queue that no agent uses. Every call opens the file, reads one page and closes it again, changing nothing: it needs
/// the file's lock, and an agent that starts meanwhile waits that moment instead of failing. Where an agent has the file, the problem
/// says so, and the agent is to be asked instead. Thread-safe.
/// </summary>
/// <param name="path">The queue's file.</param>
internal sealed class QueueReader(string path)
{
    /// <summary>The file's figures. The depth of a file that was not closed cleanly is an estimate.</summary>
    public QueueAnswer<QueueInfo> Info() => Ask(database =>
    {
        using var pages = new FilePages(database);
        var (depth, isExact) = StoredState.DepthOf(database);
        return QueueInfo.Of(path, database, pages.Rows(0, long.MaxValue, 1).Rows.FirstOrDefault()) with { Depth = depth, IsDepthExact = isExact };
    });

    /// <summary>A page of the messages, in the order of acceptance; all of them wait.</summary>
    /// <param name="from">The lowest number; 0 for the oldest, then the last page's <see cref="QueuePage.Next"/>.</param>
    /// <param name="count">At most so many; 1 to <see cref="FilePages.MostRows"/>, anything else is brought into that range.</param>
    public QueueAnswer<QueuePage> List(long from, int count) => Ask(database => List(database, from, count));

    /// <summary>The message, or the dead letter, with that id; without a value and a problem where there is none.</summary>
    public QueueAnswer<QueueRow> Get(MessageId id) => Ask(database =>
        List(database, id.Sequence, 1).Rows is [var row] && row.Id == id ? row
        : Letters(database, id.Sequence, 1).Letters is [var letter] && letter.Row.Id == id ? letter.Row
        : null);

    /// <summary>A page of the dead letters, by number.</summary>
    /// <param name="from">The lowest number; 0 for the first, then the last page's <see cref="DeadLetterPage.Next"/>.</param>
    /// <param name="count">At most so many; 1 to <see cref="FilePages.MostRows"/>, anything else is brought into that range.</param>
    public QueueAnswer<DeadLetterPage> ListDeadLetters(long from, int count) => Ask(database => Letters(database, from, count));

    private static QueuePage List(Database database, long from, int count)
    {
        using var pages = new FilePages(database);
        var (rows, next) = pages.Rows(from, long.MaxValue, Math.Clamp(count, 1, FilePages.MostRows));
        return new([.. rows], next);
    }

    private static DeadLetterPage Letters(Database database, long from, int count)
    {
        using var pages = new FilePages(database);
        return pages.Letters(from, Math.Clamp(count, 1, FilePages.MostRows));
    }

    private QueueAnswer<T> Ask<T>(Func<Database, T?> question)
        where T : class
    {
        SQLitePCL.Batteries_V2.Init();
        if (!File.Exists(path))
        {
            return new(null, $"There is no queue at {path}, or this user may not see it.");
        }

        try
        {
            using var database = Database.OpenToRead(path);
            return new(question(database), null);
        }
        catch (SqliteException exception)
        {
            return new(null, Problem(exception.SqliteErrorCode, exception.Message));
        }
        catch (StoreException exception)
        {
            return new(null, Problem(exception.Primary, exception.Message));
        }
    }

    private string Problem(int code, string message) => code switch
    {
        SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED => $"The queue {path} is in use by a running agent: ask that one.",
        SQLitePCL.raw.SQLITE_SCHEMA => $"The queue {path} was made by another version of the agent: {message}.",
        SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_PERM or SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_AUTH =>
            $"The queue {path} may not be opened by this user: {message}. Ask as root, or as the user that runs the agent.",
        _ => $"The queue {path} cannot be read: {message}. The agent salvages a damaged file when it starts.",
    };
}
