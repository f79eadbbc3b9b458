namespace EdgeAgent.Commands.Top;

/// <summary>
/// A filled curve in braille: a character holds two values beside each other, and four steps of height. Pure.
/// </summary>
internal static class BraillePlot
{
    private const char Blank = '\u2800';

    /// <summary>The dots of a character from the bottom up: the left column, then the right.</summary>
    private static readonly int[][] Dots = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];

    /// <param name="values">Oldest first; null where nothing is known. Of several that share a column the largest is drawn; few are stretched.</param>
    /// <param name="ceiling">What fills the height; above zero.</param>
    /// <param name="width">Characters, at least 1.</param>
    /// <param name="height">Lines, at least 1.</param>
    /// <returns>The lines from the top down.</returns>
    public static string[] Draw(IReadOnlyList<double?> values, double ceiling, int width, int height)
    {
        var heights = Columns(values, width * 2).Select(value => Height(value, ceiling, height * 4)).ToArray();
        return [.. Enumerable.Range(0, height).Select(line => Line(heights, (height - 1 - line) * 4))];
    }

    /// <summary>One value a column.</summary>
    /// <param name="values">Oldest first.</param>
    /// <param name="count">How many columns.</param>
    public static double?[] Columns(IReadOnlyList<double?> values, int count)
    {
        var columns = new double?[count];
        for (var column = 0; column < count && values.Count > 0; column++)
        {
            var from = column * values.Count / count;
            var to = Math.Max(from + 1, (column + 1) * values.Count / count);
            columns[column] = values.Skip(from).Take(to - from).Max();
        }

        return columns;
    }

    /// <summary>In dots; whatever is above zero shows.</summary>
    private static int Height(double? value, double ceiling, int full) =>
        value is > 0 and var some ? Math.Clamp((int)Math.Round(some / ceiling * full), 1, full) : 0;

    private static string Line(int[] heights, int bottom) => string.Create(heights.Length / 2, (heights, bottom), static (characters, drawn) =>
    {
        for (var i = 0; i < characters.Length; i++)
        {
            var bits = 0;
            for (var side = 0; side < 2; side++)
            {
                for (var dot = 0; dot < 4 && drawn.heights[(i * 2) + side] > drawn.bottom + dot; dot++)
                {
                    bits |= Dots[side][dot];
                }
            }

            characters[i] = (char)(Blank + bits);
        }
    });
}
