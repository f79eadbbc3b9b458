using System.Text;
using EdgeAgent.Configuration;
using EdgeAgent.Sensors.Kernel;
using EdgeAgent.Sensors.Parsing;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>A number, or several, in a file, read by one read.</summary>
internal sealed class FileSensor(SensorConfig config) : ISensor
{
    private const int LengthLimit = 64 * 1024;

    private static readonly Key<string> PathKey = Keys.RequiredText("path", "the file", "/sys/class/thermal/thermal_zone0/temp");

    public static readonly SensorKind Kind = new(
        "file", "a number in any file, with a regular expression if wanted", [PathKey, .. TextParser.All], static (config, _) => new FileSensor(config))
    {
        Check = TextParser.Check,
    };

    private readonly string _file = config.Settings.Get(PathKey);
    private readonly TextParser _parser = new(config.Settings);

    public ValueTask<Observation> ReadAsync(CancellationToken cancellationToken)
    {
        var content = KernelFile.Read(_file, LengthLimit);
        if (content.Failure is { } failure)
        {
            return new(Observation.Failed(failure));
        }

        var observation = _parser.Parse(Encoding.UTF8.GetBytes(content.Text!))
            ?? Observation.Failed(SensorFailureKind.Format, "nothing in it holds a value");
        return new(observation.Failure is { } wrong
            ? Observation.Partly(observation.Values, new(wrong.Kind, $"{_file}: {wrong.Message}"))
            : observation);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
