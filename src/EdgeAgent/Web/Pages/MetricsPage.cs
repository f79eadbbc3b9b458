using System.Globalization;
using EdgeAgent.Delivery;
using EdgeAgent.Hosting;

namespace EdgeAgent.Web.Pages;

/// <summary>The same figures for Prometheus. Names and meanings are in docs/status.md.</summary>
internal static class MetricsPage
{
    private const string Counter = "counter";
    private const string Gauge = "gauge";

    /// <summary>The borders of the histogram: powers of two microseconds, from half a millisecond to a minute.</summary>
    private const int FirstBorder = 9;

    private const int LastBorder = 26;

    public static HttpResponse Make(AgentStatus status, AcknowledgementTimes times)
    {
        var text = new MetricsText();
        Agent(text, status);
        Broker(text, status.Broker, status.Rates);
        Queue(text, status.Queue);
        Acknowledgements(text, times);
        Sensors(text, status.Sensors);
        return new(HttpStatus.Ok, MetricsText.ContentType, text.ToUtf8());
    }

    private static void Agent(MetricsText text, AgentStatus status)
    {
        text.Begin("info", Gauge, "The agent: its gateway and version.");
        text.Sample(1, ("gateway", status.Gateway), ("version", status.Version));
        text.Single("uptime_seconds", Gauge, "Since the start of the process.", status.UptimeS);
        text.Single("configuration_reload_refused", Gauge, "1 after a reload that was refused, until one succeeds.", status.Configuration.ReloadRefused is null ? 0 : 1);
    }

    private static void Broker(MetricsText text, BrokerStatus broker, RateStatus rates)
    {
        text.Single("connected", Gauge, "1 while connected to the broker.", broker.State == "connected" ? 1 : 0);
        text.Single("reconnects_total", Counter, "Connections after the first one.", Math.Max(0, broker.Connections - 1));
        text.Single("connected_seconds_total", Counter, "How long connections have stood, together.", broker.ConnectedS);
        text.Single("last_acknowledgement_seconds", Gauge, "Since the broker acknowledged anything.", broker.SinceAcknowledgementMs / 1000.0);
        text.Single("published_total", Counter, "Messages sent, repetitions included.", broker.Published);
        if (broker.Refused.Count > 0)
        {
            text.Begin("rejected_total", Counter, "Refusals by the MQTT reason code.");
            foreach (var (code, count) in broker.Refused)
            {
                text.Sample(count, ("code", code));
            }
        }

        text.Single("drain_rate", Gauge, "Acknowledged messages per second over the last minute.", rates.DeliveredPerS);
    }

    private static void Queue(MetricsText text, QueueStatus queue)
    {
        text.Single("accepted_total", Counter, "Messages accepted into the queue.", queue.Accepted);
        text.Single("acked_total", Counter, "Messages acknowledged by the broker.", queue.Acknowledged);
        if (queue.Lost.Count > 0)
        {
            text.Begin("dropped_total", Counter, "Messages that will never be delivered, by reason.");
            foreach (var (reason, count) in queue.Lost)
            {
                text.Sample(count, ("reason", reason));
            }
        }

        text.Single("queue_messages", Gauge, "Messages that the broker has not acknowledged.", queue.Depth);
        text.Single("queue_in_flight", Gauge, "Of these, sent and waiting for the answer.", queue.InFlight);
        text.Single("queue_bytes", Gauge, "What the queue takes on disk.", queue.DiskBytes);
        text.Single("queue_max_bytes", Gauge, "What it may take.", queue.MaxBytes);
        text.Single("queue_oldest_seconds", Gauge, "Age of the oldest message.", queue.OldestS ?? 0);
        text.Single("queue_full_seconds", Gauge, "Until the queue is full at the present rate; absent while it does not grow.", queue.DaysUntilFull * 86_400);
        text.Single("dead_letters", Gauge, "Refused messages that wait for the operator.", queue.DeadLetters);
        text.Single("store_healthy", Gauge, "0 while the queue cannot be written.", queue.Store == "healthy" ? 1 : 0);
        text.Single("disk_free_bytes", Gauge, "Free on the file system of the queue.", queue.FreeBytes);
        text.Single("disk_written_bytes_total", Counter, "What the queue has written to the card.", queue.WrittenBytes);
    }

    private static void Acknowledgements(MetricsText text, AcknowledgementTimes times)
    {
        var counts = new long[AcknowledgementTimes.Steps];
        times.CopyTo(counts);
        text.Begin("acknowledgement_seconds", "histogram", "From sending to acknowledgement; one message of each round is timed.");
        for (var border = FirstBorder; border <= LastBorder; border++)
        {
            text.Sample("_bucket", AcknowledgementTimes.CountBelow(counts, border), ("le", ((1L << border) / 1e6).ToString("R", CultureInfo.InvariantCulture)));
        }

        text.Sample("_bucket", counts.Sum(), ("le", "+Inf"));
        text.Sample("_sum", times.Sum.TotalSeconds);
        text.Sample("_count", counts.Sum());
    }

    private static void Sensors(MetricsText text, SensorReport[] sensors)
    {
        if (sensors.Length == 0)
        {
            return;
        }

        Each("sensor_up", Gauge, "1 while the sensor works.", static sensor => sensor.State == "ok" ? 1 : 0);
        Each("sensor_readings_total", Counter, "Readings taken.", static sensor => sensor.Readings);
        Each("sensor_age_seconds", Gauge, "Since the latest reading.", static sensor => sensor.AgeS);
        Each("sensor_missed_turns_total", Counter, "Turns left out because the one before was not over.", static sensor => sensor.MissedTurns);
        text.Begin("sensor_errors_total", Counter, "Failed reads by kind.");
        foreach (var sensor in sensors)
        {
            foreach (var (kind, count) in sensor.FailuresByKind)
            {
                text.Sample(count, ("sensor", sensor.Id), ("kind", kind));
            }
        }

        void Each(string name, string type, string help, Func<SensorReport, double?> value)
        {
            text.Begin(name, type, help);
            foreach (var sensor in sensors)
            {
                text.Sample(value(sensor), ("sensor", sensor.Id), ("type", sensor.Type));
            }
        }
    }
}
