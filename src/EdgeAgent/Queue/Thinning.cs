using System.Collections.Immutable;
using EdgeAgent.Readings;

namespace EdgeAgent.Queue;

/// <summary>A row that may be thinned.</summary>
internal readonly record struct ThinRow(long Sequence, EnvelopeEntry Envelope, EraEntry Era, long BootTime, MessageBody Body);

/// <summary>
/// Halves the resolution of old readings instead of dropping stretches of time. Neighbours of one sensor become one message: per value
/// the mean, and beside it <c>_min</c>, <c>_max</c> and <c>_last</c>, with how many readings they are (<c>count</c>) and the mark <c>thinned</c>.
/// It keeps number and time of the last of them. Pure.
/// </summary>
internal static class Thinning
{
    /// <summary>Raw readings to a step: two would not make room, since four figures take the place of one.</summary>
    private const int RawToStep = 4;

    /// <summary>Steps to a longer step.</summary>
    private const int StepsToStep = 2;

    private const string CountName = "count";
    private const string MarkName = "thinned";

    /// <summary>Whether messages under this envelope are steps already.</summary>
    public static bool IsThinned(Envelope envelope) =>
        envelope.Fields is [.., { Name: CountName }, { Name: MarkName }] && (envelope.Fields.Length - 2) % 4 == 0;

    /// <summary>The envelope of the steps of a sensor.</summary>
    public static Envelope EnvelopeOf(Envelope envelope)
    {
        if (IsThinned(envelope))
        {
            return envelope;
        }

        var fields = ImmutableArray.CreateBuilder<Field>((envelope.Fields.Length * 4) + 2);
        foreach (var (name, unit) in envelope.Fields)
        {
            fields.Add(new(name, unit));
            fields.Add(new(name + "_min", unit));
            fields.Add(new(name + "_max", unit));
            fields.Add(new(name + "_last", unit));
        }

        fields.Add(new(CountName, null));
        fields.Add(new(MarkName, null));
        return envelope with { Fields = fields.MoveToImmutable() };
    }

    /// <summary>What becomes of a slice: the steps that replace their last row, and the rows that go.</summary>
    public static (List<(ThinRow Last, MessageBody Body)> Steps, List<ThinRow> Gone) Plan(IReadOnlyList<ThinRow> rows)
    {
        var steps = new List<(ThinRow, MessageBody)>();
        var gone = new List<ThinRow>();
        var groups = new Dictionary<(EnvelopeEntry, EraEntry), List<ThinRow>>();
        foreach (var row in rows)
        {
            var isStep = IsThinned(row.Envelope.Envelope);
            if (!IsNumeric(row))
            {
                continue;
            }

            if (!groups.TryGetValue((row.Envelope, row.Era), out var group))
            {
                groups[(row.Envelope, row.Era)] = group = [];
            }

            group.Add(row);
            if (group.Count == (isStep ? StepsToStep : RawToStep))
            {
                steps.Add((group[^1], isStep ? Join(group) : Make(group)));
                gone.AddRange(group[..^1]);
                group.Clear();
            }
        }

        return (steps, gone);
    }

    private static bool IsNumeric(in ThinRow row)
    {
        if (row.Body.Kind is BodyKind.Integer or BodyKind.Real)
        {
            return row.Envelope.Envelope.Fields.Length == 1;
        }

        if (row.Body.Kind != BodyKind.Fields)
        {
            return false;
        }

        var values = Unpack(row.Body);
        var isStep = IsThinned(row.Envelope.Envelope);
        return values.Count == row.Envelope.Envelope.Fields.Length
            && values.Take(isStep ? values.Count - 1 : values.Count).All(static value => value.TryGetNumber(out _));
    }

    private static MessageBody Make(List<ThinRow> rows)
    {
        var readings = rows.ConvertAll(static row => Unpack(row.Body));
        var values = new List<Value>();
        for (var field = 0; field < readings[0].Count; field++)
        {
            var numbers = readings.ConvertAll(reading => Number(reading[field]));
            values.AddRange([Value.Of(numbers.Average()), Value.Of(numbers.Min()), Value.Of(numbers.Max()), readings[^1][field]]);
        }

        values.AddRange([Value.Of(rows.Count), Value.Of(true)]);
        return MessageBody.Of([.. values]);
    }

    private static MessageBody Join(List<ThinRow> rows)
    {
        var steps = rows.ConvertAll(static row => Unpack(row.Body));
        var counts = steps.ConvertAll(static step => Number(step[^2]));
        var total = counts.Sum();
        var values = new List<Value>();
        for (var field = 0; field < steps[0].Count - 2; field += 4)
        {
            var mean = steps.Select((step, i) => Number(step[field]) * (counts[i] / total)).Sum();
            values.AddRange([Value.Of(mean), Value.Of(steps.Min(step => Number(step[field + 1]))),
                Value.Of(steps.Max(step => Number(step[field + 2]))), steps[^1][field + 3]]);
        }

        values.AddRange([Value.Of((long)total), Value.Of(true)]);
        return MessageBody.Of([.. values]);
    }

    private static double Number(Value value) => value.TryGetNumber(out var number) ? number : 0;

    private static List<Value> Unpack(in MessageBody body)
    {
        switch (body.Kind)
        {
            case BodyKind.Integer:
                return [Value.Of(body.Bits)];
            case BodyKind.Real:
                return [Value.Of(BitConverter.Int64BitsToDouble(body.Bits))];
            default:
                var values = new List<Value>();
                var packed = body.Packed.Span;
                while (FieldCodec.TryTake(ref packed, out var value, out _))
                {
                    values.Add(value);
                }

                return values;
        }
    }
}
