using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Sensors.Buses;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>
/// A device of the kernel's industrial I/O (BME280, SHT4x, DHT22, ADS1115 ...), looked for by name at every read, because its
/// number changes from boot to boot. All its channels, or those that are named.
/// </summary>
internal sealed class IioSensor(SensorConfig config, SensorEnvironment environment) : ISensor
{
    private static readonly Key<string> Device = Keys.RequiredText("device", "the device's name, such as bme280, or its label in the device tree", "bme280");
    private static readonly Key<string?> Address = Keys.OptionalText("address", "which of several of that name, such as 1-0076 (I2C bus 1, address 0x76)");
    private static readonly Key<ImmutableArray<string>> Channels = Keys.TextList("channels", "channels, such as temp or voltage0; otherwise all");

    public static readonly SensorKind Kind = new(
        "iio", "a device of the kernel's industrial I/O: BME280, SHT4x, DHT22, ADS1115 and many more", [Device, Address, Channels],
        static (config, environment) => new IioSensor(config, environment));

    private readonly string _name = config.Settings.Get(Device);
    private readonly string? _address = config.Settings.Get(Address);
    private readonly ImmutableArray<string> _channels = config.Settings.Get(Channels);

    public async ValueTask<Observation> ReadAsync(CancellationToken cancellationToken)
    {
        var devices = IioDevice.Find(environment);
        var found = devices.Where(device => (device.Name == _name || device.Label == _name || device.Driver == _name || device.Chip == _name)
            && (_address is null || device.Device == _address || device.Name.EndsWith($"@{_address}", StringComparison.Ordinal))).ToImmutableArray();
        return found switch
        {
            [] => Observation.Failed(
                SensorFailureKind.Missing, $"no device {_name} {_address}; there are: {string.Join(", ", devices.Select(static device => device.Name))}"),
            [var device] => await ReadAsync(device, cancellationToken),
            _ => Observation.Failed(
                SensorFailureKind.Missing,
                $"{found.Length} devices are called {_name}; set address to one of: {string.Join(", ", found.Select(static device => device.Device.Length > 0 ? device.Device : device.Name))}"),
        };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<Observation> ReadAsync(IioDevice device, CancellationToken cancellationToken)
    {
        var (tries, pause) = IioQuirks.Retries(device.Driver);
        var observation = ReadOnce(device);
        for (var attempt = 1; attempt < tries && observation.Failure is { Kind: SensorFailureKind.Io or SensorFailureKind.Timeout }; attempt++)
        {
            try
            {
                await Task.Delay(pause, environment.Time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // What was seen says more than that the time was up.
                return observation;
            }

            // Back on a thread that may block.
            observation = await environment.Workers.RunAsync(() => new ValueTask<Observation>(ReadOnce(device)));
        }

        return observation;
    }

    private Observation ReadOnce(IioDevice device)
    {
        var all = device.Channels();
        var channels = _channels.IsEmpty ? all : [.. _channels.Select(wanted => all.FirstOrDefault(channel => IioChannel.NameOf(channel) == wanted, wanted))];
        var values = ImmutableArray.CreateBuilder<NamedValue>(channels.Length);
        var failure = channels.IsEmpty ? new SensorFailure(SensorFailureKind.Missing, $"{_name} has no channels") : null;
        foreach (var channel in channels)
        {
            var observation = IioChannel.Read(device, channel);
            failure ??= observation.Failure;
            values.AddRange(observation.Values);
        }

        return Observation.Partly(channels is [_] && values.Count == 1 ? [values[0] with { Name = "value" }] : values.ToImmutable(), failure);
    }
}
