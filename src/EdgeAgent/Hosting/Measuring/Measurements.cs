using EdgeAgent.Delivery;
using EdgeAgent.Queue;

namespace EdgeAgent.Hosting.Measuring;

/// <summary>
/// What is measured of queue and delivery over time, in memory of fixed size: the last minute, the last quarter of an hour in fine steps,
/// the last day in minutes. The stages only count; this looks at their counters every few seconds. Thread-safe.
/// </summary>
internal sealed class Measurements
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FreeSpaceEvery = TimeSpan.FromMinutes(1);

    private readonly MessageQueue _queue;
    private readonly string _path;
    private readonly double _plannedBytes;
    private readonly DeliveryFigures _delivery;
    private readonly BootClock _clock;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Totals _totals = new();
    private readonly LastMinute _lastMinute = new(Every);
    private readonly HistorySeries _recent = new(Every, 180);
    private readonly HistorySeries _day = new(TimeSpan.FromMinutes(1), 24 * 60);
    private readonly CardToday _card;
    private long? _freeSpace;
    private long _freeSpaceAt = long.MinValue / 2;

    /// <param name="queue">Measured.</param>
    /// <param name="path">Its file.</param>
    /// <param name="plannedBytes">What a message takes on disk by the configuration.</param>
    /// <param name="delivery">Measured.</param>
    /// <param name="clock">Stamps the history.</param>
    /// <param name="time">Runs the timer, tells midnight.</param>
    public Measurements(MessageQueue queue, string path, double plannedBytes, DeliveryFigures delivery, BootClock clock, TimeProvider time)
    {
        (_queue, _path, _plannedBytes, _delivery, _clock) = (queue, path, plannedBytes, delivery, clock);
        _time = time;
        _card = new(time);
        Take();
    }

    /// <summary>Bytes free on the queue's file system, at most a minute old; null where they cannot be told.</summary>
    public long? FreeSpace
    {
        get
        {
            lock (_lock)
            {
                return _freeSpace;
            }
        }
    }

    public Rates Rates
    {
        get
        {
            lock (_lock)
            {
                return _lastMinute.Rates();
            }
        }
    }

    /// <summary>Looks at the counters every few seconds until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Every, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                Take();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private void Take()
    {
        var snapshot = _queue.Snapshot();
        var now = _clock.Milliseconds;
        var isFreeSpaceDue = now - _freeSpaceAt >= FreeSpaceEvery.TotalMilliseconds;

        // Asking a file system can take long when the disk is dying: not under the lock.
        var freeSpace = isFreeSpaceDue ? ReadFreeSpace() : _freeSpace;
        lock (_lock)
        {
            (_freeSpace, _freeSpaceAt) = (freeSpace, isFreeSpaceDue ? now : _freeSpaceAt);
            _totals.Read(now, snapshot, _delivery);
            _lastMinute.Take(_totals);
            _recent.Take(_totals);
            _day.Take(_totals);
            _ = _card.Bytes(snapshot.BytesWritten);
        }
    }

    /// <summary>Days until the queue is full at the present rate; null while it does not grow.</summary>
    public double? DaysUntilFull(QueueSnapshot queue)
    {
        lock (_lock)
        {
            var room = Math.Min(queue.Limits.MaxSize - queue.BytesOnDisk, _freeSpace - queue.Limits.KeepFree ?? long.MaxValue);
            return Filling.DaysUntilFull(queue, room, Filling.Growth(_recent), _plannedBytes);
        }
    }

    /// <summary>Bytes that the queue has written to the card today.</summary>
    public long WrittenToday(QueueSnapshot queue)
    {
        lock (_lock)
        {
            return _card.Bytes(queue.BytesWritten);
        }
    }

    /// <summary>A copy of the last quarter of an hour.</summary>
    public HistoryReport Recent() => Copy(_recent);

    /// <summary>A copy of the last day.</summary>
    public HistoryReport Day() => Copy(_day);

    private HistoryReport Copy(HistorySeries series)
    {
        lock (_lock)
        {
            return HistoryReport.Of(series, _clock);
        }
    }

    private long? ReadFreeSpace()
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(_path))!).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
