using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Readings;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>A deadband: <c>0.5</c> in the value's own unit, or <c>2%</c> of the last published value.</summary>
internal sealed class DeadbandShape : ScalarShape<Deadband>
{
    public override string Expected => "a number of at least 0, or a percentage such as 2%";

    public override bool TryParse(string text, [MaybeNullWhen(false)] out Deadband value, out string? hint)
    {
        var isPercent = text.EndsWith('%');
        var number = isPercent ? text.AsSpan(0, text.Length - 1).Trim() : text;
        var isNumber = double.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var amount)
            && double.IsFinite(amount);
        value = new(amount, isPercent);
        hint = !isNumber && text.Contains(',', StringComparison.Ordinal) ? $"write {text.Replace(',', '.')}, with a point" : null;
        return isNumber;
    }

    public override JsonObject ToSchema() => new()
    {
        ["type"] = new JsonArray("number", "string"),
        ["minimum"] = 0,
        ["pattern"] = @"^[0-9]*\.?[0-9]+ *%?$",
    };

    public override string Write(Deadband value) => value.Amount.ToString("R", CultureInfo.InvariantCulture) + (value.IsPercent ? "%" : "");
}
