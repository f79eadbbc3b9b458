using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Sampling;
using EdgeAgent.Tests.Hosting;
using EdgeAgent.Tests.Sensors.Support;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Sensors.Sampling;

/// <summary>What a sick sensor costs in the journal.</summary>
public sealed class SensorRecordTests
{
    private static readonly SensorFailure Missing = new(SensorFailureKind.Missing, "no such file");

    private readonly FakeTimeProvider _time = new();
    private readonly RecordedLog _log = new();
    private readonly SensorRecord _record;

    public SensorRecordTests() => _record = new(Some.Config("file"), Some.Environment(_time) with { Log = _log });

    [Fact]
    public void A_sensor_that_fails_each_second_for_a_day_is_two_lines_its_end_included()
    {
        ForSeconds(86_400, static (record, _) => record.Failed(Missing));
        _record.Recovered();

        Assert.Equal(["Warning: Sensor some fails (missing): no such file", "Information: Sensor some works again after 1.00:00:00"], _log.Lines);
    }

    [Fact]
    public void Another_kind_of_failure_is_said_and_the_same_one_in_other_words_is_not()
    {
        _record.Failed(Missing);
        _record.Failed(Missing with { Message = "still no such file" });
        _record.Failed(new(SensorFailureKind.Timeout, "no answer"));

        Assert.Equal(["Warning: Sensor some fails (missing): no such file", "Warning: Sensor some fails (timeout): no answer"], _log.Lines);
    }

    [Fact]
    public void A_sensor_that_comes_and_goes_each_second_is_eleven_lines_an_hour_and_the_last_says_how_it_stands()
    {
        ForSeconds(4 * 3600, static (record, second) =>
        {
            if (second % 2 == 0)
            {
                record.Failed(Missing);
            }
            else
            {
                record.Recovered();
            }
        });
        var busy = _log.Lines;
        ForSeconds(2 * 3600, static (record, _) => record.Recovered());

        Assert.InRange(busy.Length, 40, 44);
        Assert.EndsWith("more lines about it were left out. Now it works", _log.Lines[^1], StringComparison.Ordinal);
        Assert.InRange(_log.Lines.Length - busy.Length, 1, 2);
    }

    [Fact]
    public void A_sensor_that_is_found_failing_after_it_came_and_went_is_said_to_fail()
    {
        for (var change = 0; change < 20; change++)
        {
            _record.Failed(Missing);
            _record.Recovered();
        }

        ForSeconds(3_601, static (record, _) => record.Failed(Missing));

        Assert.Equal("Warning: Sensor some keeps changing: 31 more lines about it were left out. Now it fails (missing): no such file", _log.Lines[^1]);
    }

    [Fact]
    public void A_bug_that_throws_at_each_turn_shows_its_trace_once()
    {
        ForSeconds(3_600, static (record, _) =>
        {
            record.Threw(new InvalidOperationException("a bug"));
            record.Failed(new(SensorFailureKind.Io, "a bug"));
        });

        Assert.Equal(2, _log.Lines.Length);
        Assert.StartsWith("Error: Sensor some threw", _log.Lines[0], StringComparison.Ordinal);
    }

    private void ForSeconds(int seconds, Action<SensorRecord, int> turn)
    {
        for (var second = 0; second < seconds; second++)
        {
            turn(_record, second);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
