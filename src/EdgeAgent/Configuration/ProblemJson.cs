using System.Collections.Immutable;
using System.Text.Json;

namespace EdgeAgent.Configuration;

/// <summary>Problems as an editor or a script reads them.</summary>
internal static class ProblemJson
{
    /// <summary>Writes the properties <c>errors</c>, <c>warnings</c> and <c>problems</c> into the object that is open.</summary>
    public static void Write(Utf8JsonWriter json, ImmutableArray<Problem> problems)
    {
        var errors = problems.Count(problem => problem.Severity == Severity.Error);
        json.WriteNumber("errors", errors);
        json.WriteNumber("warnings", problems.Length - errors);
        json.WriteStartArray("problems");
        foreach (var problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("severity", ProblemText.Word(problem.Severity));
            json.WriteString("file", problem.File);
            if (problem.Span is { } span)
            {
                var (line, column) = span.Source.Locate(span.Offset);
                var (endLine, endColumn) = span.Source.Locate(span.Offset + span.Length);
                json.WriteNumber("line", line);
                json.WriteNumber("column", column);
                json.WriteNumber("endLine", endLine);
                json.WriteNumber("endColumn", endColumn);
            }

            json.WriteString("message", problem.Message);
            json.WriteString("hint", problem.Hint);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
