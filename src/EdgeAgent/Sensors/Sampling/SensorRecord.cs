using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>
/// Keeps the books of one sensor, and logs a failure once when it begins and once when it ends; of one that comes and goes all the
/// time, some lines an hour, and then how it stands. Written by the sensor's loop, read by anyone: the status is replaced as a whole.
/// </summary>
internal sealed class SensorRecord(SensorConfig config, SensorEnvironment environment)
{
    private const int LinesPerHour = 10;

    private readonly ILogger _log = environment.Log;
    private readonly LineBudget _budget = new(LinesPerHour, TimeSpan.FromHours(1), environment.Time);
    private string? _thrown;
    private long _turnBy = long.MaxValue;
    private volatile SensorStatus _status = new() { Id = config.Id, Type = config.Type };

    public SensorStatus Status => _status;

    /// <summary>True where a turn that was to be over by now is not: not a slow sensor, whose reads have a deadline, but a loop that hangs.</summary>
    public bool IsOverdue => environment.Time.GetElapsedTime(0).Ticks > Interlocked.Read(ref _turnBy);

    /// <summary>The next turn is to be over within this time.</summary>
    public void ExpectTurn(TimeSpan within) => Interlocked.Exchange(ref _turnBy, (environment.Time.GetElapsedTime(0) + within).Ticks);

    /// <summary>No further turn is expected.</summary>
    public void ExpectNone() => Interlocked.Exchange(ref _turnBy, long.MaxValue);

    /// <summary>A read brought values.</summary>
    public void Read(ImmutableArray<NamedValue> values, long bootTime) =>
        _status = _status with { LastValues = values, LastTime = bootTime, Readings = _status.Readings + 1 };

    /// <summary>All is well again, or still is.</summary>
    public void Recovered()
    {
        if (_status.CurrentFailure is null)
        {
            _ = TellsLeftOut();
            return;
        }

        var failed = TimeSpan.FromMilliseconds(environment.Clock.Milliseconds - _status.FailingSince!.Value);
        _status = _status with { CurrentFailure = null, FailingSince = null };
        _thrown = null;
        if (!TellsLeftOut() && _budget.TryTake())
        {
            _log.SensorRecovered(config.Id, failed);
        }
    }

    public void Failed(SensorFailure failure)
    {
        var before = _status.CurrentFailure;
        _status = _status with
        {
            Failures = _status.Failures.SetItem(failure.Kind, _status.Failures.GetValueOrDefault(failure.Kind) + 1),
            CurrentFailure = failure,
            FailingSince = _status.FailingSince ?? environment.Clock.Milliseconds,
        };
        if (!TellsLeftOut() && before?.Kind != failure.Kind && _budget.TryTake())
        {
            _log.SensorFailing(config.Id, failure.Kind.Text(), failure.Message);
        }
    }

    /// <summary>A read threw: a bug, of which the trace is wanted once.</summary>
    public void Threw(Exception exception)
    {
        if (_thrown != exception.Message && _budget.TryTake())
        {
            _log.SensorThrew(exception, config.Id);
        }

        _thrown = exception.Message;
    }

    public void Published() => _status = _status with { Published = _status.Published + 1 };

    public void Missed(long turns)
    {
        if (turns > 0)
        {
            _status = _status with { MissedTurns = _status.MissedTurns + turns };
            _log.TurnsMissed(config.Id, turns);
        }
    }

    public void Restarted() => _status = _status with { Restarts = _status.Restarts + 1 };

    public void Stuck(bool isStuck)
    {
        if (_status.IsStuck != isStuck)
        {
            _status = _status with { IsStuck = isStuck };
        }
    }

    /// <summary>When the hour is over, says how many lines were left out in it, and how the sensor stands; true where it did.</summary>
    private bool TellsLeftOut()
    {
        var tells = _budget.TryRenew(out var leftOut);
        if (tells)
        {
            _log.SensorChangesLeftOut(config.Id, leftOut, _status.CurrentFailure is { } failure ? $"fails ({failure.Kind.Text()}): {failure.Message}" : "works");
        }

        return tells;
    }
}
