using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Readings;
using EdgeAgent.Sensors.Gpio;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>What is read off a GPIO line.</summary>
internal enum GpioMode
{
    /// <summary>On or off, every interval.</summary>
    Level,

    /// <summary>Every change, when it happens.</summary>
    Events,

    /// <summary>How many pulses, and how fast, every interval.</summary>
    Counter,
}

/// <summary>The keys of a GPIO line, and the kind. The level is polled; changes and pulses stream.</summary>
internal static class GpioSensor
{
    public static readonly Key<GpioMode> Mode = Keys.Choice("mode", "level: on or off every interval; events: every change; counter: pulses", GpioMode.Level);

    public static readonly Key<TimeSpan> SaveEvery = Keys.Duration(
        "save_every", "counter: how often the total is saved; what a power cut may cost", TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));

    private static readonly Key<string> Line = Keys.RequiredText("line", "the line's name, or its number on the chip", "GPIO17");
    private static readonly Key<string?> Chip = Keys.OptionalText("chip", "the chip's label, where several have such a line", "pinctrl-bcm2711");
    private static readonly Key<bool> ActiveLow = Keys.Flag("active_low", "low is on: a contact to ground", false);
    private static readonly Key<GpioBias> Bias = Keys.Choice("bias", "as_is, pull_up, pull_down or none", GpioBias.AsIs);
    private static readonly Key<GpioEdges?> Edge = Keys.OptionalChoice<GpioEdges>("edge", "which changes count: rising, falling or both; otherwise both for events, rising for counter");

    private static readonly Key<TimeSpan> Debounce = Keys.Duration(
        "debounce", "changes shorter than that are not counted", TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMinutes(1));

    public static readonly SensorKind Kind = new(
        "gpio", "a GPIO line: its level, its changes, or a pulse counter", [Line, Chip, Mode, ActiveLow, Bias, Edge, Debounce, SaveEvery],
        static (config, environment) => config.Settings.Get(Mode) switch
        {
            GpioMode.Events => new GpioEvents(config, environment),
            GpioMode.Counter => new GpioCounter(config, environment),
            _ => new GpioLevel(config, environment),
        })
    {
        KeepsInterval = false,
        Check = static settings => settings.Get(Edge) is GpioEdges.None ? [new(Edge, "a line of which no edge counts tells nothing", "rising, falling or both")] : [],
    };

    public static GpioRequest Request(KeyValues settings)
    {
        var edges = settings.Get(Mode) switch
        {
            GpioMode.Level => GpioEdges.None,
            GpioMode.Events => settings.Get(Edge) ?? GpioEdges.Both,
            _ => settings.Get(Edge) ?? GpioEdges.Rising,
        };
        return new(settings.Get(Chip), settings.Get(Line), edges, settings.Get(ActiveLow), settings.Get(Bias), settings.Get(Debounce));
    }

    public static SensorFailure Gone(KeyValues settings) => new(SensorFailureKind.Missing, $"the chip of line {settings.Get(Line)} is gone");
}

/// <summary>The level of a line, which is taken at the first read and kept.</summary>
internal sealed class GpioLevel(SensorConfig config, SensorEnvironment environment) : ISensor
{
    private IGpioLine? _line;

    public ValueTask<Observation> ReadAsync(CancellationToken cancellationToken)
    {
        if (_line is null)
        {
            (_line, var failure) = environment.Gpio.Open(GpioSensor.Request(config.Settings));
            if (_line is null)
            {
                return new(Observation.Failed(failure!));
            }
        }

        if (_line.Read() is { } level)
        {
            return new(Observation.Of(Value.Of(level)));
        }

        _line.Dispose();
        _line = null;
        return new(Observation.Failed(GpioSensor.Gone(config.Settings)));
    }

