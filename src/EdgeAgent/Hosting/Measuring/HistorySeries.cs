using EdgeAgent.Delivery;

namespace EdgeAgent.Hosting.Measuring;

/// <summary>
/// The newest steps of the history in a ring of fixed size. It is shown the totals again and again, and makes a point whenever a step is
/// over. Allocates nothing after its making. Not thread-safe.
/// </summary>
/// <param name="step">How long a step is; totals should be shown at least as often.</param>
/// <param name="capacity">How many steps are kept.</param>
internal sealed class HistorySeries(TimeSpan step, int capacity)
{
    /// <summary>Timers and clock may be apart by so much, milliseconds.</summary>
    private const long Tolerance = 100;

    private readonly long _step = (long)step.TotalMilliseconds;
    private readonly HistoryPoint[] _points = new HistoryPoint[capacity];
    private readonly Totals _before = new();
    private long _made;
    private long _deepest;
    private bool _hasBegun;

    public TimeSpan Step => step;

    /// <summary>The end of the newest step, milliseconds since boot.</summary>
    public long End { get; private set; }

    /// <summary>How many steps there are now.</summary>
    public int Count => (int)Math.Min(_made, _points.Length);

    /// <param name="index">0 is the oldest step that is kept.</param>
    public ref readonly HistoryPoint this[int index] => ref _points[(_made - Count + index) % _points.Length];

    public void Take(Totals totals)
    {
        if (!_hasBegun)
        {
            (_hasBegun, End, _deepest) = (true, totals.At, totals.Depth);
            _before.CopyFrom(totals);
            return;
        }

        _deepest = Math.Max(_deepest, totals.Depth);
        var over = (totals.At + Tolerance - End) / _step;
        if (over < 1)
        {
            return;
        }

        // Of several steps that are over at once nobody measured the first ones: the machine slept.
        for (var unknown = Math.Min(over - 1, _points.Length); unknown > 0; unknown--)
        {
            Add(default);
        }

        Add(Between(_before, totals, over * _step));
        End += over * _step;
        _deepest = totals.Depth;
        _before.CopyFrom(totals);
    }

    private HistoryPoint Between(Totals before, Totals after, long milliseconds) => new(
        IsKnown: true,
        _deepest,
        after.Accepted - before.Accepted,
        after.Acknowledged - before.Acknowledged,
        Milliseconds(AcknowledgementTimes.Percentile(before.Times, after.Times, 0.5)),
        Milliseconds(AcknowledgementTimes.Percentile(before.Times, after.Times, 0.99)),
        Math.Clamp((after.ConnectedMilliseconds - before.ConnectedMilliseconds) / (float)milliseconds, 0, 1));

    private static float Milliseconds(TimeSpan? time) => time is { } known ? (float)known.TotalMilliseconds : float.NaN;

    private void Add(HistoryPoint point) => _points[_made++ % _points.Length] = point;
}
