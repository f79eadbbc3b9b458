using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>A finite number, written with a point.</summary>
/// <param name="minimum">The smallest, itself allowed; null: any.</param>
/// <param name="maximum">The largest, itself allowed; null: any.</param>
internal sealed class NumberShape(double? minimum, double? maximum) : ScalarShape<double>
{
    public override string Expected => "a number" + Bounds.Describe(minimum, maximum, Write);

    public override bool TryParse(string text, out double value, out string? hint)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        hint = null;
        if (!double.TryParse(text, Style, CultureInfo.InvariantCulture, out value) || !double.IsFinite(value))
        {
            hint = double.TryParse(text.Replace(',', '.'), Style, CultureInfo.InvariantCulture, out var meant) && double.IsFinite(meant)
                ? $"write {text.Replace(',', '.')}, with a point"
                : null;
            return false;
        }

        return !(value < minimum) && !(value > maximum);
    }

    public override JsonObject ToSchema()
    {
        var schema = new JsonObject { ["type"] = "number" };
        if (minimum is { } least)
        {
            schema["minimum"] = least;
        }

        if (maximum is { } most)
        {
            schema["maximum"] = most;
        }

        return schema;
    }

    public override string Write(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public override string Example => Write(minimum ?? maximum ?? 1);
}

/// <summary>A whole number: decimal digits, or hexadecimal ones after 0x.</summary>
internal sealed class WholeShape(int minimum, int maximum) : ScalarShape<int>
{
    public override string Expected => "a whole number" + Bounds.Describe<int>(minimum, maximum, Write);

    public override bool TryParse(string text, [MaybeNullWhen(false)] out int value, out string? hint)
    {
        hint = null;
        var parsed = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? int.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value >= 0
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        return parsed && value >= minimum && value <= maximum;
    }

    public override JsonObject ToSchema() => new() { ["type"] = "integer", ["minimum"] = minimum, ["maximum"] = maximum };

    public override string Write(int value) => value.ToString(CultureInfo.InvariantCulture);

    public override string Example => Write(Math.Clamp(1, minimum, maximum));
}
