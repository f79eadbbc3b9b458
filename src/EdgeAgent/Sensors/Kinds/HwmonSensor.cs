using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Sensors.Buses;
using EdgeAgent.Sensors.Parsing;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>
/// A chip of the kernel's hardware monitoring, looked for by name at every read, because its number changes from boot to boot.
/// All its inputs, or the one that is named by itself or by its label.
/// </summary>
internal sealed class HwmonSensor(SensorConfig config, SensorEnvironment environment) : ISensor
{
    private static readonly Key<string> Chip = Keys.RequiredText("chip", "the chip's name, such as sht3x or cpu_thermal", "sht3x");
    private static readonly Key<string?> Device = Keys.OptionalText("device", "which of several chips of that name, such as 1-0044 (I2C bus 1, address 0x44)");
    private static readonly Key<string?> Input = Keys.OptionalText("input", "one input, such as temp1, or an alarm, such as in0_lcrit_alarm; otherwise all");
    private static readonly Key<string?> Label = Keys.OptionalText("label", "one input by its label, such as \"Core 0\"");

    public static readonly SensorKind Kind = new(
        "hwmon", "a chip of the kernel's hardware monitoring: temperature, voltage, fan, power, humidity", [Chip, Device, Input, Label],
        static (config, environment) => new HwmonSensor(config, environment))
    {
        Check = static settings => settings.Get(Input) is not null && settings.Get(Label) is not null
            ? [new(Label, "stands beside input", "one of the two says which input is meant")]
            : [],
    };

    private readonly string _chip = config.Settings.Get(Chip);
    private readonly string? _device = config.Settings.Get(Device);
    private readonly string? _input = config.Settings.Get(Input);
    private readonly string? _label = config.Settings.Get(Label);

    public ValueTask<Observation> ReadAsync(CancellationToken cancellationToken)
    {
        var chips = HwmonChip.Find(environment);
        var found = chips.Where(chip => chip.Name == _chip && (_device is null || chip.Device == _device)).ToImmutableArray();
        return new(found switch
        {
            [] => Observation.Failed(
                SensorFailureKind.Missing, $"no chip {_chip} {_device}; there are: {string.Join(", ", chips.Select(static chip => chip.Name).Distinct())}"),
            [var chip] => Read(chip),
            _ => Observation.Failed(
                SensorFailureKind.Missing, $"{found.Length} chips are called {_chip}; set device to one of: {string.Join(", ", found.Select(static chip => chip.Device))}"),
        });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Observation Read(HwmonChip chip)
    {
        if (_input is not null)
        {
            return chip.Read(_input);
        }

        var inputs = chip.Inputs();
        if (_label is not null)
        {
            return inputs.FirstOrDefault(input => chip.Label(input) == _label) is { } labelled
                ? chip.Read(labelled)
                : Observation.Failed(SensorFailureKind.Missing, $"{_chip} has no input labelled \"{_label}\"");
        }

        if (inputs.IsEmpty)
        {
            return Observation.Failed(SensorFailureKind.Missing, $"{_chip} has no inputs");
        }

        var values = ImmutableArray.CreateBuilder<NamedValue>(inputs.Length);
        SensorFailure? failure = null;

        // Also by those that fail: what an input is called must not depend on how another is.
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var input in inputs)
        {
            var observation = chip.Read(input);
            failure ??= observation.Failure;
            var name = chip.Label(input) is { } label ? ValueName.FromLabel(label) : input;
            var isTaken = !taken.Add(name);
            values.AddRange(observation.Values.Select(value => value with { Name = isTaken ? input : name }));
        }

        return Observation.Partly(values.ToImmutable(), failure);
    }
}
