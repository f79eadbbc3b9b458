using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration;

/// <summary>Problems as a person reads them: the place, what is wrong, the lines around, a caret, what to do.</summary>
internal static class ProblemText
{
    private const int LinesBefore = 2;

    private const int WidestExcerpt = 110;

    private const int LongestText = 1200;

    /// <summary>All problems, in their order, and how many there are.</summary>
    public static string Render(ImmutableArray<Problem> problems)
    {
        var text = new StringBuilder();
        foreach (var problem in problems)
        {
            Append(text, problem);
        }

        return text.Append(Count(problems)).Append('\n').ToString();
    }

    /// <summary><c>2 errors, 1 warning</c>.</summary>
    public static string Count(ImmutableArray<Problem> problems)
    {
        var errors = problems.Count(problem => problem.Severity == Severity.Error);
        var warnings = problems.Length - errors;
        return string.Create(CultureInfo.InvariantCulture, $"{errors} error{(errors == 1 ? "" : "s")}, {warnings} warning{(warnings == 1 ? "" : "s")}");
    }

    /// <summary>One line without an excerpt, for logs.</summary>
    public static string Line(Problem problem) =>
        $"{Clean(problem.Span?.ToString() ?? problem.File)}: {Word(problem.Severity)}: {Clean(problem.Message)}{(problem.Hint is null ? "" : $" ({Clean(problem.Hint)})")}";

    public static string Word(Severity severity) => severity == Severity.Error ? "error" : "warning";

    private static void Append(StringBuilder text, Problem problem)
    {
        text.Append(Clean(problem.Span?.ToString() ?? problem.File)).Append(": ").Append(Word(problem.Severity)).Append(": ").Append(Clean(problem.Message)).Append('\n');
        if (problem.Span is { Source.IsSecret: false } span)
        {
            AppendExcerpt(text, span);
        }

        if (problem.Hint is not null)
        {
            text.Append("   hint: ").Append(Clean(problem.Hint)).Append('\n');
        }
    }

    private static void AppendExcerpt(StringBuilder text, SourceSpan span)
    {
        var (line, column) = span.Source.Locate(span.Offset);
        for (var number = Math.Max(1, line - LinesBefore); number <= line; number++)
        {
            var shown = span.Source.Secrets.Mask(number);
            if (number < line)
            {
                text.Append(CultureInfo.InvariantCulture, $"{number,5} | {Clean(Cut(shown, 0))}").Append('\n');
                continue;
            }

            // A long line is shown around the place. Where something is hidden, the caret tells nothing of its length.
            var isMasked = shown.Length != span.Source.Line(number).Length;
            column = isMasked ? Math.Min(column, shown.Length) : column;
            var from = column <= WidestExcerpt - 20 ? 0 : column - (WidestExcerpt / 2);
            var before = shown.AsSpan(Math.Min(from, shown.Length), Math.Clamp(column - 1 - from, 0, Math.Max(0, shown.Length - from)));
            var length = Math.Clamp(isMasked ? 1 : span.Length, 1, Math.Max(1, Math.Min(shown.Length, from + WidestExcerpt) - (column - 1)));
            text.Append(CultureInfo.InvariantCulture, $"{number,5} | {Clean(Cut(shown, from))}").Append('\n');
            text.Append("      | ").Append(' ', Columns(before) + (from > 0 ? 1 : 0)).Append('^', length).Append('\n');
        }
    }

    private static string Cut(string line, int from)
    {
        if (line.Length - from <= WidestExcerpt && from == 0)
        {
            return line;
        }

        var end = Math.Min(line.Length, from + WidestExcerpt);
        return $"{(from > 0 ? "…" : "")}{line.AsSpan(Math.Min(from, end), Math.Max(0, end - from))}{(end < line.Length ? "…" : "")}";
    }

    /// <summary>How many letters a terminal shows for it.</summary>
    private static int Columns(ReadOnlySpan<char> text)
    {
        var columns = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            columns += Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark ? 0 : 1;
        }

        return columns;
    }

    /// <summary>Without anything that would steer the terminal, and not endless.</summary>
    private static string Clean(string text)
    {
        text = text.Length > LongestText ? $"{text[..LongestText]}…" : text;
        if (!text.Any(NeedsReplacement))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            clean.Append(letter switch
            {
                '\t' => '→',
                _ when NeedsReplacement(letter) => '\uFFFD',
                _ => letter,
            });
        }

        return clean.ToString();
    }

    private static bool NeedsReplacement(char letter) =>
        char.IsControl(letter) || letter is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u2028' or '\u2029' or '\uFEFF';
}
