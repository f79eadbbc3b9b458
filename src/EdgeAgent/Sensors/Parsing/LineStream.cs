using EdgeAgent.Sensors.Kernel;

namespace EdgeAgent.Sensors.Parsing;

/// <summary>One observation per line. A bad line costs itself.</summary>
internal static class LineStream
{
    /// <summary>Hands on what the lines hold until their source ends.</summary>
    /// <returns>The error number that ended it; 0 where it was closed.</returns>
    public static async Task<int> PumpAsync(LineReader reader, TextParser parser, Func<Observation, ValueTask> emit, CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await reader.NextAsync(cancellationToken);
            var observation = line.Kind switch
            {
                LineKind.Whole => parser.Parse(line.Bytes),
                LineKind.TooLong => Observation.Failed(SensorFailureKind.Format, "a line is longer than any line may be; it was left out"),
                _ => null,
            };
            if (line.Kind is LineKind.End)
            {
                return line.Error;
            }

            if (observation is { } seen)
            {
                await emit(seen);
            }
        }
    }
}
