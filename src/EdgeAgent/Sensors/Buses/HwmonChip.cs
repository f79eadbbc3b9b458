using System.Collections.Immutable;
using System.Globalization;
using EdgeAgent.Readings;
using EdgeAgent.Sensors.Kernel;

namespace EdgeAgent.Sensors.Buses;

/// <summary>One chip of the kernel's hardware monitoring (Documentation/hwmon/sysfs-interface.rst), found by name.</summary>
/// <param name="Name">What its driver calls it.</param>
/// <param name="Device">The device behind it, such as 1-0044 for address 0x44 on I2C bus 1; empty for a virtual one.</param>
/// <param name="Folder">Where its attributes are.</param>
internal sealed record HwmonChip(string Name, string Device, string Folder)
{
    private const string InputSuffix = "_input";

    /// <summary>By the beginning of an attribute: what its number is divided by, and its unit then.</summary>
    private static readonly (string Type, double Divisor, string? Unit)[] Types =
    [
        ("temp", 1000, "°C"), ("in", 1000, "V"), ("curr", 1000, "A"), ("power", 1_000_000, "W"), ("energy", 1_000_000, "J"),
        ("humidity", 1000, "%"), ("fan", 1, "rpm"), ("freq", 1, "Hz"),
    ];

    /// <summary>All chips, in the order of their numbers, which says nothing.</summary>
    public static ImmutableArray<HwmonChip> Find(SensorEnvironment environment)
    {
        var chips = ImmutableArray.CreateBuilder<HwmonChip>();
        foreach (var entry in KernelFile.Entries(Path.Combine(environment.SysRoot, "class", "hwmon"), "hwmon*"))
        {
            // Some old drivers keep everything one folder below.
            foreach (var folder in new[] { entry, Path.Combine(entry, "device") })
            {
                if (KernelFile.TryRead(Path.Combine(folder, "name")) is { } name)
                {
                    chips.Add(new(name, SysLink.Target(Path.Combine(entry, "device")), folder));
                    break;
                }
            }
        }

        return chips.ToImmutable();
    }

    /// <summary>The inputs that it has: temp1, in0, fan2 ...</summary>
    public ImmutableArray<string> Inputs() =>
    [
        .. KernelFile.Entries(Folder, "*" + InputSuffix).Select(static path => Path.GetFileName(path)[..^InputSuffix.Length])
            .Where(static input => TypeOf(input) is not null).OrderBy(static input => input, StringComparer.Ordinal),
    ];

    /// <summary>The driver's name for an input ("Core 0"); null where it has none.</summary>
    public string? Label(string input) => KernelFile.TryRead(Path.Combine(Folder, input + "_label"));

    /// <summary>Reads an input (temp1) in its usual unit, or an alarm (in0_lcrit_alarm) as a boolean.</summary>
    public Observation Read(string input)
    {
        var isFlag = input.EndsWith("_alarm", StringComparison.Ordinal) || input.EndsWith("_fault", StringComparison.Ordinal);
        var path = Path.Combine(Folder, isFlag ? input : input + InputSuffix);
        if (!isFlag && KernelFile.TryRead(Path.Combine(Folder, input + "_fault")) == "1")
        {
            return Observation.Failed(SensorFailureKind.Io, $"{Name} {input}: the chip reports a fault: its probe is open or shorted");
        }

        var content = KernelFile.Read(path);
        if (content.Failure is { } failure)
        {
            return Observation.Failed(failure);
        }

        if (!long.TryParse(content.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return Observation.Failed(SensorFailureKind.Format, $"{path} reads \"{content.Text}\"");
        }

        var type = TypeOf(input);
        return (isFlag, type) switch
        {
            (true, _) => Observation.Of(Value.Of(number != 0)),
            (_, { Divisor: not 1 } scaled) => Observation.Of(Value.Of(number / scaled.Divisor), scaled.Unit),
            _ => Observation.Of(Value.Of(number), type?.Unit),
        };
    }

    private static (string Type, double Divisor, string? Unit)? TypeOf(string input)
    {
        foreach (var type in Types)
        {
            if (input.Length > type.Type.Length && input.StartsWith(type.Type, StringComparison.Ordinal) && char.IsAsciiDigit(input[type.Type.Length]))
            {
                return type;
            }
        }

        return null;
    }
}
