using System.Text;

namespace EdgeAgent.Sensors.Parsing;

/// <summary>What a program or a device said, taken for what it looks like: a JSON object, or else one number. Pure.</summary>
internal static class PayloadText
{
    public static Observation Parse(ReadOnlyMemory<byte> utf8, string? unit = null)
    {
        var start = utf8.Span.IndexOfAnyExcept(" \t\r\n"u8);
        if (start >= 0 && utf8.Span[start] is (byte)'{' or (byte)'[')
        {
            return JsonValues.Parse(utf8);
        }

        return NumberText.Parse(Encoding.UTF8.GetString(utf8.Span), out var value) is { } failure
            ? Observation.Failed(failure)
            : Observation.Of(value, unit);
    }
}
