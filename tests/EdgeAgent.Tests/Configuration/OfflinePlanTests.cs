using EdgeAgent.Configuration;
using EdgeAgent.Readings;
using EdgeAgent.Tests.Queue;

namespace EdgeAgent.Tests.Configuration;

public sealed class OfflinePlanTests
{
    private const string Ten = "sensors:\n- {id: a, type: file, path: /x, interval: 100ms}\n";

    [Fact]
    public void Readings_are_counted_from_above()
    {
        var plan = Plan("sensors:\n- {id: a, type: system, interval: 10s}\n- {id: b, type: system, interval: 1m}\n");

        Assert.Equal((2, 8640 + 1440), (plan.Sensors, Math.Round(plan.ReadingsPerDay)));
        Assert.Equal(26 * plan.ReadingsPerDay, plan.QueuedPerDay, precision: 0);
        Assert.Equal((512 << 20) / plan.QueuedPerDay, plan.DaysThatFit, precision: 3);
    }

    [Fact]
    public void A_longer_loss_window_writes_less()
    {
        double[] written = [.. new[] { "0", "1s", "10s", "1m" }.Select(window => Plan($"queue: {{loss_window: {window}}}\n{Ten}").WrittenPerDay)];

        Assert.Equal(written.OrderDescending(), written);
        Assert.InRange(written[1] / Plan(Ten).ReadingsPerDay, 100, 400);
    }

    [Fact]
    public void A_drain_competes_with_what_is_read()
    {
        Assert.Equal(864_000 / 40.0, Plan("delivery: {rate: 50/s}\n" + Ten).DrainSecondsPerDay, precision: 3);
        Assert.Equal(864_000 / 1990.0, Plan(Ten).DrainSecondsPerDay, precision: 3);
    }

    [Fact]
    public void A_rate_below_the_readings_is_a_warning() => Assert.Equal(
        ["edgeagent.yaml:2:19: warning: delivery.rate: 5/s is less than the sensors read, up to 10/s: the queue will never be empty (read less often, or let more out)"],
        ConfigFolder.Problems($"broker: {{url: mqtt://host}}\ndelivery: {{rate:  5/s}}\n{Ten}"));

    [Fact]
    public void A_queue_for_hours_is_a_warning() => Assert.Equal(
        ["edgeagent.yaml: warning: 4MiB hold less than a day without the broker: 4.5 hours (set queue.max_size, or read less often)"],
        ConfigFolder.Problems($"broker: {{url: mqtt://host}}\nqueue: {{max_size: 4MiB}}\n{Ten}"));

    [Fact]
    public void Without_a_sensor_nothing_is_written()
    {
        var plan = Plan("");

        Assert.Equal((0.0, 0.0, 0.0, double.PositiveInfinity), (plan.ReadingsPerDay, plan.WrittenPerDay, plan.DrainSecondsPerDay, plan.DaysThatFit));
    }

    [Fact]
    public void The_plan_is_said_in_four_lines()
    {
        using var folder = new ConfigFolder();
        var reading = folder.Read("broker: {url: mqtt://host}\nsensors:\n- {id: a, type: system, interval: 1s}\n");

        Assert.Equal(
            """
            ok
            plan: 1 sensor, at most 86 400 readings a day
              without the broker  30d are kept (queue.max_age); 512MiB would hold about 239 days
              to the card         nothing while the broker acknowledges, about 64.9 MB a day while it does not
              to catch up         about 43 s for a day without the broker (100 in flight, a round trip of 50 ms)

            """,
            ConfigReport.Text(reading, isOk: true));
    }

    /// <summary>The estimate is held against the queue itself.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task A_row_takes_what_the_plan_reckons_with(int values)
    {
        const int Rows = 20_000;
        await using var rig = new QueueRig().Open();
        var envelope = rig.Boiler with { Fields = [.. Enumerable.Range(0, values).Select(number => new Field($"v{number}", null))] };
        for (var row = 0; row < Rows; row++)
        {
            Value[] reading = [.. Enumerable.Range(0, values).Select(number => Value.Of(row + number + 0.25))];
            _ = await rig.Queue.AppendAsync(envelope, 1_000_000L + (row * 1000L), MessageBody.Of(reading), default);
        }

        await rig.CloseAsync();

        var bytes = new FileInfo(rig.Config.Path).Length / (double)Rows;
        Assert.InRange(bytes / OfflinePlan.RowBytes(values), 0.85, 1.15);
    }

    private static OfflinePlan Plan(string yaml)
    {
        using var folder = new ConfigFolder();
        return folder.Read(yaml).Plan!;
    }
}
