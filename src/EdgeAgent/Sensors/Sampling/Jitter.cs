using System.Security.Cryptography;

namespace EdgeAgent.Sensors.Sampling;

/// <summary>Spreads retries, so that sensors that failed together do not come back together.</summary>
internal static class Jitter
{
    private const int Steps = 1 << 20;

    /// <summary>A random number from 0 up to, but not, 1.</summary>
    public static double Next() => RandomNumberGenerator.GetInt32(Steps) / (double)Steps;
}
