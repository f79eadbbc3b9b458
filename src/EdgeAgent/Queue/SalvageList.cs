using System.Globalization;

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
/// The damaged files that are still to be salvaged, in a small text file beside the queue: a line each, its name and, where it is known, the
/// number below which its messages lie. In no database, because the database that takes the rows up may be damaged in turn.
/// </summary>
/// <param name="queuePath">Of the queue.</param>
internal sealed class SalvageList(string queuePath)
{
    private readonly string _path = queuePath + ".salvage";
    private readonly string _folder = System.IO.Path.GetDirectoryName(queuePath)!;

    /// <summary>The newest first: it may know how far the salvage of the ones before had come.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<PendingSalvage> Read() => !File.Exists(_path)
        ? []
        : [.. File.ReadLines(_path).Select(Parse).OfType<PendingSalvage>().Where(static pending => File.Exists(pending.Path)).DistinctBy(static pending => pending.Path).Reverse()];

    /// <summary>To be called before the file is moved, so that no crash comes between.</summary>
    /// <exception cref="IOException">No room, or the file system is read-only.</exception>
    public void Add(PendingSalvage pending)
    {
        using var file = new FileStream(_path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using (var writer = new StreamWriter(file, leaveOpen: true))
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(pending.Path)} {pending.KnownBelow}\n"));
        }

        file.Flush(flushToDisk: true);
    }

    /// <summary>Its salvage is over.</summary>
    /// <exception cref="IOException">No room, or the file system is read-only.</exception>
    public void Remove(string path)
    {
        var left = Read().Where(pending => pending.Path != path).Reverse().ToArray();
        File.Delete(_path);
        Array.ForEach(left, Add);
    }

    private PendingSalvage? Parse(string line)
    {
        var fields = line.Split(' ');
        return fields[0].StartsWith(Path.GetFileName(queuePath) + ".corrupt-", StringComparison.Ordinal) && !fields[0].Contains('/', StringComparison.Ordinal)
            ? new(Path.Combine(_folder, fields[0]), fields.Length > 1 && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var below) ? below : null)
            : null;
    }
}
