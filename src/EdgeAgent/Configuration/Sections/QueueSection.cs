using System.Collections.Immutable;
using EdgeAgent.Configuration.Shapes;

namespace EdgeAgent.Configuration.Sections;

/// <summary><c>queue:</c> the store of what the broker has not acknowledged.</summary>
internal static class QueueSection
{
    private const long MiB = 1 << 20;

    private const long LargestSize = 1L << 44;

    public static readonly Key<string> Path = new("path", "the file of the queue", PathShape.Instance, "/var/lib/edgeagent/queue.db");

    public static readonly Key<TimeSpan> LossWindow = Keys.Duration(
        "loss_window", "how much of the newest data a power cut may cost; 0 for none, at the price of a write per reading", TimeSpan.FromSeconds(1), TimeSpan.Zero, TimeSpan.FromMinutes(10));

    public static readonly Key<long> MaxSize = Keys.Size("max_size", "how much of the card the queue may take", 512 * MiB, 4 * MiB, LargestSize);

    public static readonly Key<TimeSpan> MaxAge = Keys.Duration(
        "max_age", "what is older is not worth delivering any more", TimeSpan.FromDays(30), TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650));

    public static readonly Key<WhenFull> WhenFull = Keys.Choice(
        "when_full", "what gives way when it is full: thin (old readings become means), drop_oldest or drop_newest", Configuration.WhenFull.Thin);

    public static readonly Key<long> KeepFree = Keys.Size("keep_free", "how much of the disk the queue leaves to others", 200 * MiB, 0, LargestSize);

    public static readonly ImmutableArray<Key> All = [Path, LossWindow, MaxSize, MaxAge, WhenFull, KeepFree];

    public static QueueConfig Bind(KeyValues values) => new()
    {
        Path = values.Get(Path),
        LossWindow = values.Get(LossWindow),
        MaxSize = values.Get(MaxSize),
        MaxAge = values.Get(MaxAge),
        WhenFull = values.Get(WhenFull),
        KeepFree = values.Get(KeepFree),
    };
}
