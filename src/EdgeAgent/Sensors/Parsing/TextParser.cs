using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using EdgeAgent.Configuration;

namespace EdgeAgent.Sensors.Parsing;

/// <summary>How a text is understood.</summary>
internal enum TextFormat
{
    /// <summary>JSON where it begins like it, NMEA where it begins with $, otherwise one number.</summary>
    Auto,
    Value,
    Json,
    Csv,
    Regex,
    Influx,
    Nmea,
}

/// <summary>
/// Values out of what a program, a device, a file or a server says, as the settings of the sensor ask for it. Pure and
/// thread-safe.
/// </summary>
internal sealed class TextParser
{
    private static readonly Key<TextFormat> Format = Keys.Choice(
        "parse", "how the text is understood: auto, value, json, csv, regex, influx or nmea", TextFormat.Auto);

    private static readonly Key<Regex?> Pattern = Keys.Pattern(
        "pattern", "regular expression; its named groups are the values, otherwise its first group or the whole match");

    private static readonly Key<ImmutableDictionary<string, string>> Select = Keys.TextMap(
        "select", "the values to take out of JSON: their names, and their places (main.temp, list.0.x or /main/temp); otherwise all");

    private static readonly Key<ImmutableArray<string>> Columns = Keys.TextList("columns", "the names of CSV columns, in their order; an empty one is skipped");

    private static readonly Key<string> Delimiter = Keys.Text("delimiter", "what separates CSV columns", ",");

    private static readonly Key<bool> DecimalComma = Keys.Flag("decimal_comma", "numbers are written with a comma: 21,5", false);

    private readonly TextFormat _format;
    private readonly Regex? _pattern;
    private readonly ImmutableArray<(string Name, string Place)> _places;
    private readonly CsvLine _csv;
    private readonly bool _decimalComma;

    public TextParser(KeyValues settings)
    {
        _pattern = settings.Get(Pattern);
        _places = [.. settings.Get(Select).OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => (pair.Key, pair.Value))];
        _decimalComma = settings.Get(DecimalComma);
        _csv = new(settings.Get(Columns), settings.Get(Delimiter), _decimalComma);
        _format = (settings.Get(Format), _pattern, _places.IsEmpty, settings.Get(Columns).IsEmpty) switch
        {
            (TextFormat.Auto, not null, _, _) => TextFormat.Regex,
            (TextFormat.Auto, _, false, _) => TextFormat.Json,
            (TextFormat.Auto, _, _, false) => TextFormat.Csv,
            var (format, _, _, _) => format,
        };
    }

    /// <summary>The keys of every kind that takes text.</summary>
    public static ImmutableArray<Key> All { get; } = [Format, Pattern, Select, Columns, Delimiter, DecimalComma];

    public static IEnumerable<SettingProblem> Check(KeyValues settings)
    {
        if (settings.Get(Format) is TextFormat.Regex && settings.Get(Pattern) is null)
        {
            yield return new(Format, "regex needs a pattern", "pattern: 'T=(?<temperature>[0-9.]+)'");
        }

        if (settings.Get(Delimiter).Length != 1)
        {
            yield return new(Delimiter, "one character separates columns");
        }
    }

    /// <summary>What the text holds; null where it is of a sort that has no values (an NMEA sentence that is not for us).</summary>
    public Observation? Parse(ReadOnlyMemory<byte> utf8)
    {
        var format = _format is TextFormat.Auto ? Guess(utf8.Span) : _format;
        return format switch
        {
            TextFormat.Json => _places.IsEmpty ? JsonValues.Parse(utf8) : JsonValues.Select(utf8, _places),
            TextFormat.Csv => _csv.Parse(Text(utf8)),
            TextFormat.Regex => Match(Text(utf8)),
            TextFormat.Influx => InfluxLine.Parse(Text(utf8)),
            TextFormat.Nmea => NmeaSentence.Parse(Text(utf8)),
            _ => NumberText.Parse(Text(utf8), out var value, _decimalComma) is { } failure ? Observation.Failed(failure) : Observation.Of(value),
        };
    }

    private static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);

    private static TextFormat Guess(ReadOnlySpan<byte> utf8)
    {
        var start = utf8.IndexOfAnyExcept(" \t\r\n"u8);
        return start < 0 ? TextFormat.Value : utf8[start] switch
        {
            (byte)'{' or (byte)'[' => TextFormat.Json,
            (byte)'$' => TextFormat.Nmea,
            _ => TextFormat.Value,
        };
    }

    private Observation Match(string text)
    {
        var match = _pattern!.Match(text);
        if (!match.Success)
        {
            return Observation.Failed(SensorFailureKind.Format, $"the pattern does not match {NumberText.Quote(text)}");
        }

        var named = match.Groups.Cast<Group>().Where(static group => group.Success && !int.TryParse(group.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _)).ToArray();
        if (named.Length == 0)
        {
            var whole = match.Groups.Count > 1 ? match.Groups[1] : match;
            return NumberText.Parse(whole.ValueSpan, out var value, _decimalComma) is { } failure ? Observation.Failed(failure) : Observation.Of(value);
        }

        var values = ImmutableArray.CreateBuilder<NamedValue>(named.Length);
        SensorFailure? wrong = null;
        foreach (var group in named)
        {
            if (NumberText.ParseField(group.Value, out var field, _decimalComma) is { } problem)
            {
                wrong ??= problem with { Message = $"{group.Name}: {problem.Message}" };
            }
            else
            {
                values.Add(new(group.Name, field));
            }
        }

        return Observation.Partly(values.ToImmutable(), wrong);
    }
}
