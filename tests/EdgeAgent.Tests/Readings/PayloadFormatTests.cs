using System.Text;
using System.Text.Json;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Readings;

public sealed class PayloadFormatTests
{
    private static readonly long Noon = new DateTimeOffset(2026, 11, 22, 10, 0, 0, 250, TimeSpan.Zero).ToUnixTimeMilliseconds();

    [Fact]
    public void Line_protocol_has_series_fields_and_nanoseconds() => Assert.Equal(
        "boiler_flow,gateway=pi value=61.312,id=\"5f3a9c-81234\" 1795341600250000000",
        Write(PayloadFormat.Influx, [new Field("value", "°C")], [Value.Of(61.312)]));

    [Fact]
    public void Line_protocol_tells_integers_reals_booleans_and_texts_apart() => Assert.Equal(
        "boiler_flow,gateway=pi a=3i,b=3,c=true,d=\"x\",id=\"5f3a9c-81234\" 1795341600250000000",
        Write(
            PayloadFormat.Influx,
            [new Field("a", null), new Field("b", null), new Field("c", null), new Field("d", null)],
            [Value.Of(3L), Value.Of(3.0), Value.Of(true), Value.Of("x")]));

    // The special characters of the documentation's own examples: comma, equals sign and space in names, quotes and backslashes in texts.
    [Fact]
    public void Line_protocol_escapes_what_its_documentation_names() => Assert.Equal(
        """my\ Measurement\,x,gateway=g\=\ 1 field\ \=\,key="say \"\\hi\"",id="5f3a9c-81234" 1795341600250000000""",
        Write(PayloadFormat.Influx, [new Field("field =,key", null)], [Value.Of("say \"\\hi\"")], sensor: "my Measurement,x", gateway: "g= 1"));

    [Fact]
    public void Line_protocol_marks_history_and_an_unsure_time() => Assert.Equal(
        "boiler_flow,gateway=pi value=1i,id=\"5f3a9c-81234\",historical=true,clock=\"unsynced\" 1795341600250000000",
        Write(PayloadFormat.Influx, [new Field("value", null)], [Value.Of(1L)], isHistorical: true, isTimeSure: false));

    [Fact]
    public void Senml_is_a_pack_with_base_name_base_time_and_units() => Assert.Equal(
        """[{"bn":"pi:boiler_flow:","bt":1795341600.250,"id":"5f3a9c-81234","n":"value","u":"Cel","v":61.312}]""",
        Write(PayloadFormat.SenMl, [new Field("value", "°C")], [Value.Of(61.312)]));

    [Fact]
    public void Senml_has_one_record_per_value() => Assert.Equal(
        """[{"bn":"pi:boiler_flow:","bt":1795341600.250,"id":"5f3a9c-81234","historical":true,"n":"humidity","u":"%RH","v":46},{"n":"open","vb":false},{"n":"state","vs":"on \"1\""}]""",
        Write(
            PayloadFormat.SenMl,
            [new Field("humidity", "%RH"), new Field("open", null), new Field("state", null)],
            [Value.Of(46L), Value.Of(false), Value.Of("on \"1\"")],
            isHistorical: true));

    // RFC 8428 section 4.5.1: only letters, digits and - : . / _, and the first one a letter or digit.
    [Fact]
    public void Senml_names_have_only_the_characters_that_the_rfc_allows()
    {
        using var json = JsonDocument.Parse(Write(PayloadFormat.SenMl, [new Field("°x y", null)], [Value.Of(1L)], sensor: "s p", gateway: "_g"));

        Assert.Matches("^[A-Za-z0-9][-A-Za-z0-9:./_]*$", json.RootElement[0].GetProperty("bn").GetString()!);
        Assert.Matches("^[A-Za-z0-9][-A-Za-z0-9:./_]*$", json.RootElement[0].GetProperty("n").GetString()!);
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(long.MaxValue)]
    public void Senml_stays_json_whatever_the_clock_says(long time)
    {
        using var json = JsonDocument.Parse(Write(PayloadFormat.SenMl, [new Field("value", null)], [Value.Of(1L)], time: time));

        Assert.Equal(JsonValueKind.Number, json.RootElement[0].GetProperty("bt").ValueKind);
    }

    [Fact]
    public void Raw_is_the_bare_value()
    {
        Assert.Equal("61.312", Write(PayloadFormat.Raw, [new Field("value", "°C")], [Value.Of(61.312)]));
        Assert.Equal("-7", Write(PayloadFormat.Raw, [new Field("value", null)], [Value.Of(-7L)]));
        Assert.Equal("on", Write(PayloadFormat.Raw, [new Field("value", null)], [Value.Of("on")]));
        Assert.Equal("1.5 true on", Write(
            PayloadFormat.Raw,
            [new Field("a", null), new Field("b", null), new Field("c", null), new Field("d", null)],
            [Value.Of(1.5), Value.Of(double.NaN), Value.Of(true), Value.Of("on")]));
    }

    private static string Write(
        PayloadFormat format,
        Field[] fields,
        Value[] values,
        string sensor = "boiler_flow",
        string gateway = "pi",
        bool isHistorical = false,
        bool isTimeSure = true,
        long? time = null)
    {
        var writer = new PayloadWriter();
        var envelope = writer.Encoded(new Envelope { Sensor = sensor, Gateway = gateway, Topic = "t", Format = format, Fields = [.. fields] });
        var source = new PayloadSource
        {
            Body = MessageBody.Of(values),
            WallTime = time ?? Noon,
            IsHistorical = isHistorical,
            IsTimeSure = isTimeSure,
            Id = "5f3a9c-81234"u8,
        };
        return Encoding.UTF8.GetString(writer.Write(source, envelope));
    }
}
