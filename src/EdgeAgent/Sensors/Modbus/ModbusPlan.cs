using System.Collections.Immutable;

namespace EdgeAgent.Sensors.Modbus;

/// <summary>One request, and the values that its reply holds.</summary>
/// <param name="Table">Which function.</param>
/// <param name="Address">The first register or bit.</param>
/// <param name="Count">How many.</param>
/// <param name="Registers">The values in it.</param>
internal sealed record ModbusBlock(ModbusTable Table, int Address, int Count, ImmutableArray<ModbusRegister> Registers);

/// <summary>Puts neighbouring registers into one request each. Pure.</summary>
internal static class ModbusPlan
{
    /// <summary>The most that one reply holds (6.1 and 6.3 of the specification).</summary>
    public const int MostRegisters = 125;

    public const int MostBits = 2000;

    /// <summary>The requests, by table and address.</summary>
    /// <param name="registers">In any order; they may overlap.</param>
    /// <param name="maximumGap">How many registers that nobody wants may be read along to save a request.</param>
    public static ImmutableArray<ModbusBlock> Make(IEnumerable<ModbusRegister> registers, int maximumGap)
    {
        var blocks = ImmutableArray.CreateBuilder<ModbusBlock>();
        foreach (var register in registers.OrderBy(static register => register.Table).ThenBy(static register => register.Address))
        {
            var most = register.IsBits ? MostBits : MostRegisters;
            var last = blocks.Count > 0 ? blocks[^1] : null;
            var end = register.Address + register.Count;
            if (last is not null && last.Table == register.Table && register.Address <= last.Address + last.Count + maximumGap && end - last.Address <= most)
            {
                blocks[^1] = last with { Count = Math.Max(last.Count, end - last.Address), Registers = last.Registers.Add(register) };
            }
            else
            {
                blocks.Add(new(register.Table, register.Address, register.Count, [register]));
            }
        }

        return blocks.ToImmutable();
    }

    /// <summary>The value of one register of a block, out of the data of its reply.</summary>
    public static Readings.Value Decode(ModbusBlock block, ModbusRegister register, ReadOnlySpan<byte> data)
    {
        var at = register.Address - block.Address;
        return register.IsBits
            ? register.Decode([(byte)(data[at / 8] >> (at % 8))])
            : register.Decode(data.Slice(at * 2, register.Count * 2));
    }
}
