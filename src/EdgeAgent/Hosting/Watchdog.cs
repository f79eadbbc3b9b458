using System.Collections.Immutable;
using EdgeAgent.Delivery;
using EdgeAgent.Queue;
using EdgeAgent.Sensors.Sampling;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Hosting;

/// <summary>One loop that the watchdog looks after.</summary>
/// <param name="Name">As logged.</param>
/// <param name="Rounds">A number that changes whenever the loop goes round; null while there is nothing that it should be doing. Must not wait for the loop.</param>
/// <param name="Knock">Makes an idle loop go round once; must not wait for it.</param>
internal sealed record WatchedLoop(string Name, Func<long?> Rounds, Action Knock)
{
    /// <summary>The loops without which readings are no longer taken, kept or delivered. Whoever knocks at the queue knocks at the drainer too.</summary>
    public static ImmutableArray<WatchedLoop> All(MessageQueue queue, BrokerLink link, DeliveryFigures delivery, Sampler sampler) =>
    [
        new("the store", () => queue.StoreRounds, queue.Knock),
        new("the drainer", () => link.Status?.State == UplinkState.Connected ? delivery.Rounds : null, static () => { }),
        new("the sampler", () => sampler.IsStuck ? 0 : null, static () => { }),
    ];
}

/// <summary>
/// Finds loops that are stuck: it knocks at each and looks whether it goes round. An idle loop answers at once, a busy one goes round
/// anyway, one that hangs in a lock or a system call does neither. Not thread-safe but for <see cref="Stuck"/>.
/// </summary>
/// <param name="patience">How long a loop may take for a round: a dying card can hold a write up for many seconds.</param>
/// <param name="time">A clock that stands still while the machine sleeps.</param>
/// <param name="log">Gets the changes.</param>
/// <param name="loops">The loops that matter.</param>
internal sealed class Watchdog(TimeSpan patience, TimeProvider time, ILogger log, params ImmutableArray<WatchedLoop> loops)
{
    private readonly (long? Rounds, long At)[] _seen = [.. loops.Select(_ => ((long?)null, time.GetTimestamp()))];
    private volatile string[] _stuck = [];

    /// <summary>The loops that were stuck at the latest look.</summary>
    public IReadOnlyList<string> Stuck => _stuck;

    /// <summary>Looks at every loop and knocks again; true where all of them are well.</summary>
    public bool Look()
    {
        var stuck = new List<string>();
        for (var i = 0; i < loops.Length; i++)
        {
            var rounds = loops[i].Rounds();
            if (rounds is null || rounds != _seen[i].Rounds)
            {
                _seen[i] = (rounds, time.GetTimestamp());
            }
            else if (time.GetElapsedTime(_seen[i].At) is var silence && silence > patience)
            {
                stuck.Add(loops[i].Name);
                if (!_stuck.Contains(loops[i].Name))
                {
                    Log.LoopStuck(log, loops[i].Name, silence.TotalSeconds);
                }
            }

            loops[i].Knock();
        }

        foreach (var recovered in _stuck.Except(stuck))
        {
            Log.LoopRecovered(log, recovered);
        }

        _stuck = [.. stuck];
        return stuck.Count == 0;
    }
}
