using EdgeAgent.Sensors.Modbus;
using FsCheck.Xunit;

namespace EdgeAgent.Tests.Sensors.Modbus;

public sealed class ModbusPlanTests
{
    [Fact]
    public void Neighbours_share_a_request_and_strangers_do_not()
    {
        var blocks = ModbusPlan.Make([Register(10), Register(0, ModbusType.Float32), Register(2), Register(4), Input(3)], maximumGap: 0);

        Assert.Equal(
            [(ModbusTable.HoldingRegisters, 0, 3), (ModbusTable.HoldingRegisters, 4, 1), (ModbusTable.HoldingRegisters, 10, 1), (ModbusTable.InputRegisters, 3, 1)],
            blocks.Select(block => (block.Table, block.Address, block.Count)));
    }

    [Fact]
    public void A_gap_may_be_read_along() =>
        Assert.Equal([(0, 11)], ModbusPlan.Make([Register(10), Register(0), Register(5)], maximumGap: 4).Select(block => (block.Address, block.Count)));

    [Fact]
    public void A_request_never_asks_for_more_than_a_reply_holds()
    {
        Assert.Equal([125, 125, 50], ModbusPlan.Make(Enumerable.Range(0, 300).Select(address => Register(address)), 0).Select(block => block.Count));
        Assert.Equal(
            [2000, 100],
            ModbusPlan.Make(Enumerable.Range(0, 2100).Select(address => new ModbusRegister($"c{address}", ModbusTable.Coils, address, ModbusType.Uint16)), 0).Select(block => block.Count));
    }

    [Fact]
    public void Bits_are_counted_from_the_lowest_of_the_first_byte()
    {
        ModbusRegister[] coils = [.. Enumerable.Range(20, 10).Select(address => new ModbusRegister($"c{address}", ModbusTable.Coils, address, ModbusType.Uint16))];
        var block = Assert.Single(ModbusPlan.Make(coils, 0));

        Assert.Equal(
            [true, false, false, true, false, false, false, false, false, true],
            coils.Select(coil => ModbusPlan.Decode(block, coil, [0b00001001, 0b10]).Boolean));
    }

    [Property(MaxTest = 300)]
    public bool Every_register_is_in_one_request_that_holds_it_whole(ushort[] addresses, byte gap)
    {
        var registers = addresses.Select((address, i) => Register(address % 65_530, i % 2 == 0 ? ModbusType.Uint16 : ModbusType.Float64) with { Name = $"r{i}" }).ToArray();

        var blocks = ModbusPlan.Make(registers, gap % 101);

        return registers.All(register => blocks.Count(block => block.Registers.Contains(register)
                && block.Address <= register.Address && register.Address + register.Count <= block.Address + block.Count) == 1)
            && blocks.All(block => block.Count <= ModbusPlan.MostRegisters);
    }

    private static ModbusRegister Register(int address, ModbusType type = ModbusType.Uint16) => new($"r{address}", ModbusTable.HoldingRegisters, address, type);

    private static ModbusRegister Input(int address) => new($"i{address}", ModbusTable.InputRegisters, address, ModbusType.Uint16);
}
