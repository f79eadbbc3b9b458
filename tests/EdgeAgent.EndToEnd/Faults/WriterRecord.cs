using System.Globalization;
using System.Text.Json;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>
/// What the writers were told by their queue, kept outside of it and of them. Compared with what is found on the disk after a fault, it says what was lost.
/// Written by the writer's output, read once the writer has ended.
/// </summary>
internal sealed class WriterRecord
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, long> _waiting = [];
    private readonly Dictionary<string, long> _valueOf = [];
    private readonly Dictionary<long, string> _idOf = [];
    private readonly HashSet<long> _delivered = [];
    private readonly Dictionary<string, long> _crashes = [];
    private TaskCompletionSource? _drained;

    /// <summary>A value that no message has had.</summary>
    public long NextValue { get; private set; } = 1;

    public long AcceptedCount { get; private set; }

    public long DeliveredCount => _delivered.Count;

    /// <summary>How many were accepted and neither delivered nor found to be lost.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Completes when everything that was accepted is delivered.</summary>
    public Task WhenDrainedAsync()
    {
        lock (_gate)
        {
            _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_waiting.Count == 0)
            {
                _drained.SetResult();
            }

            return _drained.Task.WaitAsync(Harness.Feed<string>.Patience);
        }
    }

    /// <summary>The queue has accepted a value.</summary>
    /// <param name="time">When, as <see cref="System.Diagnostics.Stopwatch"/> counts.</param>
    public void Accepted(long value, long time)
    {
        lock (_gate)
        {
            AcceptedCount++;
            Given(value);
            if (!_delivered.Contains(value))
            {
                _waiting[value] = time;
            }
        }
    }

    /// <summary>A value was used, and the queue has promised nothing about it.</summary>
    public void Given(long value) => NextValue = Math.Max(NextValue, value + 1);

    /// <summary>A value is about to be acknowledged: it need not be on the disk any more.</summary>
    public void Delivered(long value, string id)
    {
        lock (_gate)
        {
            Given(value);
            _delivered.Add(value);
            _waiting.Remove(value);
            Identify(value, id);
            if (_waiting.Count == 0)
            {
                _drained?.TrySetResult();
            }
        }
    }

    /// <summary>An entry of the ledger was delivered.</summary>
    public void Told(string entry)
    {
        using var json = JsonDocument.Parse(entry);
        if (json.RootElement.GetProperty("reason").GetString() == "crash_window" && json.RootElement.TryGetProperty("last", out var last))
        {
            var words = last.GetString()!.Split('-');
            lock (_gate)
            {
                _crashes[words[0]] = long.Parse(words[1], CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>The last durable number of an era, as the ledger has it; null where the ledger does not name the era.</summary>
    public long? CrashOf(string era) => _crashes.TryGetValue(era, out var number) ? number : null;

    /// <summary>
    /// Compares with what is on the disk. What is missing there is given back with the time of its acceptance, and from then on no more expected.
    /// </summary>
    /// <exception cref="InvalidOperationException">A message has changed, or an id was given twice.</exception>
    public (long Value, long Time)[] TakeMissing(QueueCopy disk)
    {
        var found = new HashSet<long>();
        foreach (var row in disk.Rows)
        {
            Identify(row.Value, row.Id);
            found.Add(row.Value);
            NextValue = Math.Max(NextValue, row.Value + 1);
        }

        foreach (var (era, number) in disk.CrashWindows)
        {
            _crashes[era] = number;
        }

        var missing = _waiting.Where(pair => !found.Contains(pair.Key)).Select(static pair => (pair.Key, pair.Value)).ToArray();
        foreach (var (value, _) in missing)
        {
            _waiting.Remove(value);
        }

        return missing;
    }

    private void Identify(long value, string id)
    {
        if (!_valueOf.TryAdd(id, value) && _valueOf[id] != value)
        {
            throw new InvalidOperationException($"the id {id} was given to {_valueOf[id]} and to {value}");
        }

        if (!_idOf.TryAdd(value, id) && _idOf[value] != id)
        {
            throw new InvalidOperationException($"the message {value} had the id {_idOf[value]}, and has {id} now");
        }
    }
}