    public ValueTask DisposeAsync()
    {
        _line?.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The changes of a line, with the time that the kernel saw them at; the level at the start comes first.</summary>
internal sealed class GpioEvents(SensorConfig config, SensorEnvironment environment) : IStreamingSensor
{
    private readonly GpioEvent[] _events = new GpioEvent[64];

    public async Task<SensorFailure> RunAsync(Func<Observation, ValueTask> emit, CancellationToken cancellationToken)
    {
        var (line, failure) = environment.Gpio.Open(GpioSensor.Request(config.Settings));
        if (line is null)
        {
            return failure!;
        }

        using (line)
        {
            if (line.Read() is { } level)
            {
                await emit(Observation.Of(Value.Of(level)));
            }

            uint last = 0;
            for (int count; (count = await line.NextAsync(_events, cancellationToken)) > 0;)
            {
                for (var i = 0; i < count; i++)
                {
                    var change = _events[i];
                    var lost = change.Number - last - 1;
                    last = change.Number;
                    ImmutableArray<NamedValue> values = lost == 0
                        ? [new("value", Value.Of(change.IsRising))]
                        : [new("value", Value.Of(change.IsRising)), new("lost", Value.Of((long)lost))];
                    await emit(Observation.Of(values) with { BootTime = BootTimeOf(change) });
                }
            }

            return GpioSensor.Gone(config.Settings);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The kernel's time does not count sleep, the boot clock does; so by how long ago it was.</summary>
    private long BootTimeOf(GpioEvent change)
    {
        var now = environment.Time.GetTimestamp() * (1e9 / environment.Time.TimestampFrequency);
        return environment.Clock.Milliseconds - (long)Math.Max(0, (now - change.Nanoseconds) / 1e6);
    }
}

/// <summary>Counts the pulses of a meter: the total, which survives restarts, and the rate of the last interval in pulses a second.</summary>
internal sealed class GpioCounter(SensorConfig config, SensorEnvironment environment) : IStreamingSensor
{
    private readonly GpioEvent[] _events = new GpioEvent[64];
    private readonly PulseTotal _total = new(Path.Combine(environment.StateDirectory, "counters", config.Id));

    public async Task<SensorFailure> RunAsync(Func<Observation, ValueTask> emit, CancellationToken cancellationToken)
    {
        if (_total.Load() is { } unreadable)
        {
            return unreadable;
        }

        var (line, failure) = environment.Gpio.Open(GpioSensor.Request(config.Settings));
        if (line is null)
        {
            return failure!;
        }

        using (line)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var telling = TellAsync(emit, stop.Token);
            try
            {
                await Task.WhenAny(CountAsync(line, stop.Token), telling);
                return GpioSensor.Gone(config.Settings);
            }
            finally
            {
                await stop.CancelAsync();
                await Task.WhenAny(telling);
                _ = _total.Save();
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task CountAsync(IGpioLine line, CancellationToken cancellationToken)
    {
        uint last = 0;
        for (int count; (count = await line.NextAsync(_events, cancellationToken)) > 0;)
        {
            // The kernel numbers the changes, so those it had no room for are counted too.
            var newest = _events[count - 1].Number;
            lock (_total)
            {
                _total.Add(newest - last);
            }

            last = newest;
        }
    }

    private async Task TellAsync(Func<Observation, ValueTask> emit, CancellationToken cancellationToken)
    {
        var (before, start) = (_total.Count, environment.Time.GetTimestamp());
        var saved = start;
        using var timer = new PeriodicTimer(config.Interval, environment.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            long count;
            lock (_total)
            {
                count = _total.Count;
            }

            var now = environment.Time.GetTimestamp();
            var rate = (count - before) / environment.Time.GetElapsedTime(start, now).TotalSeconds;
            (before, start) = (count, now);
            SensorFailure? failure = null;
            if (environment.Time.GetElapsedTime(saved, now) >= config.Settings.Get(GpioSensor.SaveEvery))
            {
                saved = now;
                lock (_total)
                {
                    failure = _total.Save();
                }
            }

            await emit(Observation.Partly([new("total", Value.Of(count)), new("rate", Value.Of(Math.Round(rate, 6)), "1/s")], failure));
        }
    }
}
