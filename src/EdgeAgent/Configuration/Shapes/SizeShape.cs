using System.Globalization;
using System.Text.Json.Nodes;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>A number of bytes with its unit: <c>512MiB</c> (powers of 1024) or <c>500MB</c> (powers of 1000). A bare number is refused, but for 0.</summary>
internal sealed class SizeShape(long minimum, long maximum) : ScalarShape<long>
{
    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000), ("KB", 1_000), ("B", 1),
    ];

    public override string Expected => $"a size such as 512MiB,{Bounds.Describe<long>(minimum, maximum, Write)}";

    public override bool TryParse(string text, out long value, out string? hint)
    {
        hint = null;
        value = 0;
        var digits = text.AsSpan().IndexOfAnyExcept(Bounds.Digits);
        if (digits < 0 && text.Length > 0)
        {
            hint = text.Trim('0').Length == 0 ? null : $"a size needs its unit (KiB, MiB, GiB): write {text}MiB, not {text}";
            return hint is null && value >= minimum;
        }

        var unit = text.AsSpan(Math.Max(digits, 0)).Trim();
        foreach (var (name, bytes) in Units)
        {
            if (digits > 0 && unit.SequenceEqual(name)
                && double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
                && count * bytes <= long.MaxValue / 2)
            {
                value = (long)Math.Round(count * bytes);
                return value >= minimum && value <= maximum;
            }
        }

        hint = "write it as 64KiB, 512MiB or 2GiB";
        return false;
    }

    public override JsonObject ToSchema() => new()
    {
        ["type"] = new JsonArray("string", "integer"),
        ["pattern"] = @"^(0|[0-9]+(\.[0-9]+)? ?(TiB|GiB|MiB|KiB|TB|GB|MB|kB|KB|B))$",
        ["maximum"] = 0,
        ["minimum"] = 0,
    };

    public override string Write(long value) => Format(value);

    public override string Example => Format(Math.Clamp(1L << 20, minimum, maximum));

    /// <summary>The shortest exact way to write it: <c>512MiB</c>.</summary>
    public static string Format(long value)
    {
        foreach (var (name, bytes) in Units)
        {
            if (value != 0 && value % bytes == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value / bytes}{name}");
            }
        }

        return "0B";
    }
}
