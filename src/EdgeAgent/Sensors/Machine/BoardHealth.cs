using System.Globalization;
using EdgeAgent.Readings;
using EdgeAgent.Sensors.Kernel;

namespace EdgeAgent.Sensors.Machine;

/// <summary>
/// What the board says of itself: CPU temperature, under-voltage and throttling of a Raspberry Pi, wear of an eMMC. What it does
/// not have is left out.
/// </summary>
internal static class BoardHealth
{
    /// <summary>Kernel thermal zones that are the processor's, the surest first; acpitz is a whole PC's.</summary>
    private static readonly string[] ProcessorZones = ["cpu-thermal", "cpu_thermal", "soc-thermal", "soc_thermal", "x86_pkg_temp", "cpu", "acpitz"];

    private static readonly string[] ProcessorChips = ["cpu_thermal", "coretemp", "k10temp", "zenpower"];

    public static IEnumerable<NamedValue> ProcessorTemperature(string sys)
    {
        if ((ZoneTemperature(sys) ?? ChipTemperature(sys)) is { } millidegrees)
        {
            yield return new("cpu_temperature", Value.Of(millidegrees / 1000.0), "°C");
        }
    }

    /// <summary>
    /// Under-voltage by the rpi_volt chip, and the firmware's bits: hexadecimal without 0x, the low four for now and the same
    /// from 16 on for "since boot" (under-voltage, frequency capped, throttled, soft temperature limit).
    /// </summary>
    public static IEnumerable<NamedValue> Power(string sys)
    {
        var alarm = KernelFile.Entries(Path.Combine(sys, "class", "hwmon"), "hwmon*")
            .Where(static chip => KernelFile.TryRead(Path.Combine(chip, "name")) == "rpi_volt")
            .Select(static chip => KernelFile.TryRead(Path.Combine(chip, "in0_lcrit_alarm")))
            .FirstOrDefault();
        var text = KernelFile.TryRead(Path.Combine(sys, "devices", "platform", "soc", "soc:firmware", "get_throttled"));
        var hasBits = uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits);
        if (alarm is "0" or "1")
        {
            yield return new("under_voltage", Value.Of(alarm == "1"));
        }
        else if (hasBits)
        {
            yield return new("under_voltage", Value.Of((bits & 1) != 0));
        }

        if (hasBits)
        {
            yield return new("frequency_capped", Value.Of((bits & 0x2) != 0));
            yield return new("throttled", Value.Of((bits & 0x4) != 0));
            yield return new("temperature_limited", Value.Of((bits & 0x8) != 0));
            yield return new("under_voltage_since_boot", Value.Of((bits & 0x10000) != 0));
            yield return new("throttled_since_boot", Value.Of((bits & 0x40000) != 0));
        }
    }

    /// <summary>
    /// How much of its life an eMMC has used (JEDEC eMMC 5.1, EXT_CSD 267 to 269): life_time counts tenths, 0x01 for up to 10 %,
    /// 0x0b for more than all. SD cards do not tell.
    /// </summary>
    public static IEnumerable<NamedValue> Storage(string sys)
    {
        foreach (var block in KernelFile.Entries(Path.Combine(sys, "class", "block"), "mmcblk?"))
        {
            var device = Path.Combine(block, "device");
            var tenths = (KernelFile.TryRead(Path.Combine(device, "life_time")) ?? string.Empty).Split(' ').Max(Hexadecimal);
            if (tenths > 0)
            {
                yield return new("emmc_life_used", Value.Of(tenths * 10L), "%");
                if (Hexadecimal(KernelFile.TryRead(Path.Combine(device, "pre_eol_info"))) is var reserve and > 0)
                {
                    yield return new("emmc_reserve", Value.Of(reserve switch { 1 => "normal", 2 => "warning", 3 => "urgent", _ => "unknown" }));
                }

                yield break;
            }
        }
    }

    private static double? ZoneTemperature(string sys)
    {
        var zones = KernelFile.Entries(Path.Combine(sys, "class", "thermal"), "thermal_zone*")
            .Select(static zone => (Path: zone, Type: KernelFile.TryRead(Path.Combine(zone, "type")) ?? string.Empty))
            .ToArray();
        return ProcessorZones
            .SelectMany(wanted => zones.Where(zone => zone.Type == wanted))
            .Concat(zones.Where(static zone => zone.Type.Contains("cpu", StringComparison.OrdinalIgnoreCase)))
            .Select(static zone => Number(Path.Combine(zone.Path, "temp")))
            .FirstOrDefault(static number => number is not null);
    }

    private static double? ChipTemperature(string sys) =>
        KernelFile.Entries(Path.Combine(sys, "class", "hwmon"), "hwmon*")
            .Where(static chip => ProcessorChips.Contains(KernelFile.TryRead(Path.Combine(chip, "name"))))
            .Select(static chip => Number(Path.Combine(chip, "temp1_input")))
            .FirstOrDefault(static number => number is not null);

    private static double? Number(string path) =>
        double.TryParse(KernelFile.TryRead(path), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>0x0b as 11; 0 where it is no such number.</summary>
    private static int Hexadecimal(string? text) =>
        text is not null && text.StartsWith("0x", StringComparison.Ordinal)
        && int.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
