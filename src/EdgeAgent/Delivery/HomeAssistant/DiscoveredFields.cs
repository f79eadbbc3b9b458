using System.Collections.Immutable;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;

namespace EdgeAgent.Delivery.HomeAssistant;

/// <summary>One value of a sensor, as it stands in its payloads.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Key">Its key in a JSON payload.</param>
/// <param name="Unit">Its unit, if any.</param>
/// <param name="Kind">What it is.</param>
internal sealed record DiscoveredField(string Name, string Key, string? Unit, ValueKind Kind);

/// <summary>
/// The values that the sensors have been seen to give, for a sensor's values are known when it has been read, not before. Thread-safe;
/// a reading that brings nothing new allocates nothing.
/// </summary>
internal sealed class DiscoveredFields
{
    /// <summary>A script may print other names every time.</summary>
    private const int MostFields = 64;

    private Seen _seen = new(JsonNames.Default, ImmutableDictionary<string, ImmutableArray<DiscoveredField>>.Empty);

    /// <summary>Called after something new was seen, on the sensor's thread.</summary>
    public Action? Changed { get; set; }

    /// <summary>By the sensor's id.</summary>
    public ImmutableDictionary<string, ImmutableArray<DiscoveredField>> Snapshot => Volatile.Read(ref _seen).Fields;

    /// <summary>What the agent's own keys are called in JSON; what was seen before is found under its new name too.</summary>
    public JsonNames Names
    {
        set => ImmutableInterlocked.Update(ref _seen, Rename, value);
    }

    public void Saw(string sensor, ImmutableArray<NamedValue> values)
    {
        if (HasNews(sensor, values) && ImmutableInterlocked.Update(ref _seen, Add, (sensor, values)))
        {
            Changed?.Invoke();
        }
    }

    private static Seen Rename(Seen all, JsonNames names) => new(
        names,
        all.Fields.ToImmutableDictionary(
            sensor => sensor.Key,
            sensor =>
            {
                var keys = FieldNames.ForJson([.. sensor.Value.Select(field => new Field(field.Name, field.Unit))], names);
                return sensor.Value.Select((field, i) => field with { Key = keys[i] }).ToImmutableArray();
            }));

    private static Seen Add(Seen all, (string Sensor, ImmutableArray<NamedValue> Values) seen)
    {
        var fields = all.Fields.GetValueOrDefault(seen.Sensor, []);
        var keys = FieldNames.ForJson([.. seen.Values.Select(value => new Field(value.Name, value.Unit))], all.Names);
        for (var i = 0; i < keys.Length; i++)
        {
            var (name, value, unit) = seen.Values[i];
            if (IsNew(fields, seen.Values[i]))
            {
                fields = [.. fields.Where(field => field.Name != name), new(name, keys[i], unit, value.Kind)];
            }
        }

        return all with { Fields = all.Fields.SetItem(seen.Sensor, fields) };
    }

    private bool HasNews(string sensor, ImmutableArray<NamedValue> values)
    {
        var fields = Snapshot.GetValueOrDefault(sensor, []);
        foreach (ref readonly var value in values.AsSpan())
        {
            if (IsNew(fields, value))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsNew(ImmutableArray<DiscoveredField> fields, in NamedValue value)
    {
        if (value.Value.Kind == ValueKind.None)
        {
            return false;
        }

        foreach (var field in fields)
        {
            if (field.Name == value.Name)
            {
                return field.Unit != value.Unit || IsNumber(field.Kind) != IsNumber(value.Value.Kind);
            }
        }

        return fields.Length < MostFields;
    }

    private static bool IsNumber(ValueKind kind) => kind is ValueKind.Integer or ValueKind.Real;

    /// <param name="Names">What the agent's own keys are called.</param>
    /// <param name="Fields">By the sensor's id.</param>
    private sealed record Seen(JsonNames Names, ImmutableDictionary<string, ImmutableArray<DiscoveredField>> Fields);
}

/// <summary>Notes the fields of readings on their way into the queue.</summary>
internal sealed class DiscoveringSink(IReadingSink next, DiscoveredFields fields) : IReadingSink
{
    /// <inheritdoc/>
    public ValueTask AcceptAsync(string sensor, long bootTime, ImmutableArray<NamedValue> values, CancellationToken cancellationToken)
    {
        fields.Saw(sensor, values);
        return next.AcceptAsync(sensor, bootTime, values, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask AcceptAsync(string sensor, long bootTime, ForwardedMessage message, CancellationToken cancellationToken) =>
        next.AcceptAsync(sensor, bootTime, message, cancellationToken);
}
