using System.Text;

namespace EdgeAgent.Readings;

/// <summary>How a format writes what the formats write differently: whole numbers and texts.</summary>
internal enum ValueDialect : byte
{
    /// <summary>As people read it: a text stands as it is.</summary>
    Bare,

    /// <summary>A text stands in quotes, escaped. Source: RFC 8259, section 7.</summary>
    Json,

    /// <summary>
    /// A whole number ends in <c>i</c>; a text stands in quotes, with a backslash before quotes and backslashes. Source: InfluxDB v2
    /// documentation, "Line protocol".
    /// </summary>
    LineProtocol,
}

/// <summary>Writes a value, for every payload format and for people. Pure; into a buffer it allocates nothing.</summary>
internal static class ValueWriter
{
    /// <summary>Appends the value; nothing where there is none.</summary>
    /// <param name="value">The value; a text of it is in <paramref name="text"/> instead.</param>
    /// <param name="text">The UTF-8 of a <see cref="ValueKind.Text"/>.</param>
    /// <param name="dialect">The format's.</param>
    /// <param name="output">Gets the bytes.</param>
    public static void Write(in Value value, ReadOnlySpan<byte> text, ValueDialect dialect, ref PayloadBuffer output)
    {
        switch (value.Kind)
        {
            case ValueKind.Integer:
                output.WriteNumber(value.Integer);
                output.Write(dialect == ValueDialect.LineProtocol ? "i"u8 : default);
                break;
            case ValueKind.Real:
                output.WriteNumber(value.Real);
                break;
            case ValueKind.Boolean:
                output.Write(value.Boolean ? "true"u8 : "false"u8);
                break;
            case ValueKind.Text:
                WriteText(text, dialect, ref output);
                break;
            case ValueKind.None:
            default:
                break;
        }
    }

    /// <summary>The value as people read it; a hyphen where there is none.</summary>
    public static string ToText(in Value value)
    {
        if (value.Kind is ValueKind.None or ValueKind.Text)
        {
            return value.Text ?? "-";
        }

        var buffer = new PayloadBuffer(PayloadBuffer.LongestNumber);
        Write(value, default, ValueDialect.Bare, ref buffer);
        return Encoding.UTF8.GetString(buffer.Written);
    }

    private static void WriteText(ReadOnlySpan<byte> text, ValueDialect dialect, ref PayloadBuffer output)
    {
        if (dialect == ValueDialect.Bare)
        {
            output.Write(text);
            return;
        }

        output.Write("\""u8);
        if (dialect == ValueDialect.Json)
        {
            output.WriteJsonText(text);
        }
        else
        {
            WriteLineProtocolText(text, ref output);
        }

        output.Write("\""u8);
    }

    private static void WriteLineProtocolText(ReadOnlySpan<byte> text, ref PayloadBuffer output)
    {
        while (text.IndexOfAny((byte)'"', (byte)'\\') is >= 0 and var at)
        {
            output.Write(text[..at]);
            output.Write("\\"u8);
            output.Write(text.Slice(at, 1));
            text = text[(at + 1)..];
        }

        output.Write(text);
    }
}
