namespace EdgeAgent.Readings;

/// <summary>
/// The bare value as text, such as <c>61.312</c>; several values with a space between. No time and no id, so over MQTT 3.1.1 a duplicate
/// cannot be recognised. Pure.
/// </summary>
internal static class RawPayload
{
    public static void Write(in PayloadSource source, ref PayloadBuffer output)
    {
        var values = new BodyValues(source.Body);
        while (values.TryTake(out var value, out var text))
        {
            if (value.Kind != ValueKind.None)
            {
                output.Write(output.Length > 0 ? " "u8 : default);
                ValueWriter.Write(value, text, ValueDialect.Bare, ref output);
            }
        }
    }
}
