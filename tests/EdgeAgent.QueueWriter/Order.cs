using System.Globalization;
using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Queue;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.QueueWriter;

/// <summary>What is done with the queue.</summary>
internal enum Work
{
    /// <summary>It is filled.</summary>
    Fill,

    /// <summary>It is filled and drained; a few messages are never answered.</summary>
    FillAndDrain,

    /// <summary>It is drained, and every message answered.</summary>
    Drain,
}

/// <summary>What the writer is to do: one line of words, as <see cref="Parse"/> reads it.</summary>
/// <param name="Path">The queue file.</param>
/// <param name="LossWindow">0: every message is reported only once it is durable.</param>
/// <param name="First">The value of the first message; every following one has the next.</param>
/// <param name="Seed">Decides pauses, sizes and priorities.</param>
internal sealed record Order(string Path, TimeSpan LossWindow, long First, int Seed, Work Work)
{
    /// <summary>Reads <c>PATH WINDOW_MILLISECONDS FIRST SEED WORK</c>.</summary>
    public static Order Parse(string line) => line.Split(' ') is [var path, var window, var first, var seed, var work]
        ? new(path, TimeSpan.FromMilliseconds(long.Parse(window, CultureInfo.InvariantCulture)), long.Parse(first, CultureInfo.InvariantCulture),
            int.Parse(seed, CultureInfo.InvariantCulture), Enum.Parse<Work>(work))
        : throw new FormatException($"not an order: {line}");

    public QueueOpening Open()
    {
        var config = new QueueConfig
        {
            Path = Path,
            LossWindow = LossWindow,
            MaxSize = 512L << 20,
            MaxAge = TimeSpan.FromDays(30),
            WhenFull = WhenFull.Thin,
            KeepFree = 0,
        };
        return MessageQueue.Open(config, new LinuxBootClock(TimeProvider.System, trustRtc: true), TimeProvider.System, NullLogger.Instance);
    }
}
