using System.Globalization;

namespace EdgeAgent.Commands.Top;

/// <summary>The same in one line, for a pipe or a terminal that can do no more. Pure.</summary>
internal static class TopLine
{
    /// <param name="state">What is known.</param>
    /// <param name="now">The time.</param>
    public static string Render(TopState state, DateTimeOffset now)
    {
        if (state is { Silence: { } reason })
        {
            return $"{Quantity.Time(now)}  waiting for the agent: {Quantity.Plain(reason)}";
        }

        if (state.Status is not { } status)
        {
            return $"{Quantity.Time(now)}  waiting for the agent";
        }

        var drain = DrainProgress.Of(status, state.History) is { SecondsLeft: { } seconds } progress
            ? $"; {(int)(progress.Share * 100)} % of {Quantity.Count(progress.Peak)} drained, {Quantity.Duration(seconds)} left"
            : "";
        var failing = status.Sensors.Count(static sensor => sensor.State is "failing" or "stuck");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Quantity.Time(now)}  broker {status.Broker.State}; {Quantity.Count(status.Queue.Depth)} waiting; {status.Rates.AcceptedPerS:0.##}/s accepted, {status.Rates.DeliveredPerS:0.##}/s delivered{drain}")
            + $"; {status.Sensors.Length} sensors{(failing > 0 ? $", {failing} not well" : "")}{(state.IsRestarted ? $"; started anew {Quantity.Duration(status.UptimeS)} ago" : "")}";
    }
}
