using System.Globalization;
using EdgeAgent.Sensors.Kernel;

namespace EdgeAgent.Sensors.Gpio;

/// <summary>
/// The total of a pulse counter, kept in a small file: replaced as a whole and synced, so that a power cut leaves the old or the
/// new number and costs at most the pulses since the last save. One call at a time.
/// </summary>
internal sealed class PulseTotal(string path)
{
    private long _saved;
    private bool _isLoaded;

    public long Count { get; private set; }

    public void Add(long pulses) => Count += pulses;

    /// <summary>
    /// Takes up the number of the file, 0 where there is none; once, because the file may be behind where it could not be saved. A
    /// file that holds no number is a failure: starting over from 0 would be a lie.
    /// </summary>
    public SensorFailure? Load()
    {
        if (_isLoaded)
        {
            return null;
        }

        var content = KernelFile.Read(path);
        if (content.Error == Errno.NoEntry)
        {
            _isLoaded = true;
            return null;
        }

        if (content.Failure is not null)
        {
            return content.Failure;
        }

        if (!long.TryParse(content.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return new(SensorFailureKind.Format, $"{path} does not hold the total: write the meter's number of pulses into it, or remove it to start from 0");
        }

        (Count, _saved, _isLoaded) = (count, count, true);
        return null;
    }

    /// <summary>Writes the number where it has changed, or says why it could not.</summary>
    public SensorFailure? Save()
    {
        if (Count == _saved)
        {
            return null;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var next = path + ".new";
            using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes(Count.ToString(CultureInfo.InvariantCulture) + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(next, path, overwrite: true);
            _saved = Count;
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new(SensorFailureKind.Io, $"the total could not be saved: {exception.Message}");
        }
    }
}
