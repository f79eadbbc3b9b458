using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace EdgeAgent.Sensors.Parsing;

/// <summary>One line of columns (RFC 4180 without line breaks in quotes). Pure.</summary>
/// <param name="names">In their order, an empty one for a column that is skipped; empty: column_1, column_2 ...</param>
/// <param name="delimiter">One character.</param>
/// <param name="decimalComma">Numbers have a comma.</param>
internal sealed class CsvLine(ImmutableArray<string> names, string delimiter, bool decimalComma)
{
    /// <summary>The values; an empty column has none, and one that is wrong does not take its neighbours along. Fewer columns than names is half a line.</summary>
    public Observation Parse(string line)
    {
        var columns = Split(line.TrimEnd('\r', '\n'));
        if (columns.Count < names.Length)
        {
            return Observation.Failed(
                SensorFailureKind.Format, FormattableString.Invariant($"{columns.Count} columns where {names.Length} were expected: {NumberText.Quote(line)}"));
        }

        var values = ImmutableArray.CreateBuilder<NamedValue>();
        SensorFailure? failure = null;
        for (var i = 0; i < columns.Count && values.Count < JsonValues.ValueLimit; i++)
        {
            var name = names.IsEmpty ? string.Create(CultureInfo.InvariantCulture, $"column_{i + 1}") : i < names.Length ? names[i] : string.Empty;
            var text = columns[i].Trim();
            if (name.Length == 0 || text.Length == 0)
            {
                continue;
            }

            if (NumberText.ParseField(text, out var value, decimalComma) is { } wrong)
            {
                failure ??= wrong with { Message = $"{name}: {wrong.Message}" };
            }
            else
            {
                values.Add(new(name, value));
            }
        }

        return values.Count > 0 || failure is not null
            ? Observation.Partly(values.ToImmutable(), failure)
            : Observation.Failed(SensorFailureKind.Format, "no column has a value");
    }

    private List<string> Split(string line)
    {
        var columns = new List<string>();
        var column = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && isQuoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                column.Append(line[i++]);
            }
            else if (line[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (line[i] == delimiter[0] && !isQuoted)
            {
                columns.Add(column.ToString());
                column.Clear();
            }
            else
            {
                column.Append(line[i]);
            }
        }

        columns.Add(column.ToString());
        return columns;
    }
}
