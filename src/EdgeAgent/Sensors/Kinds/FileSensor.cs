using EdgeAgent.Configuration;
using EdgeAgent.Sensors.Kernel;
using EdgeAgent.Sensors.Parsing;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>A number in a file, read by one read.</summary>
internal sealed class FileSensor(SensorConfig config) : ISensor
{
    private const int LengthLimit = 64 * 1024;

    private static readonly Key<string> PathKey = Keys.RequiredText("path", "the file", "/sys/class/thermal/thermal_zone0/temp");

    public static readonly SensorKind Kind = new("file", "a number in any file", [PathKey], static (config, _) => new FileSensor(config));

    private readonly string _file = config.Settings.Get(PathKey);

    public ValueTask<Observation> ReadAsync(CancellationToken cancellationToken)
    {
        var content = KernelFile.Read(_file, LengthLimit);
        if (content.Failure is { } failure)
        {
            return new(Observation.Failed(failure));
        }

        failure = NumberText.Parse(content.Text, out var value);
        return new(failure is null
            ? Observation.Of(value, config.Unit)
            : Observation.Failed(failure.Kind, $"{_file}: {failure.Message}"));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
