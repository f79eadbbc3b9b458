using System.Collections.Immutable;

namespace EdgeAgent.Configuration.Yaml;

/// <summary>A piece of the file, as it stands there: no type is guessed. Immutable.</summary>
/// <param name="span">Where it stands.</param>
internal abstract class Node(SourceSpan span)
{
    public SourceSpan Span { get; } = span;

    /// <summary>What it is, for messages: "a list".</summary>
    public abstract string Kind { get; }
}

/// <summary>One value: text, until a key gives it a type.</summary>
internal sealed class ScalarNode(SourceSpan span, string text) : Node(span)
{
    /// <summary>The text after unquoting, variables and secrets.</summary>
    public string Text { get; } = text;

    /// <summary>Written without quotes, so that nothing means "not set".</summary>
    public bool IsPlain { get; init; }

    /// <summary>The name after <c>!secret</c>, still to be looked up.</summary>
    public bool IsSecretName { get; init; }

    /// <summary>The text came from a secret: never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>What the file says in place of the text: <c>${NAME}</c> or <c>!secret NAME</c>; null where the text itself stands there.</summary>
    public string? WrittenAs { get; init; }

    /// <summary>A variable or a secret could not be had; that is reported already.</summary>
    public bool IsBroken { get; init; }

    /// <summary>The key stands there with nothing behind it.</summary>
    public bool IsAbsent => IsPlain && Text.Length == 0;

    public override string Kind => "a single value";
}

/// <summary>A list.</summary>
internal sealed class ListNode(SourceSpan span, ImmutableArray<Node> items) : Node(span)
{
    public ImmutableArray<Node> Items { get; } = items;

    public override string Kind => "a list";
}

/// <summary>Keys with values; no key twice.</summary>
internal sealed class MapNode(SourceSpan span, ImmutableArray<MapEntry> entries) : Node(span)
{
    public ImmutableArray<MapEntry> Entries { get; } = entries;

    public override string Kind => "a group of keys";
}

/// <summary>One key of a <see cref="MapNode"/> with its value.</summary>
internal sealed record MapEntry(ScalarNode Key, Node Value);
