using System.Collections.Immutable;

namespace EdgeAgent.Configuration;

/// <summary>
/// One key of the configuration: the single source for reader, schema, sample file and manual page. Keys are compared by
/// reference and live in static fields beside the code that uses them.
/// </summary>
internal abstract class Key(string name, string summary)
{
    public string Name { get; } = name;

    /// <summary>One line for people: what it does, its unit.</summary>
    public string Summary { get; } = summary;

    public bool IsRequired { get; protected init; }
}

/// <summary>A key whose value is a <typeparamref name="T"/>.</summary>
internal sealed class Key<T>(string name, string summary, T fallback, bool isRequired) : Key(name, summary)
{
    /// <summary>What it is where the file says nothing; meaningless for a required key.</summary>
    public T Default { get; } = fallback;

    public new bool IsRequired => isRequired;
}

/// <summary>The values of a mapping's keys, after reading: every key has its value or its default.</summary>
internal sealed class KeyValues(ImmutableDictionary<Key, object?> values)
{
    public T Get<T>(Key<T> key) => values.TryGetValue(key, out var value) ? (T)value! : key.Default;
}
