using System.Buffers;

namespace EdgeAgent.Configuration.Shapes;

/// <summary>How a range is put into words.</summary>
internal static class Bounds
{
    /// <summary>What the number before a unit is made of.</summary>
    public static SearchValues<char> Digits { get; } = SearchValues.Create("0123456789.");

    public static string Describe<T>(T? minimum, T? maximum, Func<T, string> write)
        where T : struct => (minimum, maximum) switch
        {
            ({ } least, { } most) => $" from {write(least)} to {write(most)}",
            ({ } least, null) => $" of at least {write(least)}",
            (null, { } most) => $" of at most {write(most)}",
            _ => "",
        };
}
