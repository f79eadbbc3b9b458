using System.Collections.Immutable;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration;

/// <summary>A value and the node that it was read from; null where code set it.</summary>
internal readonly record struct KeyValue(object? Value, Node? Node);

/// <summary>
/// The values of a group of keys, after reading: every key has its value or its default. Immutable; equal where every key
/// has an equal value, wherever it was written.
/// </summary>
/// <param name="keys">All that the group may have.</param>
/// <param name="values">Those that the file sets.</param>
internal sealed class KeyValues(ImmutableArray<Key> keys, ImmutableDictionary<Key, KeyValue> values) : IEquatable<KeyValues>
{
    /// <summary>Every key at its default.</summary>
    public static KeyValues Empty { get; } = new([], ImmutableDictionary<Key, KeyValue>.Empty);

    /// <summary>All that the group may have, in their order.</summary>
    public ImmutableArray<Key> Keys => keys;

    /// <summary>Those that the file sets.</summary>
    public ImmutableDictionary<Key, KeyValue> Set => values;

    public T Get<T>(Key<T> key) => values.TryGetValue(key, out var value) ? (T)value.Value! : key.Default;

    /// <summary>Whether the file sets it.</summary>
    public bool IsSet(Key key) => values.ContainsKey(key);

    /// <summary>The node that set it; null for a default.</summary>
    public Node? NodeOf(Key key) => values.TryGetValue(key, out var value) ? value.Node : null;

    /// <summary>The same with one key set by code.</summary>
    public KeyValues With<T>(Key<T> key, T value) =>
        new(keys.Contains(key) ? keys : keys.Add(key), values.SetItem(key, new KeyValue(value, null)));

    public bool Equals(KeyValues? other) => other is not null
        && values.Keys.Union(other.Set.Keys).All(key => key.AreEqual(ValueOf(key), other.ValueOf(key)));

    public override bool Equals(object? obj) => Equals(obj as KeyValues);

    // Values may have no hash of their own (lists), and groups are compared, never looked up.
    public override int GetHashCode() => 0;

    private object? ValueOf(Key key) => values.TryGetValue(key, out var value) ? value.Value : key.DefaultValue;
}
