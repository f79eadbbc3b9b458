using System.Diagnostics;
using EdgeAgent.EndToEnd.Harness;
using Xunit.Abstractions;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>
/// Calls on the queue's files fail, the Nth of a kind, once or from then on for ever, under the writer with loss window 0. What the queue said was accepted
/// is on the disk, after a power cut too: a sync that failed synced nothing, so a queue that believed it would have lost it.
/// </summary>
public sealed class WriteErrorTests(ITestOutputHelper output) : IDisposable
{
    private const int InputOutput = 5;
    private const int NoSpace = 28;

    private readonly TemporaryFolder _folder = new();

    [SkippableFact]
    public async Task No_call_that_fails_costs_what_was_accepted_or_ends_the_process_otherwise_than_with_a_clear_error()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var (library, withoutCompiler) = await FailingCalls.TryBuildAsync(_folder);
        Skip.If(library is null, withoutCompiler);
        var (disk, obstacle) = await CuttableDisk.TryMakeAsync(mebibytes: 64);
        Skip.If(disk is null, obstacle);
        await using (disk)
        {
            var broken = new List<string>();
            var accepted = 0L;
            var failures = Failures(random).ToArray();
            for (var i = 0; i < failures.Length; i++)
            {
                var run = new FailingRun(disk, library, $"case{i}", random.Next());
                await run.RunAsync(failures[i]);
                broken.AddRange(run.Broken);
                accepted += run.Accepted;
            }

            output.WriteLine($"seed {seed}: {failures.Length} failing calls, {accepted} messages accepted");
            Assert.True(broken.Count == 0, $"seed {seed}\n{string.Join('\n', broken)}");
            Assert.True(accepted > 20 * failures.Length, $"only {accepted} messages were accepted");
        }
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<FailingCall> Failures(Random random)
    {
        foreach (var (call, file, numbers) in ((string, string, int[])[])[
            ("open", "queue.db", [1, 2]), ("open", "queue.db-wal", [1, 2]), ("open", "queue.db-ballast", [1]), ("write", "queue.db", [1, random.Next(2, 30)]),
            ("write", "queue.db-wal", [1, 20, random.Next(20, 100)]), ("write", "queue.db-ballast", [1]), ("sync", "queue.db", [1, 2]),
            ("sync", "queue.db-wal", [1, 2, 4, 6, 9, random.Next(10, 30)]), ("truncate", "queue.db-wal", [1])])
        {
            foreach (var number in numbers)
            {
                yield return new(call, file, number, IsForEver: false, InputOutput);
                yield return new(call, file, number, IsForEver: true, call == "write" && random.Next(3) == 0 ? NoSpace : InputOutput);
            }
        }
    }
}

/// <summary>One failing call under one writer on a queue file that has been used before.</summary>
internal sealed class FailingRun(CuttableDisk disk, string library, string folder, int seed)
{
    private readonly WriterRecord _record = new();
    private readonly List<string> _broken = [];
    private readonly string _queuePath = Path.Combine(disk.Root, folder, "queue.db");

    public IReadOnlyList<string> Broken => _broken;

    public long Accepted => _record.AcceptedCount;

    public async Task RunAsync(FailingCall failing)
    {
        await using var writer = WriterProcess.Start(failing.Environment(library, folder));
        await writer.BeginAsync(_record, _queuePath, TimeSpan.Zero, seed, seed % 2 == 0 ? WriterWork.Fill : WriterWork.FillAndDrain);

        // What fails at the opening keeps it from accepting anything, and it may neither say so nor end: that a process goes on trying has no signal.
        await Task.WhenAny(writer.WhenAcceptingAsync(), Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System));

        // It works for a while under the fault, which by its number comes sooner or later.
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        var isCut = failing.Call == "sync" || seed % 3 == 0;
        var cutAt = Stopwatch.GetTimestamp();
        if (isCut)
        {
            disk.Cut(flushesJournal: false);
            await writer.KillAsync();
            await disk.RemountAsync();
        }
        else
        {
            var exitCode = writer.HasExited ? await writer.WhenExitedAsync() : await writer.StopAsync();
            Expect(exitCode is 0 || (writer.Failure is not null && exitCode is 74 or 77), failing, $"the process ended with {exitCode} {writer.Failure} {writer.Errors}");
            cutAt = Stopwatch.GetTimestamp();
        }

        Expect(writer.Errors.Length == 0, failing, $"the process said {writer.Errors}");
        var found = await QueueCopy.ReadAsync(_queuePath);
        Expect(found.Integrity == "ok", failing, $"integrity_check says {found.Integrity}");
        var lost = _record.TakeMissing(found).Count(missing => missing.Time < cutAt);
        Expect(lost == 0, failing, $"{lost} of {Accepted} accepted messages are lost");
        var aside = Directory.Exists(Path.GetDirectoryName(_queuePath)) ? Directory.GetFiles(Path.GetDirectoryName(_queuePath)!, "*corrupt*") : [];
        Expect(aside.Length == 0, failing, $"an undamaged file was moved aside: {string.Join(' ', aside)}");
    }

    private void Expect(bool holds, FailingCall failing, FormattableString what)
    {
        if (!holds)
        {
            _broken.Add($"{failing}, seed {seed}: {FormattableString.Invariant(what)}");
        }
    }
}
