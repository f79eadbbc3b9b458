using EdgeAgent.Hosting;
using EdgeAgent.Queue;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Delivery;

/// <summary>
/// What the journal is told of the link to the broker: one line for each change of its state. A broker that takes connections and keeps
/// none of them is one state, told once and then once an hour with their number; of a link that changes in other ways all day there
/// are some lines an hour, and then how it stands. Not thread-safe: <see cref="WatchAsync"/> runs between <see cref="Connected"/>
/// and <see cref="Lost"/>.
/// </summary>
internal sealed class LinkLog(ILogger log, TimeProvider time)
{
    private const int LinesPerHour = 12;

    /// <summary>After so many connections in a row that did not last, it is the broker that keeps none.</summary>
    private const int Dropping = 2;

    private static readonly TimeSpan Reminder = TimeSpan.FromHours(1);
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly LineBudget _budget = new(LinesPerHour, Reminder, time);

    /// <summary>Why each broker could not be reached when that was told; empty while there is a connection.</summary>
    private readonly Dictionary<string, string> _told = [];
    private string _broker = "";
    private string _protocol = "";

    private int _shortLived;
    private int _unreminded;
    private long _remindedAt;

    private long _connectedAt;
    private long _waited;
    private bool _isStable;

    private bool IsDropping => _shortLived >= Dropping;

    /// <summary>A connection is made.</summary>
    /// <param name="broker">Its address.</param>
    /// <param name="protocol">The version of MQTT.</param>
    /// <param name="depth">How many messages wait.</param>
    public void Connected(string broker, string protocol, long depth)
    {
        (_broker, _protocol, _waited, _isStable, _connectedAt) = (broker, protocol, depth, false, time.GetTimestamp());
        if (!IsDropping)
        {
            TellConnected(depth);
        }
    }

    /// <summary>Looks at the connection now and then, until there is nothing more to be told of it or it is over.</summary>
    /// <param name="queue">The queue's figures as they are.</param>
    /// <param name="stableAfter">How long a connection must last to be one.</param>
    /// <param name="end">The connection is over.</param>
    public async Task WatchAsync(Func<QueueSnapshot> queue, TimeSpan stableAfter, CancellationToken end)
    {
        using var timer = new PeriodicTimer(Every < stableAfter ? Every : stableAfter, time);
        try
        {
            do
            {
                await timer.WaitForNextTickAsync(end);
            }
            while (Look(_waited > 0 ? queue() : null, stableAfter));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The connection is over.
        }
    }

    /// <summary>A connection is over, and nobody wanted that.</summary>
    /// <param name="reason">How it ended.</param>
    /// <param name="wasStable">Whether it lasted.</param>
    public void Lost(string reason, bool wasStable)
    {
        _shortLived = wasStable ? 0 : _shortLived + 1;
        if (_shortLived < Dropping)
        {
            if (MayTell($"is lost: {reason}"))
            {
                Log.ConnectionLost(log, _broker, reason);
            }
        }
        else if (_shortLived == Dropping)
        {
            (_remindedAt, _unreminded) = (time.GetTimestamp(), 0);
            if (MayTell($"takes connections and keeps none: {reason}"))
            {
                Log.ConnectionsDropped(log, _broker, reason);
            }
        }
        else
        {
            _unreminded++;
            if (time.GetElapsedTime(_remindedAt) >= Reminder)
            {
                Log.ConnectionsStillDropped(log, _broker, _unreminded, reason);
                (_remindedAt, _unreminded) = (time.GetTimestamp(), 0);
            }
        }
    }

    /// <summary>There is no connection, and the next attempt comes after a while.</summary>
    /// <param name="broker">The address that was tried.</param>
    /// <param name="reason">What went wrong, and what to do.</param>
    /// <param name="attempt">How often it failed before.</param>
    /// <param name="delay">How long the while is.</param>
    public void Failed(string broker, string reason, int attempt, TimeSpan delay)
    {
        var isNews = !_told.TryGetValue(broker, out var told) || told != reason;
        _told[broker] = reason;
        if (isNews && MayTell($"cannot be reached: {reason}"))
        {
            Log.NoConnection(log, broker, reason, delay.TotalSeconds);
        }
        else
        {
            Log.StillNoConnection(log, broker, attempt, reason, delay.TotalSeconds);
            _ = TellsLeftOut($"cannot be reached: {reason}");
        }
    }

    /// <summary>Tells what there is to tell of the connection by now; false when there will be nothing more.</summary>
    /// <param name="queue">Null where nobody waits for it to be drained.</param>
    /// <param name="stableAfter">How long a connection must last to be one.</param>
    public bool Look(QueueSnapshot? queue, TimeSpan stableAfter)
    {
        if (!_isStable && time.GetElapsedTime(_connectedAt) >= stableAfter)
        {
            if (IsDropping)
            {
                TellConnected(queue?.Depth ?? 0);
            }

            (_isStable, _shortLived) = (true, 0);
        }

        if (_waited > 0 && queue is not null && !IsDropping && queue.Depth <= queue.InFlight)
        {
            if (MayTell("is connected"))
            {
                Log.Drained(log, Counted(_waited), time.GetElapsedTime(_connectedAt).TotalSeconds);
            }

            _waited = 0;
        }

        _ = TellsLeftOut("is connected");
        return !_isStable || _waited > 0 || _budget.HasLeftOut;
    }

    private void TellConnected(long depth)
    {
        _told.Clear();
        if (MayTell("is connected"))
        {
            Log.Connected(log, _broker, _protocol, Counted(depth));
        }
    }

    private bool MayTell(string state) => !TellsLeftOut(state) && _budget.TryTake();

    /// <summary>When the hour is over, says how many lines were left out in it, and how the link stands; true where it did.</summary>
    private bool TellsLeftOut(string state)
    {
        var tells = _budget.TryRenew(out var leftOut);
        if (tells)
        {
            Log.LinkChangesLeftOut(log, leftOut, state);
        }

        return tells;
    }

    private static string Counted(long messages) => messages == 1 ? "1 message" : $"{messages} messages";
}
