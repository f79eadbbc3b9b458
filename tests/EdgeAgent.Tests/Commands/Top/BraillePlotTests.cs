using EdgeAgent.Commands.Top;

namespace EdgeAgent.Tests.Commands.Top;

public sealed class BraillePlotTests
{
    [Theory]
    [InlineData(new double[] { 0, 1, 2, 3, 4, 4 }, 4, "⢀⣴⣿")]
    [InlineData(new double[] { 0.001, 0 }, 1000, "⡀")]
    [InlineData(new double[] { 5, 5 }, 4, "⣿")]
    [InlineData(new double[] { 0, 0 }, 4, "⠀")]
    public void A_line_holds_four_steps_of_height(double[] values, double ceiling, string expected) =>
        Assert.Equal([expected], BraillePlot.Draw(Nullable(values), ceiling, expected.Length, 1));

    [Fact]
    public void Lines_are_filled_from_below() => Assert.Equal(["⢀", "⣿"], BraillePlot.Draw(Nullable([4, 5]), 8, 1, 2));

    [Fact]
    public void What_nobody_knows_is_blank() => Assert.Equal(["⢸"], BraillePlot.Draw([null, 4], 4, 1, 1));

    [Fact]
    public void Of_several_values_in_a_column_the_largest_is_kept() =>
        Assert.Equal([7.0, 9.0], BraillePlot.Columns(Nullable([1, 7, 2, 9, 3, 4]), 2));

    [Fact]
    public void Few_values_are_stretched() => Assert.Equal([1.0, 1.0, 2.0, 2.0], BraillePlot.Columns(Nullable([1, 2]), 4));

    [Fact]
    public void No_values_are_a_blank_plot() => Assert.Equal(["⠀⠀"], BraillePlot.Draw([], 1, 2, 1));

    private static double?[] Nullable(double[] values) => [.. values.Select(static value => (double?)value)];
}
