namespace EdgeAgent.Sensors.Gpio;

/// <summary>What holds an input at a level while nothing is connected.</summary>
internal enum GpioBias
{
    /// <summary>As the firmware has set it.</summary>
    AsIs,
    PullUp,
    PullDown,
    None,
}

/// <summary>Which changes are told.</summary>
[Flags]
internal enum GpioEdges
{
    None = 0,
    Rising = 1,
    Falling = 2,
    Both = 3,
}

/// <summary>One input, as it is asked for.</summary>
/// <param name="Chip">The chip's label; null: the one that has a line of that name.</param>
/// <param name="Line">The line's name, or its number on the chip.</param>
/// <param name="Edges">None where only the level is wanted.</param>
/// <param name="IsActiveLow">True where low is on: a contact to ground.</param>
/// <param name="Bias">Pull-up and pull-down.</param>
/// <param name="Debounce">Changes shorter than that are not told; zero: all are.</param>
internal sealed record GpioRequest(string? Chip, string Line, GpioEdges Edges, bool IsActiveLow, GpioBias Bias, TimeSpan Debounce);

/// <summary>One change of a line.</summary>
/// <param name="Nanoseconds">When: on CLOCK_MONOTONIC.</param>
/// <param name="IsRising">On, or off.</param>
/// <param name="Number">Counts the changes of this line from 1; a gap means that the kernel had no room for some.</param>
internal readonly record struct GpioEvent(ulong Nanoseconds, bool IsRising, uint Number);

/// <summary>The GPIO lines of a machine; the seam between the sensor and the kernel.</summary>
internal interface IGpioLines
{
    /// <summary>Takes a line as an input, or says why not.</summary>
    (IGpioLine? Line, SensorFailure? Failure) Open(GpioRequest request);
}

/// <summary>An input that was taken; given back when disposed.</summary>
internal interface IGpioLine : IDisposable
{
    /// <summary>Whether it is on now; null where the chip is gone.</summary>
    bool? Read();

    /// <summary>Waits for the next changes: how many are in <paramref name="events"/>; 0 where the chip is gone.</summary>
    ValueTask<int> NextAsync(Memory<GpioEvent> events, CancellationToken cancellationToken);
}
