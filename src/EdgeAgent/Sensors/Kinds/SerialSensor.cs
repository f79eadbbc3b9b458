using EdgeAgent.Configuration;
using EdgeAgent.Sensors.Buses;
using EdgeAgent.Sensors.Kernel;
using EdgeAgent.Sensors.Parsing;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>
/// Lines that a device sends over a serial port by itself. A port that is unplugged is opened again when it is back, with its
/// first half line left out.
/// </summary>
internal sealed class SerialSensor(SensorConfig config, SensorEnvironment environment) : IStreamingSensor
{
    private const int LongestLine = 4096;

    /// <summary>A device that speaks so soon after the port was opened was in the middle of a line.</summary>
    private static readonly TimeSpan MidLine = TimeSpan.FromMilliseconds(50);

    private static readonly Key<string> Port = Keys.RequiredText("port", "the port; /dev/serial/by-id/... stays the same, whatever is plugged in beside", "/dev/serial0");

    public static readonly SensorKind Kind = new(
        "serial", "lines from a serial port: numbers, JSON, CSV, NMEA or by a regular expression",
        [Port, SerialKeys.Baud, SerialKeys.DataBits, SerialKeys.ParityKey, SerialKeys.StopBits, .. TextParser.All],
        static (config, environment) => new SerialSensor(config, environment))
    {
        Check = static settings => [.. SerialKeys.Check(settings), .. TextParser.Check(settings)],
        KeepsInterval = false,
    };

    private readonly string _port = config.Settings.Get(Port);
    private readonly TextParser _parser = new(config.Settings);

    public async Task<SensorFailure> RunAsync(Func<Observation, ValueTask> emit, CancellationToken cancellationToken)
    {
        var (port, failure) = SerialPort.Open(_port, SerialKeys.Settings(config.Settings));
        if (port is null)
        {
            return failure!;
        }

        using (port)
        {
            var opened = environment.Time.GetTimestamp();
            await port.Stream.WaitAsync(Libc.PollIn, cancellationToken);
            var reader = new LineReader(port.Stream, LongestLine);
            if (environment.Time.GetElapsedTime(opened) < MidLine)
            {
                reader.SkipToLineEnd();
            }

            return await LineStream.PumpAsync(reader, _parser, emit, cancellationToken) is var error and not 0 and not Errno.InputOutput
                ? Errno.Failure(error, _port)
                : new(SensorFailureKind.Missing, $"{_port} is gone: unplugged");
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
