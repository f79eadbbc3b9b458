using System.Text.Json.Nodes;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration;

/// <summary>
/// One key of the configuration: the single source for reader, schema, sample file and manual page. Keys are compared by
/// reference and live in static fields beside the code that uses them; <see cref="Keys"/> makes them.
/// </summary>
internal abstract class Key(string name, string summary, bool isRequired)
{
    public string Name { get; } = name;

    /// <summary>One line for people: what it does, its unit.</summary>
    public string Summary { get; } = summary;

    public bool IsRequired { get; } = isRequired;

    /// <summary>What to write: "a duration such as 10s".</summary>
    public abstract string Expected { get; }

    /// <summary>A value in YAML that shows what is meant, for samples; empty where the default shows it.</summary>
    public string Example { get; init; } = "";

    /// <summary>Its value may hold a secret anywhere, and is never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>What it is where the file says nothing.</summary>
    public abstract object? DefaultValue { get; }

    /// <summary>What a sample shows, in one line of YAML: the example, or the default; empty where there is neither.</summary>
    public abstract string Sample { get; }

    /// <summary>Reads the value of this key; every problem in it goes to the scope.</summary>
    public abstract bool TryRead(Node node, ReadScope scope, out object? value);

    /// <summary>The value in one line of YAML; empty where it is not set.</summary>
    public abstract string Write(object? value);

    public abstract bool AreEqual(object? one, object? other);

    /// <summary>The JSON schema of the value, with the summary and the default.</summary>
    public abstract JsonObject ToSchema();
}

/// <summary>A key whose value is a <typeparamref name="T"/>.</summary>
internal sealed class Key<T>(string name, string summary, Shape<T> shape, T fallback, bool isRequired = false) : Key(name, summary, isRequired)
{
    /// <summary>What it is where the file says nothing; meaningless for a required key.</summary>
    public T Default { get; } = fallback;

    public Shape<T> Shape => shape;

    public override string Expected => shape.Expected;

    public override object? DefaultValue => Default;

    public override string Sample => Example.Length > 0 ? Example : IsRequired || Default is KeyValues ? shape.Example : Default is null ? "" : shape.Write(Default);

    public override bool TryRead(Node node, ReadScope scope, out object? value)
    {
        var isRead = shape.TryRead(node, scope, out var read);
        value = read;
        return isRead;
    }

    public override string Write(object? value) => shape.Write((T)value!);

    public override bool AreEqual(object? one, object? other) => shape.AreEqual((T)one!, (T)other!);

    public override JsonObject ToSchema()
    {
        // A key without a value means its default, and a variable may stand for anything.
        var schema = new JsonObject { ["anyOf"] = new JsonArray(shape.ToSchema(), SchemaDocument.Reference(IsRequired ? SchemaDocument.Variable : SchemaDocument.VariableOrNothing)) };
        schema["description"] = Summary;
        if (!IsRequired && Default is not null && shape.Write(Default) is not ("" or "[]" or "{}") and var written)
        {
            schema["description"] = $"{Summary}. Default: {written}";
        }

        return schema;
    }
}
