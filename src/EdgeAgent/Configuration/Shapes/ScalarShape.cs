using System.Diagnostics.CodeAnalysis;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>A shape that is one text in the file.</summary>
internal abstract class ScalarShape<T> : Shape<T>
{
    private const int LongestQuote = 60;

    public sealed override bool TryRead(Node node, ReadScope scope, out T value)
    {
        value = default!;
        if (node is not ScalarNode scalar)
        {
            scope.Error(node.Span, $"{scope.Path}: expected {Expected}, got {node.Kind}");
            return false;
        }

        if (scalar.IsBroken)
        {
            return false;
        }

        if (TryParse(scalar.Text, out var parsed, out var hint))
        {
            value = parsed;
            return true;
        }

        scope.Error(scalar.Span, $"{scope.Path}: expected {Expected}, got {Quote(scalar)}", hint);
        return false;
    }

    /// <summary>Reads the text as written; invariant culture.</summary>
    /// <param name="text">Without quotes; may be empty.</param>
    /// <param name="value">The value, if it is one.</param>
    /// <param name="hint">What to write instead, where that can be told.</param>
    public abstract bool TryParse(string text, [MaybeNullWhen(false)] out T value, out string? hint);

    private string Quote(ScalarNode scalar) => scalar switch
    {
        { IsSecret: true } => "a secret that is not",
        { IsAbsent: true } => "nothing",
        _ when HidesText(scalar.Text) => "\"***\"",
        { Text.Length: > LongestQuote } => $"\"{scalar.Text[..LongestQuote]}…\"",
        _ => $"\"{scalar.Text}\"",
    };

    /// <summary>Whether no message may show what was written.</summary>
    protected virtual bool HidesText(string text) => false;
}
