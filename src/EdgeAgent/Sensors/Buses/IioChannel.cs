using System.Globalization;
using EdgeAgent.Readings;
using EdgeAgent.Sensors.Kernel;
using EdgeAgent.Sensors.Parsing;

namespace EdgeAgent.Sensors.Buses;

/// <summary>
/// Reads one channel of an IIO device: the processed value where the driver has one, otherwise (raw + offset) x scale, in the
/// units of the ABI; then into the units that people use.
/// </summary>
internal static class IioChannel
{
    /// <summary>By the type of a channel: its name, the factor from the ABI's unit, and the unit then.</summary>
    private static readonly (string Type, string Name, double Factor, string? Unit)[] Types =
    [
        ("temp", "temperature", 0.001, "°C"), ("humidityrelative", "humidity", 0.001, "%"), ("pressure", "pressure", 10, "hPa"),
        ("voltage", "voltage", 1, "mV"), ("altvoltage", "altvoltage", 1, "mV"), ("current", "current", 1, "mA"), ("power", "power", 1, "mW"),
        ("resistance", "resistance", 1, "Ω"), ("illuminance", "illuminance", 1, "lx"), ("concentration", "concentration", 1, "%"),
        ("distance", "distance", 1, "m"), ("proximity", "proximity", 1, null), ("accel", "accel", 1, "m/s²"), ("anglvel", "anglvel", 1, "rad/s"),
        ("magn", "magn", 1, "G"), ("electricalconductivity", "conductivity", 1, "S/m"), ("phon", "ph", 1, null), ("energy", "energy", 1, "J"),
    ];

    /// <summary>The name of a channel in the payload: temp is temperature, voltage0 stays.</summary>
    public static string NameOf(string channel)
    {
        var type = TypeOf(channel);
        return Array.Find(Types, known => known.Type == type) is { Name: { } name } ? name + channel[type.Length..] : channel;
    }

    public static Observation Read(IioDevice device, string channel)
    {
        var type = TypeOf(channel);
        var (text, number, failure) = Number(device, channel, type);
        if (failure is not null)
        {
            return Observation.Failed(failure);
        }

        number = IioQuirks.Correct(device.Driver, type, text, number);
        var known = Array.Find(Types, known => known.Type == type);
        var value = known.Name is null ? number : Scale(number, known.Factor);
        return IioQuirks.Check(device.Driver, type, value) is { } implausible
            ? Observation.Failed(implausible)
            : Observation.Of([new NamedValue(NameOf(channel), Value.Of(value), known.Unit)]);
    }

    /// <summary>The letters before an index, a modifier or the second half of a differential channel.</summary>
    private static string TypeOf(string channel)
    {
        var end = 0;
        while (end < channel.Length && char.IsAsciiLetter(channel[end]))
        {
            end++;
        }

        return channel[..end];
    }

    /// <summary>By division where that is exact: 23.125 and not 23.125000000000004.</summary>
    private static double Scale(double number, double factor) => factor == 0.001 ? number / 1000 : number * factor;

    private static (string Text, double Number, SensorFailure? Failure) Number(IioDevice device, string channel, string type)
    {
        var input = Path.Combine(device.Folder, $"in_{channel}_input");
        var content = KernelFile.Read(input);
        if (content.Error != Errno.NoEntry)
        {
            return Parse(content, input);
        }

        var path = Path.Combine(device.Folder, $"in_{channel}_raw");
        content = KernelFile.Read(path);
        if (content.Error == Errno.NoEntry)
        {
            return (string.Empty, 0, new(SensorFailureKind.Missing, $"{device.Name} has no channel {channel}; it has: {string.Join(", ", device.Channels())}"));
        }

        var (text, raw, failure) = Parse(content, path);
        failure ??= IioQuirks.Saturated(device.Chip, type, raw);
        if (failure is not null)
        {
            return (text, raw, failure);
        }

        var (_, offset, offsetFailure) = Attribute(device, channel, type, "offset", 0);
        var (_, scale, scaleFailure) = Attribute(device, channel, type, "scale", 1);
        return (text, (raw + offset) * scale, offsetFailure ?? scaleFailure);
    }

    /// <summary>An attribute of the channel itself, or the one that all of its type share.</summary>
    private static (string Text, double Number, SensorFailure? Failure) Attribute(IioDevice device, string channel, string type, string attribute, double absent)
    {
        string[] names = [$"in_{channel}_{attribute}", $"in_{type}-{type}_{attribute}", $"in_{type}_{attribute}", $"in_{attribute}"];
        foreach (var name in names)
        {
            if (!channel.Contains('-', StringComparison.Ordinal) && name.Contains('-', StringComparison.Ordinal))
            {
                continue;
            }

            var path = Path.Combine(device.Folder, name);
            var content = KernelFile.Read(path);
            if (content.Error != Errno.NoEntry)
            {
                return Parse(content, path);
            }
        }

        return (string.Empty, absent, null);
    }

    private static (string Text, double Number, SensorFailure? Failure) Parse(FileContent content, string path)
    {
        if (content.Failure is { } failure)
        {
            return (string.Empty, 0, failure);
        }

        return double.TryParse(content.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? (content.Text, number, null)
            : (content.Text!, 0, new(SensorFailureKind.Format, $"{path} reads {NumberText.Quote(content.Text)}"));
    }
}
