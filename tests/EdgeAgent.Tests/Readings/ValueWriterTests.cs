using System.Text;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Readings;

public sealed class ValueWriterTests
{
    private static readonly MessageBody Several = MessageBody.Of([Value.Of(21.5), Value.Of(7L), Value.Of(true), Value.Of("say \"hi\"")]);

    // Each row: bare, JSON, line protocol.
    public static TheoryData<object?, string[]> Values => new()
    {
        { -3L, ["-3", "-3", "-3i"] },
        { long.MinValue, ["-9223372036854775808", "-9223372036854775808", "-9223372036854775808i"] },
        { 3.0, ["3", "3", "3"] },
        { 0.1, ["0.1", "0.1", "0.1"] },
        { 1e21, ["1E+21", "1E+21", "1E+21"] },
        { true, ["true", "true", "true"] },
        { false, ["false", "false", "false"] },
        { """say "\hi" """, ["""say "\hi" """, """
            "say \"\\hi\" "
            """, """
            "say \"\\hi\" "
            """] },
        { "line\nbreak °", ["line\nbreak °", """
            "line\nbreak °"
            """, "\"line\nbreak °\""] },
        { string.Empty, ["", "\"\"", "\"\""] },
        { null, ["", "", ""] },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Formats_differ_only_in_whole_numbers_and_texts(object? content, string[] expected) =>
        Assert.Equal(expected, new[] { ValueDialect.Bare, ValueDialect.Json, ValueDialect.LineProtocol }.Select(dialect => Write(Of(content), dialect)));

    [Theory]
    [InlineData(-3L, "-3")]
    [InlineData(61.312, "61.312")]
    [InlineData(true, "true")]
    [InlineData("run", "run")]
    [InlineData(null, "-")]
    public void People_read_the_bare_value_and_a_hyphen_for_none(object? content, string expected) => Assert.Equal(expected, ValueWriter.ToText(Of(content)));

    [Theory]
    [InlineData(PayloadFormat.Json)]
    [InlineData(PayloadFormat.Influx)]
    [InlineData(PayloadFormat.SenMl)]
    [InlineData(PayloadFormat.Raw)]
    internal void No_format_allocates_for_a_message_once_its_envelope_is_known(PayloadFormat format)
    {
        var writer = new PayloadWriter();
        var envelope = new Envelope { Sensor = "s", Gateway = "g", Topic = "t", Format = format, Fields = [new("a", "°C"), new("b", null), new("c", null), new("d", null)] };

        // The runtime itself allocates now and then, when it compiles anew what runs often; what the message costs, it costs in every round.
        Assert.Equal(0, Enumerable.Range(0, 20).Min(_ => Allocated(() => Many(writer, envelope, 200))));
    }

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Many(PayloadWriter writer, Envelope envelope, int times)
    {
        var source = new PayloadSource { Body = Several, WallTime = 1795341600250, IsTimeSure = false, IsHistorical = true, Id = "5f3a9c-81234"u8 };
        for (var i = 0; i < times; i++)
        {
            _ = writer.Write(source, writer.Encoded(envelope));
        }
    }

    private static Value Of(object? content) => content switch
    {
        long number => Value.Of(number),
        double number => Value.Of(number),
        bool flag => Value.Of(flag),
        string text => Value.Of(text),
        _ => default,
    };

    private static string Write(Value value, ValueDialect dialect)
    {
        var output = new PayloadBuffer(8);
        ValueWriter.Write(value, Encoding.UTF8.GetBytes(value.Text ?? string.Empty), dialect, ref output);
        return Encoding.UTF8.GetString(output.Written);
    }
}
