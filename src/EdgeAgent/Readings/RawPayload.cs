namespace EdgeAgent.Readings;

/// <summary>
/// The bare value as text, such as <c>61.312</c>; several values with a space between. No time and no id, so over MQTT 3.1.1 a duplicate
/// cannot be recognised. Pure.
/// </summary>
internal static class RawPayload
{
    public static void Write(in PayloadSource source, ref PayloadBuffer output)
    {
        switch (source.Body.Kind)
        {
            case BodyKind.Integer:
                output.WriteNumber(source.Body.Bits);
                break;
            case BodyKind.Real:
                output.WriteNumber(BitConverter.Int64BitsToDouble(source.Body.Bits));
                break;
            default:
                WriteFields(source.Body.Packed.Span, ref output);
                break;
        }
    }

    private static void WriteFields(ReadOnlySpan<byte> packed, ref PayloadBuffer output)
    {
        while (FieldCodec.TryTake(ref packed, out var value, out var text))
        {
            if (value.Kind == ValueKind.None)
            {
                continue;
            }

            if (output.Length > 0)
            {
                output.Write(" "u8);
            }

            switch (value.Kind)
            {
                case ValueKind.Integer:
                    output.WriteNumber(value.Integer);
                    break;
                case ValueKind.Real:
                    output.WriteNumber(value.Real);
                    break;
                case ValueKind.Boolean:
                    output.Write(value.Boolean ? "true"u8 : "false"u8);
                    break;
                case ValueKind.Text:
                    output.Write(text);
                    break;
                case ValueKind.None:
                default:
                    break;
            }
        }
    }
}
