using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Sensors.Gpio;
using EdgeAgent.Sensors.Modbus;
using EdgeAgent.Sensors.Sampling;
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

    /// <summary>What the agent counts of itself (queue, deliveries), for the kind system; asked at each of its reads, from any thread.</summary>
    public Func<ImmutableArray<NamedValue>> AgentValues { get; init; } = static () => [];

    /// <summary>Completes with true when everything that the sink has accepted so far is durable, with false while it cannot be.</summary>
    public Func<Task<bool>> WhenDurable { get; init; } = static () => Task.FromResult(true);

    /// <summary>Where the agent delivers to now, so that a sensor does not feed that back; asked from any thread.</summary>
    public Func<ImmutableArray<BrokerAddress>> Uplink { get; init; } = static () => [];

    /// <summary>Where a sensor keeps what must survive a restart (the total of a pulse counter).</summary>
    public string StateDirectory { get; init; } = "/var/lib/edgeagent";

    /// <summary>The GPIO lines.</summary>
    public IGpioLines Gpio { get; init; } = new KernelGpio("/dev");

    /// <summary>The Modbus buses, which sensors share.</summary>
    public ModbusBuses Buses { get; init; } = new();

    /// <summary>Where a sensor waits for a driver that blocks.</summary>
    public BlockingWorkers Workers { get; init; } = new();
}
