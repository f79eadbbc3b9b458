using EdgeAgent.Hosting;
using EdgeAgent.Hosting.Measuring;

namespace EdgeAgent.Tests.Web;

/// <summary>An agent's status with made-up figures: what is shown of it is the subject.</summary>
internal static class SomeStatus
{
    public const string Hostile = "<script>alert(1)</script>\"'&\n\u0007";

    public static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static AgentStatus Of(string text = "pi", string state = "connected", long depth = 0, string store = "healthy", double delivered = 0) => new(
        AgentStatus.PresentFormat,
        text,
        "1.2.3",
        7_980,
        new ConfigurationReport(text, Now.AddHours(-2), Now, text),
        new BrokerStatus(state, Now.AddHours(-2), text, "5.0", 400, text, 3, 7_000, 1_000, new() { ["0x87"] = 4 }) { DisconnectedS = state == "connected" ? null : 90 },
        new QueueStatus(depth, depth, 0, 1_234, 1_200, Now.AddHours(-1), 3_600, 1 << 20, 512 << 20, 1L << 30, 41.2, 5_000, 1_000, new() { ["expired"] = 12 }, 2, store, store == "healthy" ? null : text),
        new RateStatus(2.5, delivered, 12.25, 80),
        [
            new SensorReport(text, text, "ok", 10, 9, 1, new() { ["timeout"] = 1 }, 2, 0, 4.2, text, [new("value", text, text)], null, null),
            new SensorReport("probe", "ds18b20", "failing", 0, 0, 5, new() { ["crc"] = 5 }, 0, 0, null, null, [], text, 61),
        ]);

    public static AgentHistory History(int steps = 60)
    {
        var report = new HistoryReport(
            60,
            Now,
            [.. Enumerable.Range(0, steps).Select(static i => (long?)i)],
            [.. Enumerable.Repeat<long?>(60, steps)],
            [.. Enumerable.Repeat<long?>(30, steps)],
            [.. Enumerable.Repeat<double?>(12, steps)],
            [.. Enumerable.Repeat<double?>(80, steps)],
            [.. Enumerable.Range(0, steps).Select(i => (double?)(i is >= 10 and < 20 ? 0 : 1))]);
        return new(AgentStatus.PresentFormat, report, report);
    }
}
