using EdgeAgent.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Sensors;

/// <summary>What every sensor may use of the world outside; tests give it recorded trees and a clock of their own.</summary>
internal sealed record SensorEnvironment
{
    /// <summary>Where /sys is.</summary>
    public string SysRoot { get; init; } = "/sys";

    /// <summary>Where /proc is.</summary>
    public string ProcRoot { get; init; } = "/proc";

    /// <summary>Where /dev is.</summary>
    public string DevRoot { get; init; } = "/dev";

    public required TimeProvider Time { get; init; }

    public required BootClock Clock { get; init; }

    public required ILogger Log { get; init; }
}
