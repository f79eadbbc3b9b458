using System.Numerics;

namespace EdgeAgent.Delivery;

/// <summary>
/// How long the broker takes to acknowledge, as a histogram since the start: eight steps an octave, from a microsecond to two minutes, so
/// that a time read from it is at most a sixteenth off. Recording is one increment. Thread-safe.
/// </summary>
internal sealed class AcknowledgementTimes
{
    /// <summary>How many steps there are.</summary>
    public const int Steps = StepsPerOctave + ((Octaves - OctavesInFirstSteps) * StepsPerOctave);

    private const int StepsPerOctave = 8;
    private const int OctavesInFirstSteps = 3;
    private const int Octaves = 27;

    private readonly long[] _counts = new long[Steps];
    private long _microseconds;

    /// <summary>All times together.</summary>
    public TimeSpan Sum => TimeSpan.FromMicroseconds(Interlocked.Read(ref _microseconds));

    public void Record(TimeSpan time)
    {
        var microseconds = Math.Clamp((long)time.TotalMicroseconds, 0, (1L << Octaves) - 1);
        _ = Interlocked.Increment(ref _counts[StepOf(microseconds)]);
        _ = Interlocked.Add(ref _microseconds, microseconds);
    }

    /// <summary>Copies how many times fell into each step since the start.</summary>
    /// <param name="counts"><see cref="Steps"/> long.</param>
    public void CopyTo(Span<long> counts)
    {
        for (var step = 0; step < Steps; step++)
        {
            counts[step] = Interlocked.Read(ref _counts[step]);
        }
    }

    /// <summary>How many of these times were under 2^<paramref name="exponent"/> microseconds: exact, because steps end there.</summary>
    /// <param name="counts">As from <see cref="CopyTo"/>.</param>
    /// <param name="exponent">3 to 27.</param>
    public static long CountBelow(ReadOnlySpan<long> counts, int exponent)
    {
        var count = 0L;
        foreach (var one in counts[..((exponent - OctavesInFirstSteps + 1) * StepsPerOctave)])
        {
            count += one;
        }

        return count;
    }

    /// <summary>The time that this share of what was recorded between two copies did not exceed; null where nothing was.</summary>
    /// <param name="before">The earlier copy.</param>
    /// <param name="after">The later copy.</param>
    /// <param name="share">0 to 1; 0.5 is the median.</param>
    public static TimeSpan? Percentile(ReadOnlySpan<long> before, ReadOnlySpan<long> after, double share)
    {
        var total = 0L;
        for (var step = 0; step < Steps; step++)
        {
            total += after[step] - before[step];
        }

        var left = Math.Max(1, (long)Math.Ceiling(total * share));
        for (var step = 0; total > 0; step++)
        {
            left -= after[step] - before[step];
            if (left <= 0)
            {
                return TimeSpan.FromMicroseconds(MiddleOf(step));
            }
        }

        return null;
    }

    private static int StepOf(long microseconds)
    {
        if (microseconds < StepsPerOctave)
        {
            return (int)microseconds;
        }

        var octave = BitOperations.Log2((ulong)microseconds) - OctavesInFirstSteps;
        return StepsPerOctave + (octave * StepsPerOctave) + (int)((microseconds >> octave) & (StepsPerOctave - 1));
    }

    private static double MiddleOf(int step)
    {
        if (step < StepsPerOctave)
        {
            return step;
        }

        var octave = (step / StepsPerOctave) - 1;
        return (StepsPerOctave + (step % StepsPerOctave) + 0.5) * (1L << octave);
    }
}
