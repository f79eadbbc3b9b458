using System.Text.Json.Nodes;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>What a value looks like in the file, in the schema and in memory. Immutable and thread-safe.</summary>
internal abstract class Shape<T>
{
    /// <summary>What to write, to complete "expected ...": "a duration such as 10s".</summary>
    public abstract string Expected { get; }

    /// <summary>Reads a value; reports every problem in it to the scope.</summary>
    /// <returns>False where there is at least one error.</returns>
    public abstract bool TryRead(Node node, ReadScope scope, out T value);

    /// <summary>The JSON schema (draft 7) of the value as editors see it.</summary>
    public abstract JsonObject ToSchema();

    /// <summary>The value in one line of YAML, such that reading it gives the value again.</summary>
    public abstract string Write(T value);

    /// <summary>Something of this shape in one line of YAML, for samples of required keys.</summary>
    public virtual string Example => "";

    /// <summary>Whether a change from one to the other changes nothing.</summary>
    public virtual bool AreEqual(T one, T other) => EqualityComparer<T>.Default.Equals(one, other);
}
