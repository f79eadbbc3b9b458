using System.Globalization;
using EdgeAgent.Hosting;

namespace EdgeAgent.Commands;

/// <summary>The status of an agent as <c>edgeagent status</c> prints it: one screen. Pure.</summary>
internal static class StatusText
{
    private const int Label = 9;

    public static string Render(AgentStatus status) => Summary(status) + (status.Sensors.Length > 0 ? "\n" + Sensors(status.Sensors) : "");

    /// <summary>All but the sensors.</summary>
    public static string Summary(AgentStatus status)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        text.WriteLine($"{Quantity.Plain(status.Gateway)}  edgeagent {status.Version}, up {Quantity.Duration(status.UptimeS)}");
        Write(text, "config", Configuration(status.Configuration));
        Write(text, "broker", Broker(status.Broker, status.Rates));
        Write(text, "queue", Queue(status.Queue));
        Write(text, "rates", [string.Create(CultureInfo.InvariantCulture, $"{status.Rates.AcceptedPerS:0.##}/s accepted, {status.Rates.DeliveredPerS:0.##}/s delivered in the last minute")]);
        Write(text, "card", [$"{Quantity.Bytes(status.Queue.WrittenTodayBytes)} written today, {Quantity.Bytes(status.Queue.WrittenBytes)} since the start"]);
        return text.ToString();
    }

    /// <summary>The sensors as a table, problems below their row.</summary>
    public static string Sensors(IReadOnlyList<SensorReport> sensors)
    {
        string[][] rows =
        [
            ["sensor", "state", "value", "age", "readings", "failed"],
            .. sensors.Select(static sensor => (string[])
            [
                Quantity.Plain(sensor.Id, 24),
                sensor.State,
                sensor.LastValue is { } value ? Quantity.Plain(value, 40) : "-",
                sensor.AgeS is { } age ? Quantity.Duration(age) : "-",
                Quantity.Count(sensor.Readings),
                Quantity.Count(sensor.Failures),
            ]),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        for (var i = 0; i < rows.Length; i++)
        {
            text.WriteLine(string.Join("  ", rows[i].Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
            if (i > 0 && sensors[i - 1].LastError is { } problem)
            {
                text.WriteLine($"  {Quantity.Plain(problem)}{(sensors[i - 1].FailingForS is { } since ? $", for {Quantity.Duration(since)}" : "")}");
            }
        }

        return text.ToString();
    }

    private static void Write(StringWriter text, string label, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            text.WriteLine($"{label.PadRight(Label)}{line}");
            label = "";
        }
    }

    private static IEnumerable<string> Configuration(ConfigurationReport configuration)
    {
        yield return $"{configuration.Path}, in force since {Quantity.Time(configuration.Loaded)}";
        if (configuration is { ReloadRefused: { } at, ReloadError: { } error })
        {
            yield return $"NOT in force: what was read at {Quantity.Time(at)}: {Quantity.Plain(error)}";
        }

        if (configuration.WaitsForRestart is { } keys)
        {
            yield return $"waiting for a restart: {keys}";
        }
    }

    private static IEnumerable<string> Broker(BrokerStatus broker, RateStatus rates)
    {
        if (broker.State == "none")
        {
            yield return "none is set: readings are kept; set broker.url";
            yield break;
        }

        yield return $"{broker.State} {Quantity.Plain(broker.Address ?? "")}{(broker.Protocol is { } version ? $" (MQTT {version})" : "")}"
            + $"{(broker.Since is { } since ? $" since {Quantity.Time(since)}" : "")}, {Quantity.Count(broker.Connections, "connection")} so far";
        var acknowledged = broker.SinceAcknowledgementMs is { } ago ? $"last acknowledgement {Quantity.Duration(ago / 1000.0)} ago" : "nothing acknowledged yet";
        yield return rates.AcknowledgementP50Ms is { } median
            ? string.Create(CultureInfo.InvariantCulture, $"{acknowledged}; round trip {median:0.#} ms, 99 % within {rates.AcknowledgementP99Ms:0.#} ms")
            : acknowledged;
        if (broker.LastError is { } problem)
        {
            yield return $"last error: {Quantity.Plain(problem)}";
        }

        if (broker.Refused.Count > 0)
        {
            yield return $"refused: {string.Join(", ", broker.Refused.Select(static refusal => $"{refusal.Value} with {refusal.Key}"))}";
        }
    }

    private static IEnumerable<string> Queue(QueueStatus queue)
    {
        yield return $"{Quantity.Count(queue.Depth)} waiting ({Quantity.Count(queue.InFlight)} in flight), deepest {Quantity.Count(queue.Deepest)}"
            + (queue.OldestS is { } age ? $"; oldest {Quantity.Duration(age)}" : "");
        yield return $"{Quantity.Bytes(queue.DiskBytes)} of {Quantity.Bytes(queue.MaxBytes)} on disk"
            + (queue.FreeBytes is { } free ? $", {Quantity.Bytes(free)} free" : "")
            + (queue.Store != "full" && queue.DaysUntilFull is { } days ? $"; full in {Quantity.Duration(days * 86_400)} at this rate" : "");
        yield return $"{Quantity.Count(queue.Accepted)} accepted, {Quantity.Count(queue.Acknowledged)} acknowledged since the start";
        if (queue.Lost.Count > 0)
        {
            yield return $"lost: {string.Join(", ", queue.Lost.Select(static loss => $"{Quantity.Count(loss.Value)} {loss.Key}"))}";
        }

        if (queue.DeadLetters > 0)
        {
            yield return $"{Quantity.Count(queue.DeadLetters)} dead letters wait: edgeagent dead-letters ls";
        }

        if (queue.StoreError is { } problem)
        {
            yield return $"store {queue.Store}: {Quantity.Plain(problem)}";
        }
    }
}
