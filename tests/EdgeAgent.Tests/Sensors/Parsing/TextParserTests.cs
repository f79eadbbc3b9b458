using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Sensors.Parsing;
using EdgeAgent.Tests.Sensors.Support;
using FsCheck.Xunit;

namespace EdgeAgent.Tests.Sensors.Parsing;

public sealed class TextParserTests
{
    [Theory]
    [InlineData("$GPRMC,092751.000,A,5321.6802,N,00630.3371,W,0.06,31.66,280511,,,A*45\r\n", "latitude=53.36133667 longitude=-6.50561833 speed=0.06 course=31.66")]
    [InlineData("$WIMDA,30.05,I,1.018,B,21.5,C,,C,45.0,,9.1,C,,T,,M,,N,,M*2B", "pressure=1018 air_temperature=21.5 humidity=45 dew_point=9.1")]
    public void Sentences_of_NMEA_are_read(string sentence, string expected) => Assert.Equal(expected, Show(Parse(sentence)));

    [Theory]
    [InlineData("$GPRMC,092751.000,V,,,,,,,280511,,,N*4A", "missing")]
    [InlineData("$GPRMC,092751.000,A,5321.6802,N,00630.3371,W,0.06,31.66,280511,,,A*46", "crc")]
    [InlineData("$GPRMC,092751.000,A,5321.6802,N,00630.3371,W,0.06,31.66,280511,,,A", "crc")]
    [InlineData("$GPRMC,092751.000,A,5321.68", "crc")]
    [InlineData("$", "format")]
    public void A_sentence_without_a_fix_or_a_right_checksum_has_no_value(string sentence, string kind) => AssertFails(kind, Parse(sentence));

    [Fact]
    public void A_sentence_that_measures_nothing_is_passed_over() => Assert.Null(Parser().Parse(Utf8("$GPGSA,A,1,,,,,,,,,,,,,,,*1E")));

    [Property(MaxTest = 500)]
    public bool A_sentence_with_any_byte_changed_is_never_another_value(byte position, byte bit)
    {
        var good = "$WIMDA,30.05,I,1.018,B,21.5,C,,C,45.0,,9.1,C,,T,,M,,N,,M*2B"u8.ToArray();
        good[position % good.Length] ^= (byte)(1 << (bit % 8));

        return Parser().Parse(good) is not { } observation || observation.Values.IsEmpty || position % good.Length > good.Length - 3;
    }

