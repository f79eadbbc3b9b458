using System.Diagnostics;
using System.Globalization;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>What a number of power cuts came to.</summary>
/// <param name="Accepted">Messages that the queue said it had.</param>
/// <param name="Lost">Messages that were lost although they were older than the loss window, or there was none.</param>
/// <param name="LostWithin">Messages that were lost within a loss window, as it allows.</param>
/// <param name="WorstLoss">The age of the oldest of those.</param>
internal sealed record CutTotals(int Cuts, long Accepted, long Lost, long LostWithin, TimeSpan WorstLoss)
{
    public static CutTotals Zero { get; } = new(0, 0, 0, 0, TimeSpan.Zero);

    public static CutTotals operator +(CutTotals left, CutTotals right) => new(
        left.Cuts + right.Cuts,
        left.Accepted + right.Accepted,
        left.Lost + right.Lost,
        left.LostWithin + right.LostWithin,
        left.WorstLoss > right.WorstLoss ? left.WorstLoss : right.WorstLoss);
}

/// <summary>
/// Cuts the power under a queue at work, again and again, on one file. A writer is given the disk, and at a random moment of opening, filling or
/// draining the disk fails as at a power cut and the writer is killed. After the remount another SQLite reads a copy of the file, and that is compared with
/// what the queue had accepted. Nineteen of twenty times the loss window is zero.
/// </summary>
internal sealed class PowerCuts(CuttableDisk disk, int seed)
{
    /// <summary>A quarter of it is left to the queue for the commit, which a machine that is busy with other tests needs.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(4);

    /// <summary>So many waiting messages fit on the disk many times.</summary>
    private const int ManyWaiting = 3_000;

    private readonly Random _random = new(seed);
    private readonly WriterRecord _record = new();
    private readonly List<string> _broken = [];
    private readonly string _queuePath = Path.Combine(disk.Root, "queue.db");
    private (string Era, long Number)? _lastCrash;
    private CutTotals _totals = CutTotals.Zero;

    /// <summary>The promises that were broken, and by which cut.</summary>
    public IReadOnlyList<string> Broken => _broken;

    public CutTotals Totals => _totals with { Accepted = _record.AcceptedCount };

    /// <summary>Cuts so many times, unless it is cancelled before; then drains the queue, which must give back everything.</summary>
    public async Task RunAsync(int cuts, CancellationToken stop)
    {
        var next = WriterProcess.Start();
        try
        {
            while (_totals.Cuts < cuts && !stop.IsCancellationRequested)
            {
                // The next one rehearses while this one works.
                await using var writer = next;
                next = WriterProcess.Start();
                await CutAsync(writer);
            }

            await DrainAsync(next);
        }
        finally
        {
            await next.DisposeAsync();
        }
    }

    private async Task CutAsync(WriterProcess writer)
    {
        var window = _random.Next(20) == 0 ? Window : TimeSpan.Zero;
        var work = _record.WaitingCount > ManyWaiting || _random.Next(5) < 3 ? WriterWork.FillAndDrain : WriterWork.Fill;
        await writer.BeginAsync(_record, _queuePath, window, _random.Next(), work);
        if (_random.Next(6) != 0)
        {
            // Otherwise the cut comes while the queue opens, or just has.
            await writer.WhenAcceptingAsync();
        }

        // No waiting for anything: the random moment is the fault.
        var working = TimeSpan.FromMilliseconds(window == TimeSpan.Zero ? _random.Next(150) : _random.Next(1_000, 6_000));
        await Task.Delay(working, TimeProvider.System);
        var cutAt = Stopwatch.GetTimestamp();
        disk.Cut(flushesJournal: _random.Next(3) == 0);
        await writer.KillAsync();
        await disk.RemountAsync();
        _totals = _totals with { Cuts = _totals.Cuts + 1 };
        Judge(await QueueCopy.ReadAsync(_queuePath), window, cutAt);
    }

    private void Judge(QueueCopy disk, TimeSpan window, long cutAt)
    {
        Expect(disk.Integrity == "ok", $"integrity_check says {disk.Integrity}");
        var aside = Directory.GetFiles(Path.GetDirectoryName(_queuePath)!, "*corrupt*");
        Expect(aside.Length == 0, $"an undamaged file was moved aside: {string.Join(' ', aside)}");
        foreach (var (value, time) in _record.TakeMissing(disk).Where(missing => missing.Time < cutAt))
        {
            // A real process ends with the power. Here it lives a few milliseconds longer, and the shutdown of ext4 lets a sync that is under way succeed
            // although it writes nothing (so it does to any program that writes and syncs): what was accepted after the cut is no promise.
            var age = Stopwatch.GetElapsedTime(time, cutAt);
            var isWithin = window > TimeSpan.Zero && age <= window;
            Expect(isWithin, $"the message {value} was accepted {age.TotalMilliseconds:0} ms before the cut, with a loss window of {window.TotalSeconds} s, and is lost");
            _totals += isWithin ? new(0, 0, 0, 1, age) : new(0, 0, 1, 0, TimeSpan.Zero);
        }

        if (_lastCrash is var (era, number) && disk.LastEra != era)
        {
            Expect(_record.CrashOf(era) == number, $"the ledger has {_record.CrashOf(era)?.ToString(CultureInfo.InvariantCulture) ?? "nothing"} as the last durable number of {era}, the file {number}");
        }

        _lastCrash = disk.LastEra is null ? null : (disk.LastEra, disk.LastNumber);
    }

    private async Task DrainAsync(WriterProcess writer)
    {
        await writer.BeginAsync(_record, _queuePath, TimeSpan.Zero, seed, WriterWork.Drain);
        var drained = _record.WhenDrainedAsync();
        await Task.WhenAny(drained, writer.WhenExitedAsync());
        Expect(drained.IsCompletedSuccessfully, $"{_record.WaitingCount} messages are on the disk, and do not come out of the queue {writer.Errors}");
        var exitCode = await writer.StopAsync();
        Expect(exitCode == 0, $"the last writer ended with {exitCode}: {writer.Errors}");
        Judge(await QueueCopy.ReadAsync(_queuePath), TimeSpan.Zero, Stopwatch.GetTimestamp());
    }

    private void Expect(bool holds, FormattableString what)
    {
        if (!holds)
        {
            _broken.Add(string.Create(CultureInfo.InvariantCulture, $"cut {_totals.Cuts} of seed {seed}: {FormattableString.Invariant(what)}"));
        }
    }
}
