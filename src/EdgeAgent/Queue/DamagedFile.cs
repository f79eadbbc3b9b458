using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace EdgeAgent.Queue;

/// <summary>Moves a damaged queue out of the way, and makes its header readable again where that is what is damaged.</summary>
internal static class DamagedFile
{
    /// <summary>Renames the file with its WAL, and notes that it is to be salvaged; never deletes. The new place.</summary>
    /// <param name="path">The damaged queue.</param>
    /// <param name="time">For its new name.</param>
    /// <param name="below">Its messages have lower numbers, where that is known.</param>
    public static string MoveAside(string path, TimeProvider time, long? below)
    {
        var stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var aside = $"{path}.corrupt-{stamp}";
        for (var copy = 2; File.Exists(aside); copy++)
        {
            aside = string.Create(CultureInfo.InvariantCulture, $"{path}.corrupt-{stamp}-{copy}");
        }

        new SalvageList(path).Add(new(aside, below));
        File.Move(path, aside);
        if (File.Exists(path + "-wal"))
        {
            File.Move(path + "-wal", aside + "-wal");
        }

        File.Delete(path + "-shm");
        return aside;
    }

    /// <summary>Gives a file whose first page is damaged a new one, if it is one of ours at all.</summary>
    /// <param name="aside">The damaged file.</param>
    /// <param name="fresh">A new file, not open.</param>
    public static void MakeReadable(string aside, string fresh)
    {
        if (!HasReadableHeader(aside) && HasOurPages(aside))
        {
            GraftFirstPage(aside, fresh);
        }
    }

    /// <summary>
    /// The first page holds the header and the list of tables; without it nothing can be read. Every queue was made by the same
    /// statements in the same order, so its first page is like that of a new file, but for the number of pages (SQLite file format, 1.3).
    /// The damaged page is kept beside it.
    /// </summary>
    /// <param name="aside">The damaged file.</param>
    /// <param name="fresh">A new file.</param>
    private static void GraftFirstPage(string aside, string fresh)
    {
        const int PagesAt = 28;
        const int FreelistAt = 32;
        var page = new byte[Database.PageSize];
        var original = new byte[Database.PageSize];
        using (var source = new FileStream(fresh, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            source.ReadExactly(page);
        }

        using var target = new FileStream(aside, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (target.Length < Database.PageSize)
        {
            return;
        }

        target.ReadExactly(original);
        File.WriteAllBytes(aside + "-page1", original);
        BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(PagesAt), (uint)(target.Length / Database.PageSize));
        page.AsSpan(FreelistAt, 8).Clear();
        target.Position = 0;
        target.Write(page);
    }

    /// <summary>Whether SQLite can make sense of the first page. A database of someone else's is left as it is.</summary>
    private static bool HasReadableHeader(string aside)
    {
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = aside, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
            connection.Open();
            _ = SQLitePCL.raw.sqlite3_db_config(connection.Handle!, SQLitePCL.raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
            Statement.Execute(connection.Handle!, "PRAGMA locking_mode = EXCLUSIVE");
            using var tables = new Statement(connection.Handle!, "SELECT count(*) FROM sqlite_schema WHERE name IN ('message', 'urgent', 'era', 'envelope')");
            using var all = new Statement(connection.Handle!, "SELECT count(*) FROM sqlite_schema");
            return tables.Scalar() is var ours && (ours == 4 || (ours == 0 && all.Scalar() > 0));
        }
        catch (Exception exception) when (exception is SqliteException or StoreException)
        {
            return false;
        }
    }

    /// <summary>Whether the pages behind the first look like ours: most begin with the mark of a b-tree page (SQLite file format, 1.6).</summary>
    private static bool HasOurPages(string aside)
    {
        const int Looked = 8;
        using var file = new FileStream(aside, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var found = 0;
        for (var page = 1; page <= Looked; page++)
        {
            file.Position = page * Database.PageSize;
            found += file.ReadByte() is 2 or 5 or 10 or 13 ? 1 : 0;
        }

        return found > Looked / 2;
    }
}
