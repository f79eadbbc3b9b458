using System.Globalization;
using System.Text;

namespace EdgeAgent.Queue;

/// <summary>A damaged file that has not been read to its end.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="KnownBelow">Its messages have lower numbers; null where the file itself must tell.</param>
internal sealed record PendingSalvage(string Path, long? KnownBelow)
{
    /// <summary>No message of the file has a number as high, and none that was accepted since has a lower one. The file never changes, so neither does this.</summary>
    public long Below => KnownBelow ?? DamagedQueue.NumbersBelow(Path);
}

/// <summary>
/// The damaged files that are still to be salvaged, in a small text file beside the queue: a line each, the newest first, its name and, where it is known, the
/// number below which its messages lie. In no database, because the database that takes the rows up may be damaged in turn.
/// </summary>
/// <param name="queuePath">Of the queue.</param>
internal sealed class SalvageList(string queuePath)
{
    private readonly string _path = queuePath + ".salvage";
    private readonly string _folder = Path.GetDirectoryName(queuePath)!;

    /// <summary>The newest first: it may know how far the salvage of the ones before had come.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<PendingSalvage> Read() => !File.Exists(_path)
        ? []
        : [.. File.ReadLines(_path).Select(Parse).OfType<PendingSalvage>().Where(static pending => File.Exists(pending.Path))];

    /// <summary>To be called before the file is moved, so that no crash comes between.</summary>
    /// <exception cref="IOException">No room, or the file system is read-only.</exception>
    public void Add(PendingSalvage pending) => Write([pending, .. Read()]);

    /// <summary>Its salvage is over.</summary>
    /// <exception cref="IOException">No room, or the file system is read-only.</exception>
    public void Remove(string path)
    {
        PendingSalvage[] left = [.. Read().Where(pending => pending.Path != path)];
        if (left.Length > 0)
        {
            Write(left);
        }
        else
        {
            File.Delete(_path);
        }
    }

    /// <summary>The old list or the new one, whatever happens meanwhile.</summary>
    private void Write(IEnumerable<PendingSalvage> newestFirst)
    {
        var next = _path + ".new";
        File.Delete(next);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        using (var file = new FileStream(next, options))
        {
            file.Write(Encoding.UTF8.GetBytes(string.Concat(newestFirst.Select(static pending =>
                string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(pending.Path)} {pending.KnownBelow}\n")))));
            file.Flush(flushToDisk: true);
        }

        File.Move(next, _path, overwrite: true);
    }

    private PendingSalvage? Parse(string line)
    {
        var fields = line.Split(' ');
        return fields[0].StartsWith(Path.GetFileName(queuePath) + ".corrupt-", StringComparison.Ordinal) && !fields[0].Contains('/', StringComparison.Ordinal)
            ? new(Path.Combine(_folder, fields[0]), fields.Length > 1 && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var below) ? below : null)
            : null;
    }
}
