using System.Collections.Immutable;
using System.Text.Json.Nodes;
using EdgeAgent.Configuration;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Configuration.Yaml;
using EdgeAgent.Readings;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>A piecewise linear map: <c>[[4, 0], [20, 100]]</c>, at least two pairs, what comes in ascending.</summary>
internal sealed class MapShape : Shape<ImmutableArray<MapPoint>>
{
    private static readonly ListShape<ImmutableArray<double>> Pairs = new(
        new ListShape<double>(new NumberShape(null, null), "a pair of numbers", minimum: 1), "a list of [from, to] pairs", minimum: 2);

    public override string Expected => "at least two [from, to] pairs such as [[4, 0], [20, 100]]";

    public override bool TryRead(Node node, ReadScope scope, out ImmutableArray<MapPoint> value)
    {
        value = [];
        if (!Pairs.TryRead(node, scope, out var pairs))
        {
            return false;
        }

        var isAscending = pairs.All(static pair => pair.Length == 2)
            && pairs.Zip(pairs.Skip(1)).All(static neighbours => neighbours.First[0] < neighbours.Second[0]);
        if (pairs.Length < 2 || !isAscending)
        {
            scope.Error(node.Span, $"{scope.Path}: expected {Expected}, the first number of each pair above the one before");
            return false;
        }

        value = [.. pairs.Select(static pair => new MapPoint(pair[0], pair[1]))];
        return true;
    }

    public override JsonObject ToSchema()
    {
        var schema = Pairs.ToSchema();
        schema["items"]!["minItems"] = 2;
        schema["items"]!["maxItems"] = 2;
        return schema;
    }

    public override string Write(ImmutableArray<MapPoint> value) => Pairs.Write([.. value.Select(static point => ImmutableArray.Create(point.From, point.To))]);

    public override bool AreEqual(ImmutableArray<MapPoint> one, ImmutableArray<MapPoint> other) => one.SequenceEqual(other);
}
