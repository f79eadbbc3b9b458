using System.Globalization;
using EdgeAgent.Mqtt;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// The MQTT client alone: publishes of 200 bytes from memory, in turn with what the same broker gives to packets encoded ahead
/// (A B C A B C), and into a broker that only counts. Medians, because single runs drift.
/// </summary>
internal static class MqttBenchmark
{
    private const int Payload = 200;
    private const int Repetitions = 5;
    private const int BrokerCount = 300_000;
    private const int SinkCount = 2_000_000;
    private static readonly int[] Windows = [100, 1000];

    /// <summary>Measures, and writes a table in Markdown.</summary>
    public static async Task<int> RunAsync(TextWriter output)
    {
        using var yardstick = new Yardstick();
        yardstick.Compile("limit");
        yardstick.Compile("sink");
        await output.WriteLineAsync("| what | window | limit, msg/s | 5.0, msg/s | 3.1.1, msg/s | 5.0 / limit | 5.0 / 3.1.1 | CPU, µs a message | allocated, bytes a message |");
        await output.WriteLineAsync("|---|---|---|---|---|---|---|---|---|");
        var mosquitto = await yardstick.MosquittoAsync();
        foreach (var window in Windows)
        {
            await RowAsync(output, "mosquitto", window, () => yardstick.Limit(mosquitto, BrokerCount, Payload, window), version => BrokerAsync(mosquitto, window, version));
        }

        foreach (var window in Windows)
        {
            await RowAsync(output, "sink", window, () => Limit(yardstick, window), version => SinkAsync(yardstick, window, version));
        }

        return 0;
    }

    private static async Task RowAsync(
        TextWriter output, string what, int window, Func<double> limit, Func<MqttProtocolVersion, Task<MqttPublishResult>> measure)
    {
        var limits = new List<double>();
        var v5 = new List<MqttPublishResult>();
        var v311 = new List<MqttPublishResult>();

        // The first runs only warm the code up.
        await measure(MqttProtocolVersion.V5);
        await measure(MqttProtocolVersion.V311);
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            limits.Add(limit());
            v5.Add(await measure(MqttProtocolVersion.V5));
            v311.Add(await measure(MqttProtocolVersion.V311));
        }

        var ceiling = Median(limits);
        var rate = Median(v5.Select(result => result.Rate));
        var older = Median(v311.Select(result => result.Rate));
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {window} | {ceiling:0} | {rate:0} | {older:0} | {rate / ceiling:0.00} | {rate / older:0.00} | {Median(v5.Select(result => result.CpuMicroseconds)):0.00} | {Median(v5.Select(result => result.AllocatedBytes)):0.000} |"));
    }

    private static Task<MqttPublishResult> BrokerAsync(int port, int window, MqttProtocolVersion version) =>
        new MqttPublishRun(BrokerCount, Payload, window).RunAsync(port, version);

    private static async Task<MqttPublishResult> SinkAsync(Yardstick yardstick, int window, MqttProtocolVersion version)
    {
        var port = Yardstick.FreePort();
        yardstick.Sink(port, SinkCount);
        await Yardstick.ReachableAsync(port);
        return await new MqttPublishRun(SinkCount, Payload, window).RunAsync(port, version);
    }

    private static double Limit(Yardstick yardstick, int window)
    {
        var port = Yardstick.FreePort();
        yardstick.Sink(port, SinkCount);
        Yardstick.ReachableAsync(port).GetAwaiter().GetResult();
        return yardstick.Limit(port, SinkCount, Payload, window);
    }

    private static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToList();
        return ordered[ordered.Count / 2];
    }
}
