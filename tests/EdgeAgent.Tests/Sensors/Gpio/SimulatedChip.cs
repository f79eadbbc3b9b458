namespace EdgeAgent.Tests.Sensors.Gpio;

/// <summary>
/// A GPIO chip that the kernel simulates, with one line (Documentation/admin-guide/gpio/gpio-sim.rst). Needs root and the module
/// gpio-sim; gone when disposed.
/// </summary>
internal sealed class SimulatedChip : IDisposable
{
    public const string Label = "edgeagent-sim";
    public const string Line = "BUTTON";

    private const string Configuration = "/sys/kernel/config/gpio-sim";
    private readonly string _device = $"{Configuration}/edgeagent-{Environment.ProcessId}";
    private readonly string _pull;

    public SimulatedChip()
    {
        Directory.CreateDirectory($"{_device}/bank0/line2");
        File.WriteAllText($"{_device}/bank0/num_lines", "4");
        File.WriteAllText($"{_device}/bank0/label", Label);
        File.WriteAllText($"{_device}/bank0/line2/name", Line);
        File.WriteAllText($"{_device}/live", "1");
        var platform = File.ReadAllText($"{_device}/dev_name").Trim();
        var chip = File.ReadAllText($"{_device}/bank0/chip_name").Trim();
        _pull = $"/sys/devices/platform/{platform}/{chip}/sim_gpio2/pull";
    }

    /// <summary>Why there can be none here, or null.</summary>
    public static string? Obstacle => Directory.Exists(Configuration) ? null : "this kernel has no gpio-sim (modprobe gpio-sim, and configfs at /sys/kernel/config)";

    /// <summary>Whether something pulls the line up.</summary>
    public void Pull(bool isUp) => File.WriteAllText(_pull, isUp ? "pull-up" : "pull-down");

    public void Dispose()
    {
        File.WriteAllText($"{_device}/live", "0");
        Directory.Delete($"{_device}/bank0/line2");
        Directory.Delete($"{_device}/bank0");
        Directory.Delete(_device);
    }
}
