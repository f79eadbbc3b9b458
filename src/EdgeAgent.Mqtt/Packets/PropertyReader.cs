using System.Text;

namespace EdgeAgent.Mqtt.Packets;

/// <summary>
/// Reads the property section of a packet (section 2.2.2). Refuses what the packet may not carry, and anything twice but user
/// properties (and, where the decoder says so, subscription identifiers). Every property must be read or skipped after
/// <see cref="MoveNext"/>.
/// </summary>
internal ref struct PropertyReader
{
    private PacketReader _bytes;
    private readonly ulong _allowed;
    private readonly ulong _repeatable;
    private ulong _seen;

    /// <param name="section">The section without its length.</param>
    /// <param name="allowed">A bit for each <see cref="PropertyId"/> that may stand here.</param>
    /// <param name="repeatable">Those that may stand here more than once.</param>
    public PropertyReader(ReadOnlySpan<byte> section, ulong allowed, ulong repeatable = 1UL << (int)PropertyId.UserProperty)
    {
        _bytes = new PacketReader(section);
        _allowed = allowed;
        _repeatable = repeatable;
    }

    public PropertyId Id { get; private set; }

    public readonly PacketError? Error => _bytes.Error;

    /// <summary>The set of these properties.</summary>
    public static ulong Set(params ReadOnlySpan<PropertyId> ids)
    {
        var set = 0UL;
        foreach (var id in ids)
        {
            set |= 1UL << (int)id;
        }

        return set;
    }

    public bool MoveNext()
    {
        if (_bytes.AtEnd)
        {
            return false;
        }

        var id = _bytes.ReadVariableByteInteger();
        var bit = id is > 0 and < 64 ? 1UL << id : 0;
        if (bit == 0 || (_allowed & bit) == 0)
        {
            // Section 2.2.2.2: an identifier that is not valid for its packet type makes the packet malformed.
            _bytes.Fail(PacketError.Malformed($"a property 0x{id:X2} where it does not belong"));
            return false;
        }

        if ((_seen & bit & ~_repeatable) != 0)
        {
            _bytes.Fail(PacketError.Protocol($"the property 0x{id:X2} twice"));
            return false;
        }

        _seen |= bit;
        Id = (PropertyId)id;
        return true;
    }

    public byte ReadByte() => _bytes.ReadByte();

    public bool ReadFlag() => _bytes.ReadFlag();

    public ushort ReadUInt16() => _bytes.ReadUInt16();

    public uint ReadUInt32() => _bytes.ReadUInt32();

    public int ReadVariableByteInteger() => _bytes.ReadVariableByteInteger();

    public ReadOnlySpan<byte> ReadBinary() => _bytes.ReadBinary();

    public ReadOnlySpan<byte> ReadText() => _bytes.ReadText();

    public string ReadString() => Encoding.UTF8.GetString(_bytes.ReadText());

    /// <summary>A number for which zero is a protocol error.</summary>
    public ushort ReadNonZeroUInt16() => (ushort)NonZero(ReadUInt16());

    /// <summary>A number for which zero is a protocol error.</summary>
    public uint ReadNonZeroUInt32() => NonZero(ReadUInt32());

    public MqttUserProperty ReadUserProperty() => new(ReadString(), ReadString());

    public void Fail(PacketError error) => _bytes.Fail(error);

    /// <summary>Passes over the value of the present property.</summary>
    public void Skip()
    {
        switch (Id)
        {
            case PropertyId.PayloadFormatIndicator or PropertyId.RequestProblemInformation or PropertyId.RequestResponseInformation
                or PropertyId.MaximumQos or PropertyId.RetainAvailable or PropertyId.WildcardSubscriptionAvailable
                or PropertyId.SubscriptionIdentifierAvailable or PropertyId.SharedSubscriptionAvailable:
                ReadByte();
                break;
            case PropertyId.ServerKeepAlive or PropertyId.ReceiveMaximum or PropertyId.TopicAliasMaximum or PropertyId.TopicAlias:
                ReadUInt16();
                break;
            case PropertyId.MessageExpiryInterval or PropertyId.SessionExpiryInterval or PropertyId.WillDelayInterval or PropertyId.MaximumPacketSize:
                ReadUInt32();
                break;
            case PropertyId.SubscriptionIdentifier:
                ReadVariableByteInteger();
                break;
            case PropertyId.CorrelationData or PropertyId.AuthenticationData:
                ReadBinary();
                break;
            case PropertyId.UserProperty:
                ReadText();
                ReadText();
                break;
            default:
                ReadText();
                break;
        }
    }

    private uint NonZero(uint value)
    {
        if (value == 0)
        {
            Fail(PacketError.Protocol($"a zero for the property 0x{(int)Id:X2}"));
        }

        return value;
    }
}
