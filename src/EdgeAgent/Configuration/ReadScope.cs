using System.Globalization;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration;

/// <summary>Where the reading of a configuration is, and the problems found so far. One thread.</summary>
/// <param name="Problems">Gets every problem found, up to <see cref="Enough"/>.</param>
/// <param name="Path">The way from the top, such as <c>sensors[0].interval</c>; empty at the top.</param>
internal sealed record ReadScope(List<Problem> Problems, string Path = "")
{
    /// <summary>How many problems are gathered. A file that has more is not a configuration, and finding them all could take minutes.</summary>
    public const int Enough = 500;

    /// <summary>No further problem is taken.</summary>
    public bool IsFull => Problems.Count >= Enough;

    public ReadScope Below(string key) => this with { Path = Path.Length == 0 ? key : $"{Path}.{key}" };

    public ReadScope Item(int index) => this with { Path = string.Create(CultureInfo.InvariantCulture, $"{Path}[{index}]") };

    public void Error(SourceSpan span, string message, string? hint = null) => Add(Severity.Error, span, message, hint);

    public void Warn(SourceSpan span, string message, string? hint = null) => Add(Severity.Warning, span, message, hint);

    private void Add(Severity severity, SourceSpan span, string message, string? hint)
    {
        if (!IsFull)
        {
            Problems.Add(new Problem(severity, message) { File = span.Source.Path, Span = span, Hint = hint });
        }
    }
}
