using System.Buffers.Binary;

namespace EdgeAgent.Sensors.Modbus;

/// <summary>What a reply turned out to be.</summary>
/// <param name="Data">The registers or bits; empty where there is a failure.</param>
/// <param name="Failure">Null where all is well.</param>
/// <param name="IsBusy">The device asks to be asked again (exception 6).</param>
internal readonly record struct ModbusReply(ReadOnlyMemory<byte> Data, SensorFailure? Failure, bool IsBusy = false);

/// <summary>
/// The bytes of requests and replies: on serial lines slave, function, data and a CRC; over TCP a header of transaction, protocol,
/// length and unit before function and data. Pure.
/// </summary>
internal static class ModbusFrame
{
    /// <summary>Header and the most that a reply holds.</summary>
    public const int Longest = 260;

    /// <summary>Slave, function, exception code and CRC: the shortest reply on a serial line.</summary>
    public const int ShortestRtu = 5;

    /// <summary>Transaction, protocol, length and unit.</summary>
    public const int TcpHeader = 7;

    private const int ExceptionFlag = 0x80;
    private const int Busy = 6;

    public static byte[] RtuRequest(byte slave, ModbusBlock block)
    {
        var frame = new byte[8];
        frame[0] = slave;
        WriteRequest(frame.AsSpan(1), block);
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(6), Checksum(frame.AsSpan(0, 6)));
        return frame;
    }

    public static byte[] TcpRequest(ushort transaction, byte slave, ModbusBlock block)
    {
        var frame = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(frame, transaction);
        frame[5] = 6;
        frame[6] = slave;
        WriteRequest(frame.AsSpan(7), block);
        return frame;
    }

    /// <summary>How long the reply on a serial line will be, once its first three bytes are there.</summary>
    public static int RtuLength(ReadOnlySpan<byte> start) => (start[1] & ExceptionFlag) != 0 ? ShortestRtu : start[2] + ShortestRtu;

    /// <summary>A whole reply from a serial line.</summary>
    public static ModbusReply ParseRtu(byte slave, ModbusBlock block, ReadOnlyMemory<byte> frame)
    {
        var bytes = frame.Span;
        if (bytes.Length < ShortestRtu)
        {
            return Failed(SensorFailureKind.Format, FormattableString.Invariant($"the reply has only {bytes.Length} bytes"));
        }

        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[^2..]) != Checksum(bytes[..^2]))
        {
            return Failed(SensorFailureKind.Crc, "the checksum of the reply is wrong: check wiring, termination, baud and parity");
        }

        return bytes[0] != slave
            ? Failed(SensorFailureKind.Format, FormattableString.Invariant($"slave {bytes[0]} answers instead of slave {slave}"))
            : ParseData(block, frame[1..^2]);
    }

    /// <summary>Function and data, the same on both.</summary>
    public static ModbusReply ParseData(ModbusBlock block, ReadOnlyMemory<byte> reply)
    {
        var bytes = reply.Span;
        var function = (byte)block.Table;
        if (bytes.Length == 2 && bytes[0] == (function | ExceptionFlag))
        {
            return new(default, Exception(bytes[1], block), bytes[1] == Busy);
        }

        var expected = block.Table is ModbusTable.Coils or ModbusTable.DiscreteInputs ? (block.Count + 7) / 8 : block.Count * 2;
        if (bytes.Length < 2 || bytes[0] != function)
        {
            return Failed(SensorFailureKind.Format, "the reply is for another request");
        }

        return bytes[1] == expected && bytes.Length == expected + 2
            ? new(reply[2..], null)
            : Failed(SensorFailureKind.Format, FormattableString.Invariant($"the reply has {bytes.Length - 2} bytes of data where {expected} were asked for"));
    }

    /// <summary>CRC-16 of Modbus: 0xA001, low bit first, starting from all ones.</summary>
    public static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFF;
        foreach (var octet in bytes)
        {
            crc ^= octet;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xA001 : crc >> 1;
            }
        }

        return (ushort)crc;
    }

    private static void WriteRequest(Span<byte> frame, ModbusBlock block)
    {
        frame[0] = (byte)block.Table;
        BinaryPrimitives.WriteUInt16BigEndian(frame[1..], (ushort)block.Address);
        BinaryPrimitives.WriteUInt16BigEndian(frame[3..], (ushort)block.Count);
    }

    private static ModbusReply Failed(SensorFailureKind kind, string message) => new(default, new(kind, message));

    private static SensorFailure Exception(byte code, ModbusBlock block)
    {
        var place = FormattableString.Invariant($"{block.Table} {block.Address} to {block.Address + block.Count - 1}");
        return code switch
        {
            1 => new(SensorFailureKind.Format, $"the device does not know this function (exception 1) for {place}"),
            2 => new(SensorFailureKind.Missing, $"the device has no such address (exception 2): {place}; addresses count from 0"),
            3 => new(SensorFailureKind.Format, $"the device refuses this request (exception 3): {place}"),
            4 => new(SensorFailureKind.Io, "the device has failed inside (exception 4)"),
            Busy => new(SensorFailureKind.Io, "the device is busy (exception 6)"),
            11 => new(SensorFailureKind.Timeout, "the device behind the gateway does not answer (exception 11)"),
            _ => new(SensorFailureKind.Io, FormattableString.Invariant($"the device answers with exception {code}")),
        };
    }
}
