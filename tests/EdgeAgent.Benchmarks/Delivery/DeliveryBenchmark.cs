using System.Globalization;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// The whole right half, from the queue's file to the broker: in turn with what the same broker gives to packets encoded ahead, and with
/// a mosquitto bridge into a broker that only counts (A B A B). Medians, because single runs drift.
/// </summary>
internal static class DeliveryBenchmark
{
    private const int Payload = 200;
    private const int Window = 1000;
    private const int Repetitions = 5;
    private const int LimitCount = 300_000;
    private const int BrokerCount = 1_000_000;
    private const int SinkCount = 500_000;

    /// <summary>Measures, and writes tables in Markdown, each figure beside its target.</summary>
    public static async Task<int> RunAsync(TextWriter output) => await IntoMosquittoAsync(output) + await IntoSinkAsync(output);

    public static async Task<int> IntoMosquittoAsync(TextWriter output)
    {
        using var yardstick = new Yardstick();
        yardstick.Compile("limit");
        using var backlog = await Backlog.FillAsync(BrokerCount, Payload);
        var port = await yardstick.MosquittoAsync();
        var limits = new List<double>();
        var drains = new List<DeliveryResult>();

        // The first only warms the code up.
        await new DeliveryRun(backlog, Window).IntoBrokerAsync(port);
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            limits.Add(yardstick.Limit(port, LimitCount, Payload, Window));
            drains.Add(await new DeliveryRun(backlog, Window).IntoBrokerAsync(port));
        }

        var (limit, rate) = (Median(limits), Median(drains.Select(drain => drain.Rate)));
        await output.WriteLineAsync($"| into mosquitto, {BrokerCount} messages, window {Window} | figure | target |\n|---|---|---|");
        await RowAsync(output, "limit, msg/s", $"{limit:0}", "");
        await RowAsync(output, "drain, msg/s", $"{rate:0}", "");
        await RowAsync(output, "drain / limit", $"{rate / limit:0.00}", "≥ 0.7");
        await RowAsync(output, "live readings beside it: p50, ms", $"{Median(drains.Select(drain => drain.Live(0.5).TotalMilliseconds)):0.0}", "");
        await RowAsync(output, "p99, ms", $"{Median(drains.Select(drain => drain.Live(0.99).TotalMilliseconds)):0.0}", "≤ 50");
        await RowAsync(output, "worst p99 of a run, ms", $"{drains.Max(drain => drain.Live(0.99).TotalMilliseconds):0.0}", "");
        await RowAsync(output, "allocated, bytes a message", $"{Median(drains.Select(drain => drain.Allocated)):0.00}", "0");
        for (var i = 0; i < DeliveryRun.MemoryAt.Length; i++)
        {
            var at = i;
            await RowAsync(
                output,
                $"memory at {DeliveryRun.MemoryAt[at]:P0}: anonymous / managed, MB",
                $"{Median(drains.Select(drain => drain.Memory[at].AnonymousBytes / 1e6)):0.0} / {Median(drains.Select(drain => drain.Memory[at].ManagedBytes / 1e6)):0.0}",
                i == 0 ? "" : "as before");
        }

        return 0;
    }

    public static async Task<int> IntoSinkAsync(TextWriter output)
    {
        using var yardstick = new Yardstick();
        yardstick.Compile("limit");
        yardstick.Compile("sink");
        using var backlog = await Backlog.FillAsync(SinkCount, Payload);
        var bridges = new List<double>();
        var drains = new List<double>();

        // The first only warms the code up.
        await new DeliveryRun(backlog, Window).IntoSinkAsync(yardstick);
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            bridges.Add(await yardstick.BridgeAsync(SinkCount, Payload, Window));
            drains.Add(await new DeliveryRun(backlog, Window).IntoSinkAsync(yardstick));
        }

        var (bridge, rate) = (Median(bridges), Median(drains));
        await output.WriteLineAsync($"\n| into the counting sink, {SinkCount} messages, window {Window} | figure | target |\n|---|---|---|");
        await RowAsync(output, "mosquitto bridge from its memory, msg/s", $"{bridge:0}", "");
        await RowAsync(output, "drain from the file, msg/s", $"{rate:0}", "");
        await RowAsync(output, "drain / bridge", $"{rate / bridge:0.00}", "≥ 1.2");
        return 0;
    }

    private static Task RowAsync(TextWriter output, FormattableString what, FormattableString figure, string target) =>
        RowAsync(output, what.ToString(CultureInfo.InvariantCulture), figure, target);

    private static Task RowAsync(TextWriter output, string what, FormattableString figure, string target) =>
        output.WriteLineAsync($"| {what} | {figure.ToString(CultureInfo.InvariantCulture)} | {target} |");

    private static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToList();
        return ordered[ordered.Count / 2];
    }
}
