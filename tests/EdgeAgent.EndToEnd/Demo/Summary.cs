using System.Globalization;

namespace EdgeAgent.EndToEnd.Demo;

/// <summary>How it went.</summary>
/// <param name="Taken">Readings that the agent took.</param>
/// <param name="Delivered">Different messages that the independent subscriber got.</param>
/// <param name="Missing">Readings taken that the subscriber did not get.</param>
/// <param name="Duplicates">Messages that it got more than once.</param>
/// <param name="DeepestBacklog">The most messages that waited at once.</param>
/// <param name="Drained">Messages that came out of the backlog.</param>
/// <param name="DrainTime">From the first of them to the last, as they arrived.</param>
internal sealed record Summary(long Taken, int Delivered, long Missing, int Duplicates, long DeepestBacklog, int Drained, TimeSpan DrainTime)
{
    public bool IsComplete => Missing == 0 && Taken > 0;

    /// <summary>Messages per second; null where nothing was drained.</summary>
    public double? DrainRate => Drained > 1 && DrainTime > TimeSpan.Zero ? (Drained - 1) / DrainTime.TotalSeconds : null;

    public override string ToString()
    {
        var rate = DrainRate is { } perSecond ? Text($"{perSecond:N0} messages/s ({Drained:N0} in {DrainTime.TotalSeconds:0.00} s)") : "nothing to drain";
        return Text($"""

            readings taken   {Taken,8:N0}
            delivered        {Delivered,8:N0}   counted by mosquitto_sub
            missing          {Missing,8:N0}
            duplicates       {Duplicates,8:N0}
            deepest backlog  {DeepestBacklog,8:N0}
            drain rate       {rate}
            """);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
