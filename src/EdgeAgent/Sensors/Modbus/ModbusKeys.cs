using System.Collections.Immutable;
using EdgeAgent.Configuration;

namespace EdgeAgent.Sensors.Modbus;

/// <summary>The keys of a Modbus device, with Telegraf's words for tables, types and orders.</summary>
internal static class ModbusKeys
{
    private static readonly string[] Orders = ["AB", "BA", "ABCD", "DCBA", "BADC", "CDAB", "ABCDEFGH", "HGFEDCBA", "BADCFEHG", "GHEFCDAB"];

    private static readonly Key<string> Name = Keys.RequiredText("name", "the name of the value", "voltage");
    private static readonly Key<int> Address = Keys.RequiredWhole("address", "counted from 0, as on the wire (40001 in many manuals is holding register 0)", 0, 65_535);

    private static readonly Key<ModbusType> Type = Keys.Choice(
        "data_type", "what its bits mean", ModbusType.Uint16,
        ("UINT16", ModbusType.Uint16), ("INT16", ModbusType.Int16), ("UINT32", ModbusType.Uint32), ("INT32", ModbusType.Int32),
        ("UINT64", ModbusType.Uint64), ("INT64", ModbusType.Int64), ("FLOAT16-IEEE", ModbusType.Float16), ("FLOAT32-IEEE", ModbusType.Float32),
        ("FLOAT64-IEEE", ModbusType.Float64), ("FIXED", ModbusType.Fixed), ("UFIXED", ModbusType.Ufixed), ("UINT8H", ModbusType.Uint8High),
        ("UINT8L", ModbusType.Uint8Low), ("INT8H", ModbusType.Int8High), ("INT8L", ModbusType.Int8Low), ("BIT", ModbusType.Bit), ("STRING", ModbusType.String));

    private static readonly Key<string> Order = Keys.Text(
        "byte_order", "how its bytes come, A the most significant: AB or BA, ABCD, DCBA, BADC or CDAB, and so for eight; otherwise ABCD...", "");

    private static readonly Key<double> Scale = Keys.Number("scale", "the number is multiplied by it", 1);
    private static readonly Key<int> Length = Keys.Whole("length", "registers of a STRING, or of a FIXED or UFIXED (1, 2 or 4)", 1, 1, ModbusPlan.MostRegisters);
    private static readonly Key<int> Bit = Keys.Whole("bit", "which bit of a BIT, 0 the lowest", 0, 0, 15);
    private static readonly Key<string?> Unit = Keys.OptionalText("unit", "its unit");

    private static readonly Key<ModbusTable> Table = Keys.Choice(
        "table", "where it is: holding_registers, input_registers, coils or discrete_inputs", ModbusTable.HoldingRegisters);

    /// <summary>What is read.</summary>
    public static readonly Key<ImmutableArray<KeyValues>> List = Keys.RequiredList(
        "registers", "the values: a name and an address each, and what the bits there mean", Name, Address, Table, Type, Order, Scale, Length, Bit, Unit);

    public static ImmutableArray<ModbusRegister> Registers(KeyValues settings) =>
    [
        .. settings.Get(List).Select(static values => new ModbusRegister(
            values.Get(Name), values.Get(Table), values.Get(Address), values.Get(Type), values.Get(Order), values.Get(Scale), values.Get(Length),
            values.Get(Bit), values.Get(Unit))),
    ];

    public static IEnumerable<SettingProblem> Check(KeyValues settings)
    {
        var registers = Registers(settings);
        foreach (var twice in registers.GroupBy(static register => register.Name).Where(static group => group.Count() > 1))
        {
            yield return new(List, $"two values are called {twice.Key}");
        }

        foreach (var register in registers)
        {
            var isOrdered = register.Order.Length == 0 || (Orders.Contains(register.Order)
                && (register.Type is ModbusType.String ? register.Order.Length == 2 : register.Order.Length == register.Count * 2));
            if (!isOrdered)
            {
                yield return new(List, $"byte_order {register.Order} of {register.Name} does not fit its type", string.Join(", ", Orders));
            }

            if (register.Type is ModbusType.Fixed or ModbusType.Ufixed && register.Length is not (1 or 2 or 4))
            {
                yield return new(List, $"{register.Name} has 1, 2 or 4 registers");
            }

            if (register.Address + register.Count > 65_536)
            {
                yield return new(List, $"{register.Name} goes beyond the last address");
            }
        }
    }
}
