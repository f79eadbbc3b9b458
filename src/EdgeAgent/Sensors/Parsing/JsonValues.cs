using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using EdgeAgent.Readings;

namespace EdgeAgent.Sensors.Parsing;

/// <summary>
/// Values out of JSON. Whole objects are flattened, the names joined by an underscore; null is no value. Pure.
/// </summary>
internal static class JsonValues
{
    /// <summary>More values than one reading is for.</summary>
    public const int ValueLimit = 256;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Every number, text and boolean in the document; a lone one is called "value".</summary>
    public static Observation Parse(ReadOnlyMemory<byte> utf8) => Read(utf8, static root =>
    {
        var values = ImmutableArray.CreateBuilder<NamedValue>();
        var failure = Flatten(root, string.Empty, values);
        return Result(values, failure);
    });

    /// <summary>The values at the given places only.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="places">The name of each value, and its place: main.temp, sensors.0.value or /main/temp.</param>
    public static Observation Select(ReadOnlyMemory<byte> utf8, ImmutableArray<(string Name, string Place)> places) => Read(utf8, root =>
    {
        var values = ImmutableArray.CreateBuilder<NamedValue>();
        SensorFailure? failure = null;
        foreach (var (name, place) in places)
        {
            if (!TryFind(root, place, out var found))
            {
                failure ??= new(SensorFailureKind.Format, $"the JSON has nothing at {place}");
            }
            else if (found.ValueKind is JsonValueKind.Null)
            {
                failure ??= new(SensorFailureKind.Missing, $"the JSON has null at {place}");
            }
            else
            {
                failure = Flatten(found, name, values, numbersInText: true) ?? failure;
            }
        }

        return Result(values, failure);
    });

    private static Observation Read(ReadOnlyMemory<byte> utf8, Func<JsonElement, Observation> take)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            return take(document.RootElement);
        }
        catch (JsonException exception)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}");
            return Observation.Failed(SensorFailureKind.Format, $"not JSON ({place})");
        }
        catch (InvalidOperationException)
        {
            // A text with a lone surrogate or with bytes that are not UTF-8.
            return Observation.Failed(SensorFailureKind.Format, "a text in the JSON is not valid Unicode");
        }
    }

    private static Observation Result(ImmutableArray<NamedValue>.Builder values, SensorFailure? failure) => (values.Count, failure) switch
    {
        (0, null) => Observation.Failed(SensorFailureKind.Format, "the JSON holds no value"),
        _ => Observation.Partly(values.ToImmutable(), failure),
    };

    private static SensorFailure? Flatten(JsonElement element, string name, ImmutableArray<NamedValue>.Builder values, bool numbersInText = false)
    {
        if (values.Count >= ValueLimit)
        {
            return new(SensorFailureKind.Format, $"the JSON holds more than {ValueLimit} values");
        }

        SensorFailure? failure = null;
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    failure = Flatten(property.Value, Join(name, property.Name), values) ?? failure;
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    failure = Flatten(item, Join(name, (index++).ToString(CultureInfo.InvariantCulture)), values) ?? failure;
                }

                break;
            case JsonValueKind.Number:
                failure = NumberText.Parse(element.GetRawText(), out var number);
                Add(values, name, number);
                break;
            case JsonValueKind.String:
                var text = element.GetString()!;
                var field = Value.Of(text);
                failure = numbersInText ? NumberText.ParseField(text, out field) : null;
                Add(values, name, field);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Add(values, name, Value.Of(element.GetBoolean()));
                break;
            case JsonValueKind.Undefined or JsonValueKind.Null:
            default:
                break;
        }

        return failure;
    }

    /// <summary>The last of equal names wins.</summary>
    private static void Add(ImmutableArray<NamedValue>.Builder values, string name, Value value)
    {
        if (value.Kind is ValueKind.None)
        {
            return;
        }

        var named = new NamedValue(name.Length == 0 ? "value" : name, value);
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i].Name == named.Name)
            {
                values[i] = named;
                return;
            }
        }

        values.Add(named);
    }

    private static string Join(string parent, string child) => parent.Length == 0 ? child : $"{parent}_{child}";

    /// <summary>RFC 6901 where the place begins with a slash, otherwise names and indices with dots between.</summary>
    private static bool TryFind(JsonElement root, string place, out JsonElement found)
    {
        found = root;
        var isPointer = place.StartsWith('/');
        var steps = place.Length == 0 || place == "." ? [] : isPointer ? place[1..].Split('/') : place.Split('.');
        foreach (var step in steps)
        {
            var name = isPointer ? step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal) : step;
            if (found.ValueKind is JsonValueKind.Object && found.TryGetProperty(name, out var property))
            {
                found = property;
            }
            else if (found.ValueKind is JsonValueKind.Array
                && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < found.GetArrayLength())
            {
                found = found[index];
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
