using System.Collections.Immutable;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Configuration.Sections;

/// <summary><c>publish.json_keys:</c> what the agent's own keys are called in a JSON payload.</summary>
internal static class JsonNamesSection
{
    public static readonly Key<string> Time = Name(JsonNames.Default.Time, "the time of the reading");

    public static readonly Key<string> Value = Name(JsonNames.Default.Value, "a lone value that its sensor gives no other name");

    public static readonly Key<string> Unit = Name(JsonNames.Default.Unit, "the unit of a lone value");

    public static readonly Key<string> Id = Name(JsonNames.Default.Id, "the message's id, in the ledger too");

    public static readonly Key<string> Historical = Name(JsonNames.Default.Historical, "the mark of a message from the backlog");

    public static readonly Key<string> Clock = Name(JsonNames.Default.Clock, "the mark of a time that is not sure");

    public static readonly ImmutableArray<Key> All = [Time, Value, Unit, Id, Historical, Clock];

    public static JsonNames Bind(KeyValues values, ReadScope scope)
    {
        Check(values, scope);
        return new()
        {
            Time = values.Get(Time),
            Value = values.Get(Value),
            Unit = values.Get(Unit),
            Id = values.Get(Id),
            Historical = values.Get(Historical),
            Clock = values.Get(Clock),
        };
    }

    private static void Check(KeyValues values, ReadScope scope)
    {
        // Those that the file sets last, so that there is always a line to point at.
        var used = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in All.Cast<Key<string>>().OrderBy(values.IsSet))
        {
            if (!used.TryAdd(values.Get(key), key.Name) && values.NodeOf(key) is { } node)
            {
                scope.Error(
                    node.Span,
                    $"publish.json_keys: '{used[values.Get(key)]}' and '{key.Name}' would both be called '{values.Get(key)}'",
                    "a key that comes twice is read differently by everyone: give each a name of its own");
            }
        }

        if (values.NodeOf(Id) is { } id && LedgerEntry.Keys.Contains(values.Get(Id)))
        {
            scope.Error(id.Span, $"publish.json_keys.id: the ledger's own messages already have a key '{values.Get(Id)}'", "take another name for the id");
        }
    }

    private static Key<string> Name(string name, string summary) => new(name, summary, JsonNameShape.Instance, name);
}
