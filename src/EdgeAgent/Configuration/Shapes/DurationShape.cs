using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>A duration with its unit: <c>500ms</c>, <c>10s</c>, <c>1h30m</c>, <c>30d</c>. A bare number is refused, but for 0.</summary>
/// <param name="minimum">The shortest, itself allowed.</param>
/// <param name="maximum">The longest, itself allowed.</param>
internal sealed class DurationShape(TimeSpan minimum, TimeSpan maximum) : ScalarShape<TimeSpan>
{
    private static readonly (string Unit, double Milliseconds)[] Units =
    [
        ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ];

    public override string Expected => $"a duration such as 10s,{Bounds.Describe<TimeSpan>(minimum, maximum, Write)}";

    public override bool TryParse(string text, out TimeSpan value, out string? hint)
    {
        hint = null;
        value = TimeSpan.Zero;
        if (text.Length > 0 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 && text.Trim('0').Length > 0)
        {
            hint = $"a duration needs its unit (ms, s, m, h, d, w): write {text}s, not {text}";
            return false;
        }

        if (!TryParse(text, out value))
        {
            hint = "write it as 500ms, 10s, 5m, 1h30m or 7d";
            return false;
        }

        return value >= minimum && value <= maximum;
    }

    public override JsonObject ToSchema() => new()
    {
        ["type"] = new JsonArray("string", "integer"),
        ["pattern"] = @"^(0|([0-9]+(\.[0-9]+)?(w|d|h|m|s|ms))+)$",
        ["maximum"] = 0,
        ["minimum"] = 0,
    };

    public override string Write(TimeSpan value) => Format(value);

    public override string Example => Format(TimeSpan.FromTicks(Math.Clamp(TimeSpan.TicksPerMinute, minimum.Ticks, maximum.Ticks)));

    /// <summary>The shortest way to write it: <c>1h30m</c>.</summary>
    public static string Format(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
        {
            return "0s";
        }

        var text = new StringBuilder();
        var rest = value.TotalMilliseconds;
        foreach (var (unit, milliseconds) in Units.AsSpan(1))
        {
            var count = Math.Floor(rest / milliseconds);
            if (count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
                rest -= count * milliseconds;
            }
        }

        return text.ToString();
    }

    private static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (text.Length > 0 && text.IndexOfAnyExcept('0') < 0)
        {
            return true;
        }

        var total = 0.0;
        var coarsest = double.PositiveInfinity;
        while (text.Length > 0)
        {
            var digits = text.IndexOfAnyExcept(Bounds.Digits);
            if (digits <= 0 || !double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
            {
                return false;
            }

            text = text[digits..];
            var letters = text.IndexOfAny(Bounds.Digits);
            var unit = letters < 0 ? text : text[..letters];
            text = text[unit.Length..];
            var found = Find(unit);
            if (found >= coarsest)
            {
                return false;
            }

            coarsest = found;
            total += count * found;
        }

        // Beyond ten thousand years there is no use, and TimeSpan ends.
        if (double.IsPositiveInfinity(coarsest) || total > TimeSpan.FromDays(3_650_000).TotalMilliseconds)
        {
            return false;
        }

        value = TimeSpan.FromMilliseconds(Math.Round(total));
        return true;
    }

    private static double Find(ReadOnlySpan<char> unit)
    {
        foreach (var (name, milliseconds) in Units)
        {
            if (unit.SequenceEqual(name))
            {
                return milliseconds;
            }
        }

        return double.PositiveInfinity;
    }
}