    [Theory]
    [InlineData("weather,place=roof temp=21.5,wet=f,n=3i,note=\"a b, c=d\" 1795000000000000000", "temp=21.5 wet=False n=3 note=a b, c=d")]
    [InlineData("m a\\ b=1", "a b=1")]
    public void Line_protocol_is_read(string line, string expected) => Assert.Equal(expected, Show(Parse(line, ("parse", TextFormat.Influx))));

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("m a")]
    [InlineData("m a=")]
    [InlineData("m a=1,")]
    [InlineData("m a=1,b")]
    [InlineData("m a=rubbish")]
    [InlineData("m a=nan")]
    [InlineData("m a=\"open")]
    public void What_is_not_line_protocol_is_a_failure(string line)
    {
        var observation = Parse(line, ("parse", TextFormat.Influx));

        Assert.True(observation.Failure?.Kind is SensorFailureKind.Format || line == "m a=1,", line);
    }

    [Theory]
    [InlineData("21.5;45;on", "t=21.5 h=45 state=on")]
    [InlineData(" 21.5 ; ; \"a;b\" ", "t=21.5 state=a;b")]
    [InlineData("1;2;3;4", "t=1 h=2 state=3")]
    public void Columns_have_the_names_that_they_are_given(string line, string expected) =>
        Assert.Equal(expected, Show(Parse(line, ("columns", ImmutableArray.Create("t", "h", "state")), ("delimiter", ";"))));

    [Theory]
    [InlineData("21.5;45")]
    [InlineData("")]
    [InlineData(";;")]
    public void Half_a_line_of_columns_is_a_failure(string line) =>
        AssertFails("format", Parse(line, ("columns", ImmutableArray.Create("t", "h", "state")), ("delimiter", ";")));

    [Fact]
    public void A_decimal_comma_is_read_where_it_is_told_and_complained_of_where_it_is_not()
    {
        Assert.Equal("value=21.5", Show(Parse("21,5", ("decimal_comma", true))));
        AssertFails("format", Parse("21,5"));
    }

    [Theory]
    [InlineData("NaN", "implausible")]
    [InlineData("-nan", "implausible")]
    [InlineData("+Inf", "implausible")]
    [InlineData("INFINITY", "implausible")]
    [InlineData("1e999", "implausible")]
    [InlineData("21,5", "format")]
    [InlineData("-21,5", "format")]
    public void A_field_that_is_meant_as_a_number_and_is_none_is_a_failure_and_its_neighbours_are_kept(string field, string kind)
    {
        (string, object) columns = ("columns", ImmutableArray.Create("t", "h"));
        (string, object) select = ("select", ImmutableDictionary<string, string>.Empty.Add("t", "t").Add("h", "h"));
        Observation[] observations =
        [
            Parse($"{field};45", columns, ("delimiter", ";")),
            Parse($"T={field} H=45", ("pattern", Regex(@"T=(?<t>\S+) H=(?<h>\S+)"))),
            Parse($$"""{"t":"{{field}}","h":45}""", select),
        ];

        Assert.All(observations, observation => Assert.Equal(new NamedValue("h", Value.Of(45)), Assert.Single(observation.Values)));
        Assert.All(observations, observation => Assert.Equal(kind, observation.Failure?.Kind.Text()));
        AssertFails(kind, Parse($"{field};", columns, ("delimiter", ";")));
    }

    [Theory]
    [InlineData("open")]
    [InlineData("info")]
    [InlineData("nano")]
    [InlineData("12:30")]
    [InlineData("1.2.3")]
    [InlineData("1,2,3")]
    [InlineData("a,b")]
    public void A_field_that_is_a_text_stays_one(string field)
    {
        Assert.Equal($"t={field} h=45", Show(Parse($"{field};45", ("columns", ImmutableArray.Create("t", "h")), ("delimiter", ";"))));
        Assert.Equal($"t={field}", Show(Parse($"T={field}", ("pattern", Regex(@"T=(?<t>\S+)")))));
        Assert.Equal($"value={field}", Show(Parse($$"""{"t":"{{field}}"}""", Select("t"))));
    }

    [Theory]
    [InlineData("T=21.5C H=45%", "T=(?<temperature>[0-9.]+)C H=(?<humidity>[0-9]+)", "temperature=21.5 humidity=45")]
    [InlineData("T=21.5C", "T=([0-9.]+)", "value=21.5")]
    [InlineData("about 42 things", "[0-9]+", "value=42")]
    [InlineData("state: open", "state: (?<state>[a-z]+)", "state=open")]
    public void A_pattern_takes_its_groups(string text, string pattern, string expected) =>
        Assert.Equal(expected, Show(Parse(text, ("pattern", Regex(pattern)))));

    [Fact]
    public void A_pattern_that_does_not_match_is_a_failure() => AssertFails("format", Parse("nothing here", ("pattern", Regex("[0-9]+"))));

    [Theory]
    [InlineData("""{"main":{"temp":21.5},"list":[{"x":7}]}""", "main.temp", "value=21.5")]
    [InlineData("""{"main":{"temp":"21.5"},"list":[{"x":7}]}""", "main.temp", "value=21.5")]
    [InlineData("""{"main":{"temp":21.5},"list":[{"x":7}]}""", "list.0.x", "value=7")]
    [InlineData("""{"main":{"temp":21.5},"list":[{"x":7}]}""", "/list/0/x", "value=7")]
    [InlineData("""{"a/b":{"m~n":1}}""", "/a~1b/m~0n", "value=1")]
    [InlineData("""{"main":{"temp":21.5,"hum":4}}""", "main", "value_temp=21.5 value_hum=4")]
    [InlineData("5", "", "value=5")]
    public void Places_in_JSON_are_found(string json, string place, string expected) => Assert.Equal(expected, Show(Parse(json, Select(place))));

    [Theory]
    [InlineData("""{"main":{}}""", "main.temp", "format")]
    [InlineData("""{"main":null}""", "main", "missing")]
    [InlineData("""[1]""", "1", "format")]
    [InlineData("""{"main":1e999}""", "main", "implausible")]
    public void A_place_without_a_value_is_a_failure(string json, string place, string kind) => AssertFails(kind, Parse(json, Select(place)));

    [Theory]
    [InlineData("""{"a":{"b":1,"c":[true,"x"]},"d":null}""", "a_b=1 a_c_0=True a_c_1=x")]
    [InlineData("""{"a":1,"a":2}""", "a=2")]
    [InlineData("""{"big":9007199254740993,"small":-0.5}""", "big=9007199254740993 small=-0.5")]
    public void Objects_are_flattened(string json, string expected) => Assert.Equal(expected, Show(Parse(json)));

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"a":null}""")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("{\"a\":1} trailing")]
    public void What_is_not_an_object_with_values_is_a_failure(string json) => AssertFails("format", Parse(json));

    [Fact]
    public void A_deep_or_endless_object_is_bounded()
    {
        AssertFails("format", Parse(string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100)));
        var wide = Parse($"{{{string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"k{i}\":{i}"))}}}");
        Assert.Equal(256, wide.Values.Length);
        Assert.Equal(SensorFailureKind.Format, wide.Failure?.Kind);
    }

    [Property(MaxTest = 1000)]
    public bool Rubbish_never_throws_and_never_is_a_number_that_is_not_there(byte[] rubbish)
    {
        TextFormat[] formats = [TextFormat.Auto, TextFormat.Json, TextFormat.Csv, TextFormat.Influx, TextFormat.Nmea, TextFormat.Value];
        return formats.All(format => Parser(("parse", format)).Parse(rubbish) is not { } observation
            || observation.Failure is not null || !observation.Values.IsEmpty);
    }

    private static Regex Regex(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static (string Name, object Value) Select(string place) => ("select", ImmutableDictionary<string, string>.Empty.Add("value", place));

    private static TextParser Parser(params (string Name, object Value)[] settings) => new(Some.Settings(FileSensor.Kind, settings));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static Observation Parse(string text, params (string Name, object Value)[] settings) => Parser(settings).Parse(Utf8(text))!.Value;

    private static void AssertFails(string kind, Observation observation)
    {
        Assert.Empty(observation.Values);
        Assert.Equal(kind, observation.Failure?.Kind.Text());
    }

    private static string Show(Observation observation)
    {
        Assert.Null(observation.Failure);
        return string.Join(' ', observation.Values.Select(value => FormattableString.Invariant($"{value.Name}={Plain(value.Value)}")));
    }

    private static object? Plain(Value value) => value.Kind switch
    {
        ValueKind.Integer => value.Integer,
        ValueKind.Real => value.Real,
        ValueKind.Boolean => value.Boolean,
        _ => value.Text,
    };
}
