using System.Text;

namespace EdgeAgent.Readings;

/// <summary>
/// InfluxDB line protocol, one line: <c>boiler_flow,gateway=pi value=61.312,id="5f3a9c-81234" 1763805600000000000</c>. Integers have
/// their <c>i</c>, times are nanoseconds. Units have no place in it. Pure.
/// Source: InfluxDB v2 documentation, "Line protocol".
/// </summary>
internal static class InfluxPayload
{
    public static void Write(in PayloadSource source, EncodedEnvelope envelope, ref PayloadBuffer output)
    {
        output.Write(envelope.InfluxSeries);
        switch (source.Body.Kind)
        {
            case BodyKind.Integer:
                output.Write(envelope.InfluxKeys[0]);
                WriteInteger(source.Body.Bits, ref output);
                output.Write(","u8);
                break;
            case BodyKind.Real:
                output.Write(envelope.InfluxKeys[0]);
                output.WriteNumber(BitConverter.Int64BitsToDouble(source.Body.Bits));
                output.Write(","u8);
                break;
            default:
                WriteFields(source.Body.Packed.Span, envelope, ref output);
                break;
        }

        output.Write("id=\""u8);
        output.Write(source.Id);
        output.Write("\""u8);
        if (source.IsHistorical)
        {
            output.Write(",historical=true"u8);
        }

        if (!source.IsTimeSure)
        {
            output.Write(",clock=\"unsynced\""u8);
        }

        output.Write(" "u8);
        output.WriteNumber(source.WallTime);
        output.Write("000000"u8);
    }

    /// <summary>Measurement and tags, and the space behind them.</summary>
    public static byte[] Series(string measurement, string? gateway) => Encoding.UTF8.GetBytes(
        Escape(measurement, ", ") + (string.IsNullOrEmpty(gateway) ? string.Empty : ",gateway=" + Escape(gateway, ",= ")) + " ");

    /// <summary>A field's name and the equals sign.</summary>
    public static byte[] Key(string name) => Encoding.UTF8.GetBytes(Escape(name, ",= ") + "=");

    private static void WriteFields(ReadOnlySpan<byte> packed, EncodedEnvelope envelope, ref PayloadBuffer output)
    {
        for (var i = 0; i < envelope.InfluxKeys.Length && FieldCodec.TryTake(ref packed, out var value, out var text); i++)
        {
            if (value.Kind == ValueKind.None)
            {
                continue;
            }

            output.Write(envelope.InfluxKeys[i]);
            switch (value.Kind)
            {
                case ValueKind.Integer:
                    WriteInteger(value.Integer, ref output);
                    break;
                case ValueKind.Real:
                    output.WriteNumber(value.Real);
                    break;
                case ValueKind.Boolean:
                    output.Write(value.Boolean ? "true"u8 : "false"u8);
                    break;
                case ValueKind.Text:
                    WriteText(text, ref output);
                    break;
                case ValueKind.None:
                default:
                    break;
            }

            output.Write(","u8);
        }
    }

    private static void WriteInteger(long number, ref PayloadBuffer output)
    {
        output.WriteNumber(number);
        output.Write("i"u8);
    }

    private static void WriteText(ReadOnlySpan<byte> text, ref PayloadBuffer output)
    {
        output.Write("\""u8);
        while (text.IndexOfAny((byte)'"', (byte)'\\') is >= 0 and var at)
        {
            output.Write(text[..at]);
            output.Write("\\"u8);
            output.Write(text.Slice(at, 1));
            text = text[(at + 1)..];
        }

        output.Write(text);
        output.Write("\""u8);
    }

    /// <summary>A backslash before each special character; a line break, that no name may have, becomes a space.</summary>
    private static string Escape(string name, string special)
    {
        var escaped = new StringBuilder(name.Length);
        foreach (var character in name.ReplaceLineEndings(" "))
        {
            if (special.Contains(character, StringComparison.Ordinal))
            {
                _ = escaped.Append('\\');
            }

            _ = escaped.Append(character);
        }

        return escaped.ToString();
    }
}
