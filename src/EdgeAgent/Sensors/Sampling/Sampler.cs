using System.Collections.Immutable;
using EdgeAgent.Configuration;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>
/// Runs all the sensors of a configuration, each on a loop of its own, so that what goes wrong with one is felt by that one
/// alone. The sensors can be changed while it runs. Thread-safe.
/// </summary>
/// <param name="sensors">Checked: every type is in the catalog.</param>
/// <param name="environment">The world outside, shared by all.</param>
/// <param name="sinkOf">Where the readings of a sensor go.</param>
internal sealed class Sampler(ImmutableArray<SensorConfig> sensors, SensorEnvironment environment, Func<SensorConfig, IReadingSink> sinkOf)
{
    /// <summary>How long a new sensor waits for those that leave: they may be holding its device under another id.</summary>
    private static readonly TimeSpan Courtesy = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Replaced as a whole under the gate; read without it.
    private volatile SamplingLoop[] _loops = [.. sensors.Select(config => new SamplingLoop(config, environment, sinkOf(config)))];

    // Under the gate.
    private readonly List<SamplingLoop> _leaving = [];
    private bool _isRunning;

    /// <summary>One status per sensor, in the order of the configuration.</summary>
    public ImmutableArray<SensorStatus> Statuses => [.. _loops.Select(static loop => loop.Record.Status)];

    /// <summary>Whether a sensor's loop hangs. Any thread, without a lock.</summary>
    public bool IsStuck => Array.Exists(_loops, static loop => loop.Record.IsOverdue);

    /// <summary>
    /// Samples until the token is cancelled; then every reading that was taken has been handed to the sink. Anything else that
    /// ends it is a bug or a dead queue, and is thrown.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.Register(() => _end.TrySetResult());
        lock (_gate)
        {
            _isRunning = true;
            foreach (var loop in _loops)
            {
                Start(loop, Task.CompletedTask);
            }
        }

        await _end.Task;
        SamplingLoop[] all;
        lock (_gate)
        {
            _isRunning = false;
            all = [.. _loops, .. _leaving];
        }

        foreach (var loop in all)
        {
            loop.Stop();
        }

        await Task.WhenAll(all.Select(static loop => loop.Ended));
    }

    /// <summary>
    /// Takes these sensors in the place of the ones there are. A sensor with the same settings as before goes on as if nothing had
    /// happened; the others stop, and what is new begins once they have.
    /// </summary>
    public void Change(ImmutableArray<SensorConfig> next)
    {
        lock (_gate)
        {
            if (!_isRunning)
            {
                return;
            }

            var kept = next.Select(config => Array.Find(_loops, loop => loop.Config == config)).OfType<SamplingLoop>().ToHashSet();
            _leaving.RemoveAll(static loop => loop.Ended.IsCompletedSuccessfully);
            foreach (var loop in _loops.Where(loop => !kept.Contains(loop)))
            {
                loop.Stop();
                _leaving.Add(loop);
            }

            _loops = [.. next.Select(config => kept.FirstOrDefault(loop => loop.Config == config) ?? Begin(config))];
        }
    }

    private SamplingLoop Begin(SensorConfig config)
    {
        var loop = new SamplingLoop(config, environment, sinkOf(config));
        var before = Task.WhenAll(_leaving.Where(left => left.Config.Id == config.Id).Select(static left => left.Ended));
        var others = Task.WhenAll(_leaving.Select(static left => left.Ended)).WaitAsync(Courtesy, environment.Time);
        Start(loop, Task.WhenAll(before, others));
        return loop;
    }

    private void Start(SamplingLoop loop, Task turn)
    {
        loop.Start(turn);

        // One dead loop ends the sampler, and so the process: systemd starts it whole again.
        _ = loop.Ended.ContinueWith(_ => _end.TrySetResult(), CancellationToken.None, TaskContinuationOptions.NotOnRanToCompletion, TaskScheduler.Default);
    }
}
