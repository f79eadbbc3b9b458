using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Sensors;

namespace EdgeAgent.Tests.Configuration;

/// <summary>A few kinds of sensors of our own, so that these tests stand still when the real ones grow.</summary>
internal static class SampleKinds
{
    public static readonly Key<string> FilePath = Keys.RequiredText("path", "the file to read");

    public static readonly Key<double> Scale = Keys.Number("scale", "what the number is multiplied by", 1);

    public static readonly Key<double?> Minimum = Keys.OptionalNumber("min", "what is lower is implausible");

    public static readonly Key<ImmutableArray<string>> Command = Keys.RequiredTextList("command", "the program and its arguments");

    public static readonly Key<ImmutableArray<KeyValues>> Registers = Keys.RequiredList(
        "registers",
        "what to read",
        Keys.RequiredText("name", "the name of the value"),
        Keys.RequiredWhole("address", "from 0", 0, 65_535));

    public static ConfigSchema Schema { get; } = new(
        [
            new SensorKind("system", "this machine", [], (_, _) => throw new NotSupportedException()),
            new SensorKind("file", "a number in a file", [FilePath, Scale], (_, _) => throw new NotSupportedException()),
            new SensorKind("exec", "a program that prints", [Command, Keys.Pattern("pattern", "what to take"), Keys.TextMap("env", "its environment")], (_, _) => throw new NotSupportedException()),
            new SensorKind("modbus", "registers of a device", [Keys.OptionalWhole("unit_id", "the device", 0, 247), Registers], (_, _) => throw new NotSupportedException()),
        ],
        [Minimum],
        (kind, settings) => kind.Name == "file" && settings.Get(Scale) == 0 ? [new SettingProblem(Scale, "makes every value 0", "leave it out")] : []);
}
