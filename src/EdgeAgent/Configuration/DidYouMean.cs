namespace EdgeAgent.Configuration;

/// <summary>Finds what a mistyped word was meant to be.</summary>
internal static class DidYouMean
{
    /// <summary>The nearest candidate; otherwise the only one that begins with the word.</summary>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        var all = candidates.ToArray();
        if (Nearest(word, all) is { } near)
        {
            return near;
        }

        var beginning = Normalise(word);
        string[] longer = beginning.Length > 1 ? [.. all.Where(candidate => Normalise(candidate).StartsWith(beginning, StringComparison.Ordinal))] : [];
        return longer is [var only] ? only : null;
    }

    /// <summary>The nearest candidate, if one is near enough: a slip or two, another case, a hyphen for an underscore.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        var normal = Normalise(word);
        if (normal.Length is 0 or > 64)
        {
            return null;
        }

        string? best = null;
        var least = int.MaxValue;
        foreach (var candidate in candidates)
        {
            var other = Normalise(candidate);
            var distance = Distance(normal, other);
            var allowed = Math.Max(1, Math.Min(normal.Length, other.Length) / 3);
            if (distance <= allowed && distance < least && distance < other.Length)
            {
                (best, least) = (candidate, distance);
            }
        }

        return best;
    }

    private static string Normalise(string word) => word.ToLowerInvariant().Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);

    /// <summary>Damerau-Levenshtein, with neighbours swapped counted as one slip (optimal string alignment).</summary>
    private static int Distance(string one, string other)
    {
        var beforeLast = new int[other.Length + 1];
        var last = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var row = new int[other.Length + 1];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var change = one[i - 1] == other[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(last[j] + 1, row[j - 1] + 1), last[j - 1] + change);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
                }
            }

            (beforeLast, last) = (last, row);
        }

        return last[other.Length];
    }
}
