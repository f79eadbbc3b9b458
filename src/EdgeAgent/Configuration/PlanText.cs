using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeAgent.Configuration.Shapes;

namespace EdgeAgent.Configuration;

/// <summary>The plan as a person or a program reads it.</summary>
internal static class PlanText
{
    /// <summary>Four lines; none where nothing is read.</summary>
    public static string Render(OfflinePlan plan, AgentConfig config)
    {
        if (plan.Sensors == 0)
        {
            return "";
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"plan: {plan.Sensors} sensor{(plan.Sensors == 1 ? "" : "s")}, at most {Count(plan.ReadingsPerDay)} readings a day\n");
        text.Append(CultureInfo.InvariantCulture, $"  without the broker  {Offline(plan, config)}\n");
        text.Append(CultureInfo.InvariantCulture, $"  to the card         nothing while the broker acknowledges, about {Bytes(plan.WrittenPerDay)} a day while it does not\n");
        text.Append(CultureInfo.InvariantCulture, $"  to catch up         {Drain(plan, config)}\n");
        return text.ToString();
    }

    public static void Write(Utf8JsonWriter json, OfflinePlan plan)
    {
        json.WriteStartObject("plan");
        json.WriteNumber("sensors", plan.Sensors);
        json.WriteNumber("readings_per_day", Math.Round(plan.ReadingsPerDay));
        json.WriteNumber("queued_bytes_per_day", Math.Round(plan.QueuedPerDay));
        json.WriteNumber("written_bytes_per_day", Math.Round(plan.WrittenPerDay));
        WriteFinite(json, "days_that_fit", plan.DaysThatFit);
        WriteFinite(json, "drain_seconds_per_day", plan.DrainSecondsPerDay);
        json.WriteEndObject();
    }

    private static string Offline(OfflinePlan plan, AgentConfig config)
    {
        var fits = Days(plan.DaysThatFit);
        return plan.DaysThatFit > config.Queue.MaxAge.TotalDays
            ? $"{DurationShape.Format(config.Queue.MaxAge)} are kept (queue.max_age); {SizeShape.Format(config.Queue.MaxSize)} would hold {fits}"
            : $"{fits} fit into {SizeShape.Format(config.Queue.MaxSize)}, then {WhenFullText(config.Queue.WhenFull)}";
    }

    private static string WhenFullText(WhenFull whenFull) => whenFull switch
    {
        WhenFull.Thin => "old readings become means",
        WhenFull.DropOldest => "the oldest are dropped",
        _ => "new ones are dropped",
    };

    private static string Drain(OfflinePlan plan, AgentConfig config)
    {
        var basis = config.Delivery.Rate is null
            ? string.Create(CultureInfo.InvariantCulture, $"{config.Delivery.MaxInFlight} in flight, a round trip of {OfflinePlan.AssumedRoundTrip.TotalMilliseconds} ms")
            : string.Create(CultureInfo.InvariantCulture, $"delivery.rate, {RateShape.Instance.Write(config.Delivery.Rate)}");
        return double.IsFinite(plan.DrainSecondsPerDay)
            ? $"{Duration(plan.DrainSecondsPerDay)} for a day without the broker ({basis})"
            : $"never: more is read than may go out ({basis})";
    }

    private static string Count(double count) => count.ToString("N0", CultureInfo.InvariantCulture).Replace(',', ' ');

    private static string Days(double days) => days switch
    {
        >= 3650 => "more than ten years",
        >= 730 => string.Create(CultureInfo.InvariantCulture, $"about {days / 365:0.#} years"),
        >= 1.95 => string.Create(CultureInfo.InvariantCulture, $"about {days:0} days"),
        _ => string.Create(CultureInfo.InvariantCulture, $"about {days * 24:0.#} hours"),
    };

    private static string Bytes(double bytes) => bytes switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.#} GB"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
    };

    private static string Duration(double seconds) => seconds switch
    {
        < 1 => "less than a second",
        < 120 => string.Create(CultureInfo.InvariantCulture, $"about {seconds:0} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"about {seconds / 60:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"about {seconds / 3600:0.#} h"),
    };

    private static void WriteFinite(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, Math.Round(value, 2));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
