using System.Collections.Immutable;
using System.Globalization;
using EdgeAgent.Configuration;
using EdgeAgent.Readings;
using EdgeAgent.Sensors.Buses;
using EdgeAgent.Sensors.Kernel;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>
/// Thermometers on the 1-wire bus: DS18B20 and its family, by the kernel's w1_therm driver. A read makes the probe measure, which
/// takes up to 750 ms.
/// </summary>
internal sealed class Ds18b20Sensor(SensorConfig config, SensorEnvironment environment) : ISensor
{
    /// <summary>DS18S20, DS1822, DS18B20, DS1825 (and MAX31850), DS28EA00.</summary>
    private static readonly string[] Families = ["10-", "22-", "28-", "3b-", "42-"];

    private static readonly Key<string> Device = Keys.RequiredText(
        "device", "the probe's name on the bus, such as 28-000006c5aefc, or all for every one that is found", "28-000006c5aefc");

    public static readonly SensorKind Kind = new(
        "ds18b20", "DS18B20 and other thermometers on the 1-wire bus", [Device],
        static (config, environment) => new Ds18b20Sensor(config, environment));

    private readonly string _device = config.Settings.Get(Device);
    private readonly string _bus = Bus(environment);

    public async ValueTask<Observation> ReadAsync(CancellationToken cancellationToken) =>
        _device == "all" ? await ReadAllAsync() : ReadOne(_device);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The names of the probes on the bus, in order.</summary>
    public static ImmutableArray<string> Find(SensorEnvironment environment) =>
    [
        .. KernelFile.Entries(Bus(environment)).Select(static path => Path.GetFileName(path))
            .Where(static name => Families.Any(family => name.StartsWith(family, StringComparison.OrdinalIgnoreCase))),
    ];

    private static string Bus(SensorEnvironment environment) => Path.Combine(environment.SysRoot, "bus", "w1", "devices");

    private async Task<Observation> ReadAllAsync()
    {
        var probes = Find(environment);
        if (probes.IsEmpty)
        {
            return Observation.Failed(SensorFailureKind.Missing, $"no probe below {_bus}: is dtoverlay=w1-gpio set, and is one wired?");
        }

        // At once, so that the probes measure at once: the driver frees the bus while one that has its own supply does.
        var read = await Task.WhenAll(probes.Select(probe => environment.Workers.RunAsync(() => new ValueTask<Observation>(ReadOne(probe)))));
        var values = probes.Zip(read).Where(static pair => !pair.Second.Values.IsEmpty).Select(static pair => pair.Second.Values[0] with { Name = pair.First });
        return Observation.Partly([.. values], read.Select(static observation => observation.Failure).FirstOrDefault(static failure => failure is not null));
    }

    private Observation ReadOne(string probe)
    {
        // An empty answer, which is how the driver says that the checksum was wrong, is worth one more try.
        var observation = Measure(probe);
        return observation.Failure is { Kind: SensorFailureKind.Crc } ? Measure(probe) : observation;
    }

    private Observation Measure(string probe)
    {
        if (OneWireScratchpad.MayBeThermocouple(probe) && HasScratchpad(probe))
        {
            // Only there its fault shows. Each of the two files makes it measure, so not both.
            return MeasureByScratchpad(probe);
        }

        var content = KernelFile.Read(Path.Combine(_bus, probe, "temperature"));
        if (content.Error == Errno.NoEntry)
        {
            // Kernels before 5.8 have only the scratchpad.
            return MeasureByScratchpad(probe);
        }

        if (content.Failure is { } failure)
        {
            return Observation.Failed(failure);
        }

        if (content.Text!.Length == 0)
        {
            return Failed(probe, new(SensorFailureKind.Crc, "the probe's answer was disturbed: check wiring, length and pull-up"));
        }

        if (!int.TryParse(content.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var millidegrees))
        {
            return Failed(probe, new(SensorFailureKind.Format, $"temperature reads \"{content.Text}\""));
        }

        var isBare = !OneWireScratchpad.IsDoubtful(millidegrees) || !HasScratchpad(probe);
        return isBare ? Result(probe, OneWireScratchpad.Check(probe, millidegrees)) : MeasureByScratchpad(probe);
    }

    private bool HasScratchpad(string probe) => File.Exists(Path.Combine(_bus, probe, "w1_slave"));

    private Observation MeasureByScratchpad(string probe)
    {
        var content = KernelFile.Read(Path.Combine(_bus, probe, "w1_slave"));
        return content switch
        {
            { Error: Errno.NoEntry } => Failed(probe, new(SensorFailureKind.Missing, "the probe is not on the bus: unplugged, or another name")),
            { Failure: { } failure } => Observation.Failed(failure),
            _ => Result(probe, OneWireScratchpad.Parse(probe, content.Text!)),
        };
    }

    private static Observation Result(string probe, (int? Millidegrees, SensorFailure? Failure) result) => result.Millidegrees is { } millidegrees
        ? Observation.Of(Value.Of(millidegrees / 1000.0), "°C")
        : Failed(probe, result.Failure!);

    private static Observation Failed(string probe, SensorFailure failure) => Observation.Failed(failure.Kind, $"{probe}: {failure.Message}");
}
