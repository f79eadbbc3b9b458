using System.Text.Json.Nodes;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>A value that may be unset; what is written must still be of the inner shape.</summary>
internal sealed class OptionalShape<T>(Shape<T> inner) : Shape<T?>
    where T : struct
{
    public override string Expected => inner.Expected;

    public override bool TryRead(Node node, ReadScope scope, out T? value)
    {
        var isRead = inner.TryRead(node, scope, out var read);
        value = isRead ? read : null;
        return isRead;
    }

    public override JsonObject ToSchema() => inner.ToSchema();

    public override string Write(T? value) => value is { } set ? inner.Write(set) : "";
}

/// <summary>The same for classes.</summary>
internal sealed class OptionalReferenceShape<T>(Shape<T> inner) : Shape<T?>
    where T : class
{
    public override string Expected => inner.Expected;

    public override bool TryRead(Node node, ReadScope scope, out T? value)
    {
        var isRead = inner.TryRead(node, scope, out var read);
        value = isRead ? read : null;
        return isRead;
    }

    public override JsonObject ToSchema() => inner.ToSchema();

    public override string Write(T? value) => value is null ? "" : inner.Write(value);

    public override bool AreEqual(T? one, T? other) => one is null || other is null ? one is null && other is null : inner.AreEqual(one, other);
}
