namespace EdgeAgent.Web.Pages;

/// <summary>One line of a plot.</summary>
/// <param name="Look">Its class in the style sheet.</param>
/// <param name="Values">From left to right; null leaves a gap.</param>
/// <param name="IsFilled">Whether the area below it is filled.</param>
internal sealed record Curve(string Look, double?[] Values, bool IsFilled = false)
{
    /// <summary>More columns than that cannot be told apart.</summary>
    public const int MostColumns = 240;

    /// <summary>Joins neighbours until few enough are left: by their largest, so that no peak is lost, or by their mean.</summary>
    public static double?[] Fold(IReadOnlyList<double?> values, bool byMean = false)
    {
        var width = Math.Max(1, (values.Count + MostColumns - 1) / MostColumns);
        var columns = new double?[(values.Count + width - 1) / width];
        for (var column = 0; column < columns.Length; column++)
        {
            var known = values.Skip(column * width).Take(width).OfType<double>().ToList();
            columns[column] = known.Count == 0 ? null : byMean ? known.Average() : known.Max();
        }

        return columns;
    }
}
