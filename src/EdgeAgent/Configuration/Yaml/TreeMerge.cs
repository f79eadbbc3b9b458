using System.Collections.Immutable;

namespace EdgeAgent.Configuration.Yaml;

/// <summary>
/// Puts the trees of several files together: groups of keys are joined, one list is appended to, and everything else may be
/// set in one file only, so that no file silently loses to another.
/// </summary>
internal static class TreeMerge
{
    /// <param name="first">What the files before say.</param>
    /// <param name="second">What the next file adds.</param>
    /// <param name="appended">The key at the top whose lists are joined.</param>
    /// <param name="scope">Gets the keys that are set twice.</param>
    public static MapNode Merge(MapNode first, MapNode second, string appended, ReadScope scope)
    {
        var entries = first.Entries.ToBuilder();
        foreach (var entry in second.Entries)
        {
            var index = entries.FindIndex(known => known.Key.Text == entry.Key.Text);
            if (index < 0)
            {
                entries.Add(entry);
            }
            else
            {
                entries[index] = entries[index] with { Value = Merge(entries[index], entry, appended, scope) };
            }
        }

        return new MapNode(first.Span, entries.ToImmutable());
    }

    private static Node Merge(MapEntry known, MapEntry added, string appended, ReadScope scope)
    {
        switch (known.Value, added.Value)
        {
            case (_, ScalarNode { IsAbsent: true }):
                return known.Value;
            case (ScalarNode { IsAbsent: true }, _):
                return added.Value;
            case (MapNode one, MapNode other):
                return Merge(one, other, appended: "", scope);
            case (ListNode one, ListNode other) when known.Key.Text == appended:
                return new ListNode(one.Span, one.Items.AddRange(other.Items));
            default:
                scope.Error(added.Key.Span, $"'{SecretNames.MaskKey(added.Key.Text)}' is set in two files", $"it is already set at {known.Key.Span}: keep one of them");
                return known.Value;
        }
    }

    private static int FindIndex(this ImmutableArray<MapEntry>.Builder entries, Predicate<MapEntry> isIt)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (isIt(entries[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
