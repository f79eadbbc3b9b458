using System.Collections.Immutable;
using System.Globalization;
using EdgeAgent.Readings;

namespace EdgeAgent.Sensors.Parsing;

/// <summary>
/// The sentences of NMEA 0183 that carry measurements: position, speed, depth, wind, water and weather. The checksum must be
/// there and right; a receiver without a fix has no value. Pure.
/// </summary>
internal static class NmeaSentence
{
    private const int LongestUseful = 1024;

    /// <summary>Marks a latitude or longitude, which takes the hemisphere from the field behind it.</summary>
    private const string Angle = "°";

    /// <summary>By the three letters of the sentence: fields counted from 1 behind the address, what they are, a factor, the unit.</summary>
    private static readonly Dictionary<string, (int Field, string Name, double Factor, string? Unit)[]> Sentences = new(StringComparer.Ordinal)
    {
        ["RMC"] = [(3, "latitude", 1, Angle), (5, "longitude", 1, Angle), (7, "speed", 1, "kn"), (8, "course", 1, "deg")],
        ["GGA"] = [(2, "latitude", 1, Angle), (4, "longitude", 1, Angle), (7, "satellites", 1, null), (8, "hdop", 1, null), (9, "altitude", 1, "m")],
        ["GLL"] = [(1, "latitude", 1, Angle), (3, "longitude", 1, Angle)],
        ["VTG"] = [(1, "course", 1, "deg"), (5, "speed", 1, "kn")],
        ["MDA"] =
        [
            (3, "pressure", 1000, "hPa"), (5, "air_temperature", 1, "°C"), (7, "water_temperature", 1, "°C"), (9, "humidity", 1, "%"),
            (11, "dew_point", 1, "°C"), (13, "wind_direction", 1, "deg"), (19, "wind_speed", 1, "m/s"),
        ],
        ["MTW"] = [(1, "water_temperature", 1, "°C")],
        ["DBT"] = [(3, "depth", 1, "m")],
        ["DPT"] = [(1, "depth", 1, "m")],
        ["HDT"] = [(1, "heading", 1, "deg")],
        ["HDG"] = [(1, "heading", 1, "deg")],
        ["VHW"] = [(5, "water_speed", 1, "kn")],
        ["MWV"] = [(1, "wind_angle", 1, "deg"), (3, "wind_speed", 1, null)],
    };

    /// <summary>The values of a sentence; null for one that carries none that we know.</summary>
    public static Observation? Parse(string text)
    {
        var line = text.Trim();
        var star = line.LastIndexOf('*');
        if (line.Length is < 6 or > LongestUseful || line[0] is not ('$' or '!'))
        {
            return Observation.Failed(SensorFailureKind.Format, $"not NMEA: {NumberText.Quote(line)}");
        }

        if (star < 0 || !byte.TryParse(line.AsSpan(star + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var checksum)
            || Checksum(line.AsSpan(1, star - 1)) != checksum)
        {
            return Observation.Failed(SensorFailureKind.Crc, $"the checksum is wrong or not there: {NumberText.Quote(line)}");
        }

        var fields = line[1..star].Split(',');
        if (fields[0].Length != 5 || !Sentences.TryGetValue(fields[0][2..], out var wanted))
        {
            return null;
        }

        return HasFix(fields) ? Read(fields, wanted) : Observation.Failed(SensorFailureKind.Missing, "the receiver has no fix");
    }

    /// <summary>The exclusive or of all between $ and *.</summary>
    private static byte Checksum(ReadOnlySpan<char> text)
    {
        var sum = 0;
        foreach (var symbol in text)
        {
            sum ^= symbol;
        }

        return (byte)sum;
    }

    private static bool HasFix(string[] fields) => fields[0][2..] switch
    {
        "RMC" => fields.ElementAtOrDefault(2) == "A",
        "GLL" => fields.ElementAtOrDefault(6) == "A",
        "GGA" => fields.ElementAtOrDefault(6) is { Length: > 0 } quality && quality != "0",
        "MWV" => fields.ElementAtOrDefault(5) != "V",
        _ => true,
    };

    private static Observation Read(string[] fields, (int Field, string Name, double Factor, string? Unit)[] wanted)
    {
        var values = ImmutableArray.CreateBuilder<NamedValue>(wanted.Length);
        foreach (var (index, name, factor, unit) in wanted)
        {
            if (index >= fields.Length || fields[index].Length == 0)
            {
                continue;
            }

            if (NumberText.Parse(fields[index], out var value) is { } failure)
            {
                return Observation.Failed(failure.Kind, $"{fields[0]} {name}: {failure.Message}");
            }

            if (unit == Angle)
            {
                value = Degrees(fields[index], fields.ElementAtOrDefault(index + 1)) is { } degrees ? Value.Of(degrees) : default;
            }
            else if (factor != 1 && value.TryGetNumber(out var number))
            {
                value = Value.Of(Math.Round(number * factor, 6));
            }

            values.Add(new(name, value, unit));
        }

        return values.Count > 0
            ? Observation.Of(values.ToImmutable())
            : Observation.Failed(SensorFailureKind.Missing, $"{fields[0]} has no values: its instrument gives none");
    }

    /// <summary>ddmm.mmmm or dddmm.mmmm as degrees, south and west below zero; null where that is no angle.</summary>
    private static double? Degrees(string text, string? hemisphere)
    {
        var packed = double.Parse(text, CultureInfo.InvariantCulture);
        var whole = Math.Floor(packed / 100);
        var degrees = whole + ((packed - (whole * 100)) / 60);
        var most = hemisphere is "N" or "S" ? 90 : 180;
        return packed < 0 || degrees > most || hemisphere is not ("N" or "S" or "E" or "W")
            ? null
            : Math.Round(hemisphere is "S" or "W" ? -degrees : degrees, 8);
    }
}
