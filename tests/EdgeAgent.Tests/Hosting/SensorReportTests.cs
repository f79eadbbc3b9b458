using System.Collections.Immutable;
using EdgeAgent.Hosting;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Sampling;

namespace EdgeAgent.Tests.Hosting;

public sealed class SensorReportTests
{
    private static readonly SensorStatus Quiet = new() { Id = "flow", Type = "file" };

    private static readonly SensorStatus Well = Quiet with
    {
        LastValues = [new("value", Value.Of(21.5), "°C")],
        LastTime = 1_000,
        Readings = 3,
        Published = 2,
    };

    [Fact]
    public void Before_its_first_value_a_sensor_is_waiting()
    {
        var report = SensorReport.Of(Quiet, 5_000);

        Assert.Equal(("waiting", null, null), (report.State, report.LastValue, report.AgeS));
    }

    [Fact]
    public void A_value_is_told_with_its_unit_and_age()
    {
        var report = SensorReport.Of(Well, 5_000);

        Assert.Equal(("ok", "21.5 °C", 4.0), (report.State, report.LastValue, report.AgeS));
        Assert.Equal([new ValueReport("value", "21.5", "°C")], report.LastValues);
        Assert.Equal((3, 2), (report.Readings, report.Published));
    }

    [Fact]
    public void Several_values_are_told_by_name()
    {
        var report = SensorReport.Of(Well with { LastValues = [new("load", Value.Of(0.5)), new("hot", Value.Of(true))] }, 5_000);

        Assert.Equal("load 0.5, hot true", report.LastValue);
    }

    [Fact]
    public void Failures_are_counted_by_kind_and_the_present_one_is_told()
    {
        var report = SensorReport.Of(
            Well with
            {
                Failures = ImmutableSortedDictionary<SensorFailureKind, long>.Empty.Add(SensorFailureKind.Timeout, 2).Add(SensorFailureKind.PowerOn, 1),
                CurrentFailure = new(SensorFailureKind.Timeout, "no answer within 5 s"),
                FailingSince = 3_000,
            },
            5_000);

        Assert.Equal(("failing", 3, "timeout: no answer within 5 s", 2.0), (report.State, report.Failures, report.LastError, report.FailingForS));
        Assert.Equal([KeyValuePair.Create("power_on", 1L), KeyValuePair.Create("timeout", 2L)], report.FailuresByKind);
    }

    [Fact]
    public void A_read_that_does_not_come_back_is_told_before_its_failure() =>
        Assert.Equal("stuck", SensorReport.Of(Well with { IsStuck = true, CurrentFailure = new(SensorFailureKind.Timeout, "no answer") }, 5_000).State);
}
