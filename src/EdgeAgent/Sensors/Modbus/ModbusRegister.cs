using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using EdgeAgent.Readings;

namespace EdgeAgent.Sensors.Modbus;

/// <summary>The four tables of a Modbus device; the numbers are the functions that read them (Modbus Application Protocol V1.1b3, 6).</summary>
internal enum ModbusTable : byte
{
    Coils = 1,
    DiscreteInputs = 2,
    HoldingRegisters = 3,
    InputRegisters = 4,
}

/// <summary>What the bits of registers mean, by Telegraf's names.</summary>
internal enum ModbusType
{
    Uint16,
    Int16,
    Uint32,
    Int32,
    Uint64,
    Int64,
    Float16,
    Float32,
    Float64,
    Fixed,
    Ufixed,
    Uint8High,
    Uint8Low,
    Int8High,
    Int8Low,
    Bit,
    String,
}

/// <summary>One value of a device. Immutable.</summary>
/// <param name="Name">In the payload.</param>
/// <param name="Table">Where it is.</param>
/// <param name="Address">Counted from 0, as on the wire.</param>
/// <param name="Type">For registers; coils and discrete inputs are booleans.</param>
/// <param name="Order">Letters, A the most significant byte, in the order in which the bytes come; empty: ABCD...</param>
/// <param name="Scale">The number is multiplied by it.</param>
/// <param name="Length">Registers of a text or a fixed-point number; the other types have their own.</param>
/// <param name="Bit">0 to 15, of a <see cref="ModbusType.Bit"/>.</param>
/// <param name="Unit">Null for none.</param>
internal sealed record ModbusRegister(
    string Name, ModbusTable Table, int Address, ModbusType Type, string Order = "", double Scale = 1, int Length = 1, int Bit = 0, string? Unit = null)
{
    public bool IsBits => Table is ModbusTable.Coils or ModbusTable.DiscreteInputs;

    /// <summary>How many registers, or bits, it takes.</summary>
    public int Count => IsBits ? 1 : Type switch
    {
        ModbusType.Uint32 or ModbusType.Int32 or ModbusType.Float32 => 2,
        ModbusType.Uint64 or ModbusType.Int64 or ModbusType.Float64 => 4,
        ModbusType.Fixed or ModbusType.Ufixed or ModbusType.String => Length,
        _ => 1,
    };

    /// <summary>The value.</summary>
    /// <param name="data">What the device sent for its registers, two bytes each, or its bit in the lowest place of one byte.</param>
    public Value Decode(ReadOnlySpan<byte> data)
    {
        if (IsBits)
        {
            return Value.Of((data[0] & 1) != 0);
        }

        Span<byte> bytes = stackalloc byte[Type is ModbusType.String ? 0 : data.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            // The letter says which byte of the number the i-th byte of the stream is.
            bytes[Order.Length == bytes.Length ? Order[i] - 'A' : i] = data[i];
        }

        return Type switch
        {
            ModbusType.Uint8High => Scaled(bytes[0]),
            ModbusType.Uint8Low => Scaled(bytes[1]),
            ModbusType.Int8High => Scaled((sbyte)bytes[0]),
            ModbusType.Int8Low => Scaled((sbyte)bytes[1]),
            ModbusType.Bit => Value.Of((BinaryPrimitives.ReadUInt16BigEndian(bytes) >> Bit & 1) != 0),
            ModbusType.Float16 => Scaled((double)BinaryPrimitives.ReadHalfBigEndian(bytes)),
            ModbusType.Float32 => Scaled(Shortest(BinaryPrimitives.ReadSingleBigEndian(bytes))),
            ModbusType.Float64 => Scaled(BinaryPrimitives.ReadDoubleBigEndian(bytes)),
            ModbusType.String => Value.Of(Text(data)),
            ModbusType.Int16 or ModbusType.Int32 or ModbusType.Int64 or ModbusType.Fixed => Scaled(Signed(bytes)),
            _ => bytes.Length == 8 && bytes[0] >= 0x80
                ? Scaled((double)BinaryPrimitives.ReadUInt64BigEndian(bytes))
                : Scaled((long)Unsigned(bytes)),
        };
    }

    private static ulong Unsigned(ReadOnlySpan<byte> bytes)
    {
        var number = 0UL;
        foreach (var octet in bytes)
        {
            number = (number << 8) | octet;
        }

        return number;
    }

    private static long Signed(ReadOnlySpan<byte> bytes)
    {
        var unused = 64 - (8 * bytes.Length);
        return (long)(Unsigned(bytes) << unused) >> unused;
    }

    /// <summary>21.3f as 21.3 and not 21.299999237060547: the digits that the device meant.</summary>
    private static double Shortest(float number) => double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private Value Scaled(long number) => Scale == 1 ? Value.Of(number) : Scaled((double)number);

    private Value Scaled(double number) => Value.Of(ProcessingCorrection.Multiply(number, Scale));

    /// <summary>Up to the first NUL; devices fill up with NULs or blanks. BA swaps the two bytes of each register.</summary>
    private string Text(ReadOnlySpan<byte> data)
    {
        var bytes = data.ToArray();
        if (Order is "BA")
        {
            for (var i = 0; i + 1 < bytes.Length; i += 2)
            {
                (bytes[i], bytes[i + 1]) = (bytes[i + 1], bytes[i]);
            }
        }

        var end = bytes.AsSpan().IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes.AsSpan(0, end)).Trim();
    }
}
