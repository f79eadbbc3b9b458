using System.Globalization;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>What a writer does with its queue, by the writer's own words.</summary>
internal enum WriterWork
{
    Fill,
    FillAndDrain,
    Drain,
}

/// <summary>
/// The writer of tests/EdgeAgent.QueueWriter: a process that keeps a real queue busy and reports what was accepted and what was acknowledged. Each
/// line of it goes into the record before the next one is looked at.
/// </summary>
internal sealed class WriterProcess : IAsyncDisposable
{
    private readonly TaskCompletionSource _ready = NewSignal();
    private readonly TaskCompletionSource _accepted = NewSignal();
    private readonly ChildProcess _process;
    private WriterRecord? _record;

    private WriterProcess(IReadOnlyDictionary<string, string?>? environment) =>
        _process = ChildProcess.Start(Program, [], environment, Take, keepsInput: true);

    /// <summary>What the writer could not do; null where it did it.</summary>
    public string? Failure { get; private set; }

    public bool HasExited => _process.HasExited;

    private static string Program { get; } =
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../EdgeAgent.QueueWriter", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "EdgeAgent.QueueWriter"));

    /// <summary>Starts one, which then waits for its order.</summary>
    public static WriterProcess Start(IReadOnlyDictionary<string, string?>? environment = null) => new(environment);

    /// <summary>Gives it its order, once it is ready.</summary>
    /// <param name="record">Gets what it reports.</param>
    public async Task BeginAsync(WriterRecord record, string queuePath, TimeSpan lossWindow, int seed, WriterWork work)
    {
        _record = record;
        await AwaitAsync(_ready.Task);
        await _process.TellAsync(string.Create(
            CultureInfo.InvariantCulture, $"{queuePath} {lossWindow.TotalMilliseconds} {record.NextValue} {seed} {work}"));
    }

    /// <summary>Completes with the first message that was accepted.</summary>
    public Task WhenAcceptingAsync() => AwaitAsync(_accepted.Task);

    public Task<int> WhenExitedAsync() => _process.WhenExitedAsync();

    /// <summary>Ends it at once; comes back when everything that it had said is in the record.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Send(ProcessSignal.Kill);
        }

        await _process.WhenExitedAsync();
    }

    /// <summary>Ends it cleanly; gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await _process.TellAsync("stop");
        return await _process.WhenExitedAsync();
    }

    /// <summary>Its last words on standard error: an exception that nobody caught.</summary>
    public string Errors => string.Join('\n', _process.Errors.ToArray());

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task AwaitAsync(Task signal)
    {
        var ended = _process.WhenExitedAsync();
        if (await Task.WhenAny(signal, ended) == ended && !signal.IsCompleted)
        {
            await ended;
            throw new InvalidOperationException($"the writer ended: {Failure} {Errors}");
        }
    }

    private void Take(string line)
    {
        var words = line.Split(' ', 3);
        switch (words[0])
        {
            case "ready":
                _ready.TrySetResult();
                break;
            case "accepted":
                _record!.Accepted(Number(words[1]), Number(words[2]));
                _accepted.TrySetResult();
                break;
            case "undurable":
            case "refused":
                _record!.Given(Number(words[1]));
                break;
            case "delivered":
                _record!.Delivered(Number(words[1]), words[2]);
                break;
            case "ledger":
                _record!.Told(line["ledger ".Length..]);
                break;
            case "failed":
                Failure = line;
                break;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
