using System.Collections.Immutable;
using System.Text.Json;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Sensors.Buses;
using EdgeAgent.Sensors.Gpio;
using EdgeAgent.Sensors.Kernel;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Sensors.Modbus;
using EdgeAgent.Sensors.Parsing;

namespace EdgeAgent.Sensors;

/// <summary>Something that this machine has and that can be read.</summary>
/// <param name="Kind">The type of sensor for it.</param>
/// <param name="Id">A name for it that fits the configuration; not unique.</param>
/// <param name="About">What it is, for people.</param>
/// <param name="Settings">The keys that point to it, and their values; one that begins with a bracket is a list in YAML.</param>
internal sealed record DiscoveredSensor(string Kind, string Id, string About, ImmutableArray<(string Key, string Value)> Settings);

/// <summary>Looks what is connected. Only names are read, so nothing is made to measure; a Modbus bus is asked only on request.</summary>
internal static class Discovery
{
    /// <summary>A device that is there answers sooner.</summary>
    private static readonly TimeSpan ModbusPatience = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan OpenPatience = TimeSpan.FromSeconds(10);

    private static readonly string[] PortPatterns = ["ttyUSB*", "ttyACM*", "serial0"];

    public static ImmutableArray<DiscoveredSensor> Find(SensorEnvironment environment) =>
    [
        .. Ds18b20Sensor.Find(environment).Select(static probe => Make("ds18b20", probe, $"thermometer {probe} on the 1-wire bus", ("device", probe))),
        .. IioDevice.Find(environment).Select(static device => Make(
            "iio", device.Name, $"{device.Name} at {device.Device}: {string.Join(", ", device.Channels().Select(IioChannel.NameOf))}", ("device", device.Name), ("address", device.Device))),
        .. HwmonChip.Find(environment).Where(static chip => chip.Inputs().Length > 0).Select(static chip => Make(
            "hwmon", chip.Name, $"{chip.Name}: {string.Join(", ", chip.Inputs().Select(input => chip.Label(input) ?? input))}", ("chip", chip.Name), ("device", chip.Device))),
        .. SerialPorts(environment).Select(static port => Make("serial", Path.GetFileName(port), $"serial port {port}", ("port", port))),
        .. KernelGpio.Find(environment.DevRoot).Select(static chip => Make(
            "gpio", chip.Label, $"GPIO chip {chip.Label} with {chip.Lines.Length} lines", ("line", chip.Lines.FirstOrDefault(static line => line.Length > 0) ?? "0"), ("chip", chip.Label))),
    ];

    /// <summary>Asks each slave of a bus for one register; whatever it answers, it is there.</summary>
    /// <returns>Those that are there; or why none could be asked.</returns>
    public static async Task<(ImmutableArray<DiscoveredSensor> Found, SensorFailure? Failure)> ScanModbusAsync(
        ModbusAddress address, int first, int last, SensorEnvironment environment, CancellationToken cancellationToken)
    {
        // A way that cannot be opened has failures that a slave's refusal has too.
        if (await FindProblemAsync(address, environment.Time, cancellationToken) is { } problem)
        {
            return ([], problem);
        }

        var found = ImmutableArray.CreateBuilder<DiscoveredSensor>();
        using var bus = new ModbusBus(address, environment.Time);
        for (var slave = first; slave <= last; slave++)
        {
            var reply = await bus.AskAsync((byte)slave, new(ModbusTable.HoldingRegisters, 0, 1, []), ModbusPatience, cancellationToken);
            if (reply.Failure is null or { Kind: SensorFailureKind.Missing or SensorFailureKind.Format })
            {
                found.Add(Make(
                    "modbus", FormattableString.Invariant($"slave_{slave}"), FormattableString.Invariant($"Modbus slave {slave} on {address}"),
                    ("controller", address.ToString()), ("slave", FormattableString.Invariant($"{slave}")), ("registers", "[{name: first, address: 0}]")));
            }
        }

        return (found.ToImmutable(), null);
    }

    private static async Task<SensorFailure?> FindProblemAsync(ModbusAddress address, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(OpenPatience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var (link, failure) = await ModbusLink.OpenAsync(address, end.Token);
            link?.Dispose();
            return failure;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(SensorFailureKind.Timeout, $"{address} does not answer");
        }
    }

    /// <summary>The list as YAML to be pasted below <c>sensors:</c>, each id once.</summary>
    public static string Write(ImmutableArray<DiscoveredSensor> sensors)
    {
        var text = new System.Text.StringBuilder("sensors:\n");
        foreach (var sensor in Distinct(sensors))
        {
            text.Append("  # ").Append(sensor.About.ReplaceLineEndings(" ")).Append('\n');
            text.Append("  - id: ").Append(sensor.Id).Append("\n    type: ").Append(sensor.Kind).Append('\n');
            foreach (var (key, value) in sensor.Settings)
            {
                text.Append("    ").Append(key).Append(": ").Append(value[0] is '[' ? value : YamlText.Write(value)).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>The list as a JSON array of objects with <c>id</c>, <c>type</c>, <c>about</c> and <c>settings</c>, whose values are texts.</summary>
    public static void Write(Utf8JsonWriter json, ImmutableArray<DiscoveredSensor> sensors)
    {
        json.WriteStartArray();
        foreach (var sensor in Distinct(sensors))
        {
            json.WriteStartObject();
            json.WriteString("id", sensor.Id);
            json.WriteString("type", sensor.Kind);
            json.WriteString("about", sensor.About);
            json.WriteStartObject("settings");
            foreach (var (key, value) in sensor.Settings)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static IEnumerable<DiscoveredSensor> Distinct(ImmutableArray<DiscoveredSensor> sensors)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sensor in sensors)
        {
            var id = sensor.Id;
            for (var number = 2; !taken.Add(id); number++)
            {
                id = FormattableString.Invariant($"{sensor.Id}_{number}");
            }

            yield return sensor with { Id = id };
        }
    }

    private static IEnumerable<string> SerialPorts(SensorEnvironment environment)
    {
        var byId = KernelFile.Entries(Path.Combine(environment.DevRoot, "serial", "by-id"));
        var known = byId.Select(static link => SysLink.Target(link)).ToHashSet(StringComparer.Ordinal);
        return byId.Concat(PortPatterns
            .SelectMany(pattern => KernelFile.Entries(environment.DevRoot, pattern))
            .Where(port => !known.Contains(Path.GetFileName(port))));
    }

    private static DiscoveredSensor Make(string kind, string name, string about, params (string Key, string Value)[] settings)
    {
        var id = ValueName.FromLabel(name.Replace("iio:", "", StringComparison.Ordinal));
        id = string.Concat(id.Where(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'));
        return new(kind, id.Length > 0 && char.IsAsciiLetter(id[0]) ? Short(id) : Short($"{kind}_{id}"), about,
            [.. settings.Where(static setting => setting.Value.Length > 0)]);
    }

    private static string Short(string id) => id.Length > 40 ? id[..40].TrimEnd('_') : id;
}
