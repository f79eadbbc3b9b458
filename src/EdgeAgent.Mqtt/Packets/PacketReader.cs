using System.Buffers.Binary;
using System.Text.Unicode;

namespace EdgeAgent.Mqtt.Packets;

/// <summary>
/// Reads the fields of a packet in turn. Never throws and never reads outside its bytes: the first thing that is wrong is kept in
/// <see cref="Error"/>, and every read after it gives zero or nothing, so a decoder looks once, at its end.
/// </summary>
internal ref struct PacketReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public PacketError? Error { get; private set; }

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>Records an error, unless there is one already.</summary>
    public void Fail(PacketError error)
    {
        Error ??= error;
        _rest = default;
    }

    /// <summary>The error, or that bytes are left over, or null.</summary>
    public readonly PacketError? Finish() => Error ?? (AtEnd ? null : PacketError.TrailingBytes);

    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (count > _rest.Length)
        {
            Fail(PacketError.Truncated);
            return default;
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>Everything that is left.</summary>
    public ReadOnlySpan<byte> ReadRest() => ReadBytes(_rest.Length);

    public byte ReadByte() => ReadBytes(1) is [var value] ? value : (byte)0;

    /// <summary>A byte that may only be 0 or 1.</summary>
    public bool ReadFlag()
    {
        var value = ReadByte();
        if (value > 1)
        {
            Fail(PacketError.Protocol("a flag that is neither 0 nor 1"));
        }

        return value == 1;
    }

    /// <summary>Section 1.5.2.</summary>
    public ushort ReadUInt16() => ReadBytes(2) is { Length: 2 } two ? BinaryPrimitives.ReadUInt16BigEndian(two) : (ushort)0;

    /// <summary>Section 1.5.3.</summary>
    public uint ReadUInt32() => ReadBytes(4) is { Length: 4 } four ? BinaryPrimitives.ReadUInt32BigEndian(four) : 0;

    /// <summary>Never zero where it stands (section 2.2.1).</summary>
    public ushort ReadPacketId()
    {
        var id = ReadUInt16();
        if (id == 0)
        {
            Fail(PacketError.ZeroPacketId);
        }

        return id;
    }

    /// <summary>Section 1.5.5; an encoding longer than needed is malformed [MQTT-1.5.5-1].</summary>
    public int ReadVariableByteInteger()
    {
        var parsed = VariableByteInteger.TryRead(_rest, out var value, out var length);
        if (parsed != VariableByteIntegerStatus.Complete)
        {
            Fail(parsed == VariableByteIntegerStatus.Incomplete ? PacketError.Truncated : PacketError.VariableByteInteger);
            return 0;
        }

        _rest = _rest[length..];
        return value;
    }

    /// <summary>Section 1.5.6.</summary>
    public ReadOnlySpan<byte> ReadBinary() => ReadBytes(ReadUInt16());

    /// <summary>Section 1.5.4: ill-formed UTF-8 and U+0000 are malformed [MQTT-1.5.4-1, MQTT-1.5.4-2].</summary>
    public ReadOnlySpan<byte> ReadText()
    {
        var text = ReadBinary();
        if (!Utf8.IsValid(text) || text.Contains((byte)0))
        {
            Fail(PacketError.Utf8);
            return default;
        }

        return text;
    }
}
