using System.Collections.Immutable;

namespace EdgeAgent.Sensors;

/// <summary>Where the left half ends: takes processed readings and puts them into the queue. Thread-safe.</summary>
internal interface IReadingSink
{
    /// <summary>Accepts one reading; completes when it counts as accepted (with <c>loss_window: 0</c>, when it is on disk).</summary>
    /// <param name="sensor">The configured id of the sensor.</param>
    /// <param name="bootTime">When it was taken: milliseconds since boot.</param>
    /// <param name="values">At least one.</param>
    /// <param name="cancellationToken">Ends the wait, not the acceptance.</param>
    ValueTask AcceptAsync(string sensor, long bootTime, ImmutableArray<NamedValue> values, CancellationToken cancellationToken);

    /// <summary>Accepts one message that goes on as it came; completes like the other.</summary>
    /// <param name="sensor">The configured id of the sensor.</param>
    /// <param name="bootTime">When it came: milliseconds since boot.</param>
    /// <param name="message">Topic and bytes.</param>
    /// <param name="cancellationToken">Ends the wait, not the acceptance.</param>
    ValueTask AcceptAsync(string sensor, long bootTime, ForwardedMessage message, CancellationToken cancellationToken);
}
