using System.Collections.Immutable;
using System.Globalization;
using EdgeAgent.Configuration;
using EdgeAgent.Sensors.Kernel;
using EdgeAgent.Sensors.Parsing;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>
/// Plays a CSV file back: its first line names the columns, its first column is the time (seconds, or ISO 8601), and each row
/// comes as long after the first as it did then. At the end it starts over.
/// </summary>
internal sealed class ReplaySource(SensorConfig config, SensorEnvironment environment) : IStreamingSensor
{
    private static readonly Key<string?> File = Keys.OptionalText("file", "replay: CSV file with a heading, whose first column is the time", "/var/lib/edgeagent/recorded.csv");
    private static readonly Key<double> Speed = Keys.Number("speed", "replay: 2 plays twice as fast", 1, 0.001, 1_000_000);

    public static ImmutableArray<Key> All { get; } = [File, Speed];

    public static bool HasFile(KeyValues settings) => settings.Get(File) is not null;

    public async Task<SensorFailure> RunAsync(Func<Observation, ValueTask> emit, CancellationToken cancellationToken)
    {
        var path = config.Settings.Get(File)!;
        while (true)
        {
            var rows = 0;
            try
            {
                await foreach (var observation in RowsAsync(path, cancellationToken))
                {
                    await emit(observation);
                    rows++;
                }
            }
            catch (FileNotFoundException)
            {
                return Errno.Failure(Errno.NoEntry, path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return new(SensorFailureKind.Io, $"{path}: {exception.Message}");
            }

            if (rows == 0)
            {
                return new(SensorFailureKind.Format, $"{path} has no row whose first column is a time");
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static double? Seconds(string line)
    {
        var text = line.Split(',')[0].Trim('"', ' ');
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeMilliseconds() / 1000.0 : null;
    }

    private async IAsyncEnumerable<Observation> RowsAsync(string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(path);
        var heading = await reader.ReadLineAsync(cancellationToken) ?? string.Empty;
        var names = heading.Split(',').Select(static name => name.Trim('"', ' ')).ToImmutableArray();

        // The first column is the time, which the agent has itself.
        var csv = new CsvLine(names.SetItem(0, string.Empty), ",", decimalComma: false);
        var start = environment.Time.GetTimestamp();
        double? first = null;
        double last = 0;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (Seconds(line) is not { } seconds)
            {
                continue;
            }

            first ??= seconds;
            last = (seconds - first.Value) / config.Settings.Get(Speed);
            await DelayUntilAsync(start, last, cancellationToken);
            yield return csv.Parse(line);
        }

        if (first is not null)
        {
            // One interval between the last row and the first again, so that a file of one moment does not spin.
            await DelayUntilAsync(start, last + config.Interval.TotalSeconds, cancellationToken);
        }
    }

    private async Task DelayUntilAsync(long start, double seconds, CancellationToken cancellationToken)
    {
        var wait = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, TimeSpan.FromDays(3650).TotalSeconds)) - environment.Time.GetElapsedTime(start);
        if (wait > TimeSpan.Zero)
        {
            // A timer reaches some 49 days at once.
            var step = TimeSpan.FromDays(30);
            for (; wait > step; wait -= step)
            {
                await Task.Delay(step, environment.Time, cancellationToken);
            }

            await Task.Delay(wait, environment.Time, cancellationToken);
        }
    }
}
