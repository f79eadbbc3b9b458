using System.Collections.Immutable;

namespace EdgeAgent.Readings;

/// <summary>What is done with one value of a sensor, in the order of the members. Immutable.</summary>
internal sealed record ProcessingRule
{
    public static ProcessingRule None { get; } = new();

    public double Scale { get; init; } = 1;

    /// <summary>Added after the scale.</summary>
    public double Offset { get; init; }

    /// <summary>Corners of a piecewise linear map, ascending; empty or at least two. The first and last stretch go on beyond the ends.</summary>
    public ImmutableArray<MapPoint> Map { get; init; } = [];

    /// <summary>Below it a value is implausible.</summary>
    public double? Minimum { get; init; }

    /// <summary>Above it a value is implausible.</summary>
    public double? Maximum { get; init; }

    /// <summary>A value further from the last one is implausible, unless it stays there.</summary>
    public double? MaximumStep { get; init; }

    /// <summary>Replaces the unit that the sensor gives.</summary>
    public string? Unit { get; init; }

    /// <summary>Decimals that are kept, 0 to 12; null: all.</summary>
    public int? Digits { get; init; }

    /// <summary>What counts as a change; null: any.</summary>
    public Deadband? Deadband { get; init; }
}

/// <summary>One corner of a map: what comes in, and what goes out for it.</summary>
internal readonly record struct MapPoint(double From, double To);

/// <summary>How far a value must move from the last one published to be published.</summary>
/// <param name="Amount">Zero or more.</param>
/// <param name="IsPercent">Of the last published value's size.</param>
internal readonly record struct Deadband(double Amount, bool IsPercent)
{
    /// <summary>Absorbs the noise of binary fractions: 20.1 - 20.0 is a change of 0.1.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>True where <paramref name="now"/> is at least a deadband away from <paramref name="published"/>, and not equal to it.</summary>
    public bool IsLeft(double published, double now)
    {
        var amount = IsPercent ? Math.Abs(published) * Amount / 100 : Amount;
        return now != published && Math.Abs(now - published) >= amount * (1 - Tolerance);
    }
}
