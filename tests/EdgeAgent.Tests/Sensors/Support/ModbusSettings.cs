using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Configuration.Shapes;
using EdgeAgent.Sensors.Modbus;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>The list of registers that a Modbus sensor is told to read.</summary>
internal static class ModbusSettings
{
    public static (string Name, object Value) Registers() => Registers(Register("first", 0), Register("third", 2));

    public static (string Name, object Value) Registers(params KeyValues[] registers) => ("registers", registers.ToImmutableArray());

    public static KeyValues Register(string name, int address, params (string Name, object Value)[] more)
    {
        var shape = (ListShape<KeyValues>)ModbusKeys.List.Shape;
        var keys = ((SectionShape)shape.ItemShape).Keys;
        return new(keys, more.Append(("name", name)).Append(("address", address)).ToImmutableDictionary(pair => keys.Single(key => key.Name == pair.Item1), pair => new KeyValue(pair.Item2, null)));
    }

    /// <summary>These settings, with a response timeout that a busy machine does not reach where they have none.</summary>
    public static IEnumerable<(string Name, object Value)> Patient(params (string Name, object Value)[] settings) =>
        settings.Any(setting => setting.Name == "response_timeout") ? settings : [.. settings, ("response_timeout", TimeSpan.FromSeconds(20))];
}
