using System.Globalization;
using System.Text.Json.Nodes;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>Messages per second: <c>50/s</c>, <c>600/min</c>, or <c>unlimited</c> (null).</summary>
internal sealed class RateShape : ScalarShape<double?>
{
    private const double Least = 1 / 60.0;

    private const double Most = 1_000_000;

    public static RateShape Instance { get; } = new();

    public override string Expected => "unlimited or a rate such as 50/s";

    public override bool TryParse(string text, out double? value, out string? hint)
    {
        value = null;
        hint = null;
        if (text == "unlimited")
        {
            return true;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!double.TryParse(slash < 0 ? text : text[..slash], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        var seconds = slash < 0 ? 0 : text[(slash + 1)..].Trim() switch
        {
            "s" => 1,
            "min" => 60,
            _ => 0,
        };
        if (seconds == 0)
        {
            hint = $"a rate needs its unit (/s or /min): write {(slash < 0 ? text : text[..slash])}/s";
            return false;
        }

        value = count / seconds;
        return value is >= Least and <= Most;
    }

    public override JsonObject ToSchema() => new() { ["type"] = "string", ["pattern"] = @"^(unlimited|[0-9]+(\.[0-9]+)? ?/ ?(s|min))$" };

    public override string Write(double? value) => value switch
    {
        null => "unlimited",
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{value}/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value * 60}/min"),
    };
}
