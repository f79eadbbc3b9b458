using EdgeAgent.Commands;
using EdgeAgent.Hosting;

namespace EdgeAgent.Tests.Commands;

public sealed class StatusTextTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private static readonly AgentStatus Busy = new(
        1,
        "pi-boiler",
        "0.1.0",
        273_600,
        new ConfigurationReport("/etc/edgeagent/edgeagent.yaml", Start, null, null),
        new BrokerStatus("connected", Start, "mqtts://broker:8883", "5.0", 240, "connection lost", 3, 1, 9, new() { ["0x87"] = 2 }),
        new QueueStatus(41_200, 48_120, 12, 100_000, 58_800, Start, 7_980, 10_800_000, 512L << 20, 9L << 30, 12.2, 40 << 20, 12 << 20, new() { ["expired"] = 12, ["refused"] = 3 }, 3, "healthy", null),
        new RateStatus(10, 46.25, 12.3, 40),
        [Sensor("boiler_flow", "ok", "61.312 °C", 3.2, 24_000, 0, null), Sensor("tank", "failing", null, null, 0, 17, "missing: no such file")]);

    [Fact]
    public void One_screen_says_what_there_is_to_know() => Assert.Equal(
        """
        pi-boiler  edgeagent 0.1.0, up 3 d 4 h
        config   /etc/edgeagent/edgeagent.yaml, in force since 2026-11-22 10:00:00Z
        broker   connected mqtts://broker:8883 (MQTT 5.0) since 2026-11-22 10:00:00Z, 3 connections so far
                 last acknowledgement 0.2 s ago; round trip 12.3 ms, 99 % within 40 ms
                 last error: connection lost
                 refused: 2 with 0x87
        queue    41 200 waiting (12 in flight), deepest 48 120; oldest 2 h 13 min
                 10.3 MiB of 512 MiB on disk, 9 GiB free; full in 12 d 4 h at this rate
                 100 000 accepted, 58 800 acknowledged since the start
                 lost: 12 expired, 3 refused
                 3 dead letters wait: edgeagent dead-letters ls
        rates    10/s accepted, 46.25/s delivered in the last minute
        card     12 MiB written today, 40 MiB since the start

        sensor       state    value      age    readings  failed
        boiler_flow  ok       61.312 °C  3.2 s  24 000    0
        tank         failing  -          -      0         17
          missing: no such file, for 5 s

        """,
        StatusText.Render(Busy));

    [Fact]
    public void A_configuration_that_was_not_taken_over_and_a_missing_broker_are_said()
    {
        var text = StatusText.Render(Busy with
        {
            Configuration = new("/x.yaml", Start, Start.AddHours(1), "1 error, 0 warnings; x.yaml:3:1: error: unknown key 'brokr'") { WaitsForRestart = "queue.path" },
            Broker = new("none", null, null, null, null, null, 0, 0, 0, []),
        });

        Assert.Contains("NOT in force: what was read at 2026-11-22 11:00:00Z: 1 error, 0 warnings; x.yaml:3:1: error: unknown key 'brokr'\n", text, StringComparison.Ordinal);
        Assert.Contains("waiting for a restart: queue.path\n", text, StringComparison.Ordinal);
        Assert.Contains("broker   none is set: readings are kept; set broker.url\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_sensor_or_broker_says_cannot_steer_the_terminal()
    {
        var text = StatusText.Render(Busy with
        {
            Broker = Busy.Broker with { LastError = "\u001b]0;owned\u0007 \u202egnp" },
            Sensors = [Sensor("evil", "failing", "\u001b[2J\u009b31m" + new string('x', 500), 1, 1, 1, "\r\nsensor  ok")],
        });

        Assert.DoesNotContain(text.Replace("\n", "", StringComparison.Ordinal), character => char.IsControl(character) || character == '\u202e');
        Assert.All(text.Split('\n'), line => Assert.True(line.Length < 200, line));
    }

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.24, "0.2 s")]
    [InlineData(59, "59 s")]
    [InlineData(60, "1 min")]
    [InlineData(133, "2 min 13 s")]
    [InlineData(11_100, "3 h 5 min")]
    [InlineData(1_051_200, "12 d 4 h")]
    [InlineData(-5, "0 s")]
    public void Durations_have_two_units_at_most(double seconds, string text) => Assert.Equal(text, Quantity.Duration(seconds));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(512L << 20, "512 MiB")]
    [InlineData(3L << 50, "3072 TiB")]
    public void Sizes_are_powers_of_1024(long bytes, string text) => Assert.Equal(text, Quantity.Bytes(bytes));

    private static SensorReport Sensor(string id, string state, string? value, double? age, long readings, long failures, string? error) => new(
        id, "file", state, readings, readings, failures, [], 0, 0, age, value, [], error, error is null ? null : 5);
}
