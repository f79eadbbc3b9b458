using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EdgeAgent.Configuration.Yaml;

/// <summary>
/// Turns the text of a file into nodes. Strict: one document of keys and values; no anchors, no aliases, no tags but
/// <c>!secret</c>, no key twice, no more than <see cref="DeepestLevel"/> levels.
/// </summary>
internal sealed class YamlReader
{
    public const int DeepestLevel = 16;

    private const string TooDeep = "too deep";

    private const string TagRefused = "a tag ('!') is not allowed, but for !secret NAME";

    private const string QuoteIt = "if it is part of the text, put the value in quotes";

    private readonly SourceFile _source;
    private readonly ReadScope _scope;
    private readonly Parser _parser;

    private YamlReader(SourceFile source, ReadScope scope)
    {
        _source = source;
        _scope = scope;
        _parser = new Parser(new StringReader(source.Text));
    }

    /// <summary>Reads a file; every problem goes to the scope.</summary>
    /// <returns>The keys at the top: none for an empty file; null where the text is not YAML, or not keys and values.</returns>
    public static MapNode? Read(SourceFile source, ReadScope scope)
    {
        if (TextCheck.FindProblem(source) is { } unfit)
        {
            scope.Error(unfit.Span, unfit.Message, unfit.Hint);
            return null;
        }

        var reader = new YamlReader(source, scope);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException e) when (e.Message == TooDeep)
        {
            scope.Error(new SourceSpan(source, (int)e.Start.Index, 1), $"nested deeper than {DeepestLevel} levels", "a configuration needs four");
        }
        catch (YamlException e)
        {
            var (span, message, hint) = SyntaxDiagnosis.Of(source, e.Message, (int)e.Start.Index);
            scope.Error(span, message, hint);
        }
        catch (ArgumentException)
        {
            // The parser ends so at a tag that is no tag of YAML either.
            var tag = source.Text.IndexOf('!', Math.Min((int)(reader._parser.Current?.End.Index ?? 0), source.Text.Length));
            scope.Error(new SourceSpan(source, Math.Max(tag, 0), 1), TagRefused, QuoteIt);
        }
        catch (InvalidOperationException e)
        {
            // The parser ends so where a bracket is still open at the end of a block.
            var (span, message, hint) = SyntaxDiagnosis.Of(source, e.Message, source.Text.Length);
            scope.Error(span, message, hint);
        }

        return null;
    }

    private MapNode? ReadDocument()
    {
        var empty = new MapNode(new SourceSpan(_source, 0, 0), []);
        Next<StreamStart>();
        if (_parser.Current is StreamEnd)
        {
            return empty;
        }

        Next<DocumentStart>();
        var root = ReadNode(0);
        Next<DocumentEnd>();
        if (_parser.Current is not StreamEnd)
        {
            _scope.Error(SpanOf(_parser.Current!), "a second document begins here", "remove the line \"---\"; further files go into conf.d");
            return null;
        }

        switch (root)
        {
            case MapNode map:
                return map;
            case ScalarNode { IsAbsent: true }:
                return empty;
            case ScalarNode scalar when !_source.IsSecret && scalar.Text.Contains(':', StringComparison.Ordinal):
                _scope.Error(scalar.Span, "expected lines of the form \"key: value\", got text", "put a space after each ':'");
                return null;
            default:
                _scope.Error(root.Span, $"expected lines of the form \"key: value\", got {root.Kind}");
                return null;
        }
    }

    private Node ReadNode(int depth)
    {
        var current = (ParsingEvent)_parser.Current!;
        var span = SpanOf(current);
        if (depth > DeepestLevel)
        {
            throw new YamlException(current.Start, current.End, TooDeep);
        }

        if (current is NodeEvent { Anchor.IsEmpty: false })
        {
            _scope.Error(span, "an anchor ('&') is not allowed", QuoteIt);
        }

        switch (current)
        {
            case AnchorAlias:
                _scope.Error(span, "an alias ('*') is not allowed", QuoteIt);
                _parser.MoveNext();
                return new ScalarNode(span, "") { IsBroken = true };
            case Scalar scalar:
                return ReadScalar(scalar, span);
            case SequenceStart sequence:
                RefuseTag(sequence.Tag, span);
                return ReadList(span, depth);
            case MappingStart mapping:
                RefuseTag(mapping.Tag, span);
                return ReadMap(span, depth);
            default:
                throw new InvalidOperationException(current.GetType().Name);
        }
    }

    private ScalarNode ReadScalar(Scalar scalar, SourceSpan span)
    {
        _parser.MoveNext();
        var isSecretName = !scalar.Tag.IsEmpty && !scalar.Tag.IsNonSpecific && scalar.Tag.Value == "!secret";
        if (!isSecretName)
        {
            RefuseTag(scalar.Tag, span);
        }

        return new ScalarNode(span, scalar.Value) { IsPlain = scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty, IsSecretName = isSecretName };
    }

    private ListNode ReadList(SourceSpan start, int depth)
    {
        _parser.MoveNext();
        var items = ImmutableArray.CreateBuilder<Node>();
        while (_parser.Current is not SequenceEnd)
        {
            items.Add(ReadNode(depth + 1));
        }

        _parser.MoveNext();
        return new ListNode(start, items.ToImmutable());
    }

    private MapNode ReadMap(SourceSpan start, int depth)
    {
        _parser.MoveNext();
        var entries = ImmutableArray.CreateBuilder<MapEntry>();
        var seen = new Dictionary<string, SourceSpan>(StringComparer.Ordinal);
        while (_parser.Current is not MappingEnd)
        {
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is not ScalarNode name)
            {
                _scope.Error(key.Span, $"a key must be a word, not {key.Kind}", QuoteIt);
            }
            else if (name.IsSecretName)
            {
                _scope.Error(name.Span, "a key cannot be a secret");
            }
            else if (!name.IsBroken && seen.TryAdd(name.Text, name.Span))
            {
                entries.Add(new MapEntry(name, value));
            }
            else if (!name.IsBroken)
            {
                _scope.Error(name.Span, $"the key '{SecretNames.MaskKey(name.Text)}' is here twice", $"it is already on line {seen[name.Text].Line}: keep one of them");
            }
        }

        _parser.MoveNext();
        return new MapNode(entries is [var first, ..] ? first.Key.Span : start, entries.ToImmutable());
    }

    private void RefuseTag(TagName tag, SourceSpan span)
    {
        if (!tag.IsEmpty)
        {
            _scope.Error(span, TagRefused, QuoteIt);
        }
    }

    private void Next<T>()
        where T : ParsingEvent
    {
        if (_parser.Current is null)
        {
            _parser.MoveNext();
        }

        if (_parser.Current is not T)
        {
            throw new InvalidOperationException(_parser.Current?.GetType().Name);
        }

        _parser.MoveNext();
    }

    private SourceSpan SpanOf(ParsingEvent current)
    {
        var start = (int)current.Start.Index;
        return new SourceSpan(_source, start, Math.Max(0, (int)current.End.Index - start));
    }
}
