using Microsoft.Extensions.Logging;

namespace EdgeAgent.Sensors;

/// <summary>What the left half logs: event ids 4000 to 4999.</summary>
internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Warning, "Sensor {Sensor} fails ({Kind}): {Message}")]
    public static partial void SensorFailing(this ILogger logger, string sensor, string kind, string message);

    [LoggerMessage(4001, LogLevel.Information, "Sensor {Sensor} works again after {Duration}")]
    public static partial void SensorRecovered(this ILogger logger, string sensor, TimeSpan duration);

    [LoggerMessage(4002, LogLevel.Debug, "Sensor {Sensor} missed {Turns} turns: the one before was not over")]
    public static partial void TurnsMissed(this ILogger logger, string sensor, long turns);

    [LoggerMessage(4003, LogLevel.Error, "Sensor {Sensor} threw, which is a bug in its kind; it goes on at its next turn")]
    public static partial void SensorThrew(this ILogger logger, Exception exception, string sensor);

    [LoggerMessage(4004, LogLevel.Warning, "Sensor {Sensor} keeps changing: {Lines} more lines about it were left out. Now it {State}")]
    public static partial void SensorChangesLeftOut(this ILogger logger, string sensor, long lines, string state);

    [LoggerMessage(4010, LogLevel.Error, "Sensor {Sensor} says: {Line}")]
    public static partial void ProgramError(this ILogger logger, string sensor, string line);

    [LoggerMessage(4011, LogLevel.Warning, "Sensor {Sensor} says: {Line}")]
    public static partial void ProgramWarning(this ILogger logger, string sensor, string line);

    [LoggerMessage(4012, LogLevel.Information, "Sensor {Sensor} says: {Line}")]
    public static partial void ProgramInformation(this ILogger logger, string sensor, string line);

    [LoggerMessage(4013, LogLevel.Debug, "Sensor {Sensor} says: {Line}")]
    public static partial void ProgramDebug(this ILogger logger, string sensor, string line);

    [LoggerMessage(4014, LogLevel.Warning, "Sensor {Sensor} said {Lines} more lines, which were left out")]
    public static partial void ProgramLinesLeftOut(this ILogger logger, string sensor, long lines);
}
