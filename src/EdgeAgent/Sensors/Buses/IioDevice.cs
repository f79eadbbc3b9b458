using System.Collections.Immutable;
using System.Globalization;
using EdgeAgent.Sensors.Kernel;

namespace EdgeAgent.Sensors.Buses;

/// <summary>One device of the kernel's industrial I/O (Documentation/ABI/testing/sysfs-bus-iio), found by name.</summary>
/// <param name="Name">What its driver calls it; some add the address (dht11@11).</param>
/// <param name="Label">What the device tree calls it; null where it does not.</param>
/// <param name="Device">The device behind it, such as 1-0076.</param>
/// <param name="Folder">Where its attributes are.</param>
internal sealed record IioDevice(string Name, string? Label, string Device, string Folder)
{
    /// <summary>The name without an address: what its driver is.</summary>
    public string Driver => Name.Split('@')[0];

    /// <summary>The chip, where one driver gives several of them one name; otherwise the driver.</summary>
    public string Chip { get; private init; } = Name.Split('@')[0];

    public static ImmutableArray<IioDevice> Find(SensorEnvironment environment)
    {
        var devices = ImmutableArray.CreateBuilder<IioDevice>();
        foreach (var folder in KernelFile.Entries(Path.Combine(environment.SysRoot, "bus", "iio", "devices"), "iio:device*"))
        {
            if (KernelFile.TryRead(Path.Combine(folder, "name")) is { } name)
            {
                var device = new IioDevice(name, KernelFile.TryRead(Path.Combine(folder, "label")), Parent(folder), folder);
                devices.Add(device with { Chip = IioQuirks.Chip(device.Driver, device.Scales) });
            }
        }

        return devices.ToImmutable();
    }

    /// <summary>The channels that can be read, in order: temp, voltage0, voltage0-voltage1, accel_x ...</summary>
    public ImmutableArray<string> Channels() =>
    [
        .. KernelFile.Entries(Folder, "in_*").Select(static path => Path.GetFileName(path))
            .Where(static name => name.EndsWith("_input", StringComparison.Ordinal) || name.EndsWith("_raw", StringComparison.Ordinal))
            .Select(static name => name[3..name.LastIndexOf('_')])
            .Distinct().OrderBy(static channel => channel, StringComparer.Ordinal),
    ];

    /// <summary>The scales on offer, or those that are set where the driver does not tell; what is no number is left out.</summary>
    private IEnumerable<double> Scales() =>
        (KernelFile.TryRead(Path.Combine(Folder, "scale_available"))?.Split(' ') ?? KernelFile.Entries(Folder, "in_voltage*_scale").Select(static path => KernelFile.TryRead(path)))
        .Select(static text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var scale) ? scale : 0);

    /// <summary>The bus address in the path of the device: /sys/devices/.../1-0076/iio:device0.</summary>
    private static string Parent(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).LinkTarget is { } target ? Path.GetFileName(Path.GetDirectoryName(target)) ?? string.Empty : string.Empty;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
