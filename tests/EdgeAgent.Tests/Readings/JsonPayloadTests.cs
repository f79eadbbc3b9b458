using System.Text;
using System.Text.Json;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Readings;

public sealed class JsonPayloadTests
{
    private static readonly long Noon = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private static readonly JsonNames Renamed = new() { Time = "time", Value = "v", Unit = "u", Id = "msg \"id\"", Historical = "old", Clock = "sure" };

    [Fact]
    public void A_lone_value_has_its_time_unit_and_id() => Assert.Equal(
        """{"ts":"2026-11-22T10:00:00.000Z","value":61.312,"unit":"°C","id":"5f3a9c-81234"}""",
        Write([new Field("value", "°C")], [Value.Of(61.312)]));

    [Fact]
    public void Several_values_become_several_keys() => Assert.Equal(
        """{"ts":"2026-11-22T10:00:00.000Z","temperature":21.5,"count":-3,"ok":true,"state":"run","id":"5f3a9c-81234"}""",
        Write(
            [new Field("temperature", "°C"), new Field("count", null), new Field("ok", null), new Field("state", null)],
            [Value.Of(21.5), Value.Of(-3L), Value.Of(true), Value.Of("run")]));

    [Fact]
    public void A_value_that_is_none_is_left_out() => Assert.Equal(
        """{"ts":"2026-11-22T10:00:00.000Z","b":2,"id":"5f3a9c-81234"}""",
        Write([new Field("a", null), new Field("b", null)], [Value.Of(double.NaN), Value.Of(2L)]));

    [Fact]
    public void A_backlog_message_and_an_unsure_time_say_so() => Assert.Equal(
        """{"ts":"2026-11-22T10:00:00.000Z","value":7,"id":"5f3a9c-81234","historical":true,"clock":"unsynced"}""",
        Write([new Field("value", null)], [Value.Of(7L)], isHistorical: true, isTimeSure: false));

    [Fact]
    public void Fields_named_like_the_agents_own_keys_do_not_clash()
    {
        using var json = JsonDocument.Parse(Write(
            [new Field("id", null), new Field("ts", null), new Field("id_", null)], [Value.Of("x"), Value.Of(1L), Value.Of(2L)]));

        Assert.Equal(["ts", "id_", "ts_", "id__", "id"], json.RootElement.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public void The_agents_own_keys_are_called_what_the_configuration_says() => Assert.Equal(
        """{"time":"2026-11-22T10:00:00.000Z","v":7,"u":"°C","msg \"id\"":"5f3a9c-81234","old":true,"sure":"unsynced"}""",
        Write([new Field("value", "°C")], [Value.Of(7L)], isHistorical: true, isTimeSure: false, names: Renamed));

    [Fact]
    public void A_field_never_has_the_name_of_a_renamed_key_and_may_have_the_one_that_became_free() => Assert.Equal(
        """{"time":"2026-11-22T10:00:00.000Z","time_":1,"ts":2,"v":3,"v_":4,"msg \"id\"":"5f3a9c-81234"}""",
        Write(
            [new Field("time", null), new Field("ts", null), new Field("value", null), new Field("v", null)],
            [Value.Of(1L), Value.Of(2L), Value.Of(3L), Value.Of(4L)],
            names: Renamed));

    [Theory]
    [InlineData("quote \" backslash \\ newline \n tab \t nul \0 umlaut ä emoji 😀")]
    [InlineData("")]
    public void Any_text_is_valid_json(string text)
    {
        using var json = JsonDocument.Parse(Write([new Field("k\"ey", null), new Field("b", null)], [Value.Of(text), Value.Of(1L)]));

        Assert.Equal(text, json.RootElement.GetProperty("k\"ey").GetString());
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void A_time_beyond_the_calendar_still_gives_valid_json(long wallTime)
    {
        using var json = JsonDocument.Parse(Write([new Field("value", null)], [Value.Of(1L)], wallTime: wallTime));

        Assert.Equal(24, json.RootElement.GetProperty("ts").GetString()!.Length);
    }

    [Fact]
    public void Numbers_read_back_as_the_same_double()
    {
        foreach (var number in new[] { 0.1, 1e300, 1e-300, double.MaxValue, -1.0 / 3, 1e21, 123456789.123456789 })
        {
            using var json = JsonDocument.Parse(Write([new Field("value", null)], [Value.Of(number)]));
            Assert.Equal(number, json.RootElement.GetProperty("value").GetDouble());
        }
    }

    [Fact]
    public void Bytes_leave_as_they_came()
    {
        byte[] payload = [0, 255, 7];
        var writer = new PayloadWriter();
        var envelope = writer.Encoded(new Envelope { Sensor = "s", Topic = "t", Format = PayloadFormat.Raw });

        Assert.Equal(payload, writer.Write(Source(MessageBody.OfBytes(payload), Noon, false, true), envelope).ToArray());
    }

    private static string Write(Field[] fields, Value[] values, bool isHistorical = false, bool isTimeSure = true, long? wallTime = null, JsonNames? names = null)
    {
        var writer = new PayloadWriter();
        var envelope = writer.Encoded(new Envelope { Sensor = "s", Topic = "t", Fields = [.. fields], JsonNames = names ?? JsonNames.Default });
        return Encoding.UTF8.GetString(writer.Write(Source(MessageBody.Of(values), wallTime ?? Noon, isHistorical, isTimeSure), envelope));
    }

    private static PayloadSource Source(MessageBody body, long wallTime, bool isHistorical, bool isTimeSure) => new()
    {
        Body = body,
        WallTime = wallTime,
        IsHistorical = isHistorical,
        IsTimeSure = isTimeSure,
        Id = "5f3a9c-81234"u8,
    };
}
