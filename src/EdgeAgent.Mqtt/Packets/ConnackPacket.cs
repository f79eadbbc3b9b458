namespace EdgeAgent.Mqtt.Packets;

/// <summary>A decoded CONNACK (section 3.2).</summary>
/// <param name="Code">In the terms of 5.0, whichever version it came in.</param>
/// <param name="Properties">What the broker granted.</param>
/// <param name="AssignedClientId">The broker's choice of client id, or null.</param>
internal sealed record ConnackPacket(ConnackReasonCode Code, ConnackProperties Properties, string? AssignedClientId)
{
    private const byte SessionPresent = 0x01;

    private static readonly ulong Allowed = PropertyReader.Set(
        PropertyId.SessionExpiryInterval, PropertyId.ReceiveMaximum, PropertyId.MaximumQos, PropertyId.RetainAvailable,
        PropertyId.MaximumPacketSize, PropertyId.AssignedClientIdentifier, PropertyId.TopicAliasMaximum, PropertyId.ReasonString,
        PropertyId.UserProperty, PropertyId.WildcardSubscriptionAvailable, PropertyId.SubscriptionIdentifierAvailable,
        PropertyId.SharedSubscriptionAvailable, PropertyId.ServerKeepAlive, PropertyId.ResponseInformation, PropertyId.ServerReference);

    /// <summary>Decodes the bytes after the fixed header. Gives a packet or an error.</summary>
    /// <param name="body">All of them.</param>
    /// <param name="version">The version of the CONNECT.</param>
    /// <param name="options">What was asked for, and holds where the broker says nothing.</param>
    /// <param name="clientId">The client id of the CONNECT.</param>
    /// <param name="error">What is wrong, when the result is null.</param>
    public static ConnackPacket? Decode(
        ReadOnlySpan<byte> body, MqttProtocolVersion version, MqttClientOptions options, string clientId, out PacketError? error)
    {
        // A broker that knows only 3.1.1 answers a CONNECT of 5.0 in its own tongue: two bytes, return code 1.
        if (body is [0, 1] && version == MqttProtocolVersion.V5)
        {
            error = null;
            var none = new ConnackProperties { Protocol = version };
            return new ConnackPacket(ConnackReasonCode.UnsupportedProtocolVersion, none, null);
        }

        var reader = new PacketReader(body);
        var flags = reader.ReadByte();
        var code = reader.ReadByte();
        if ((flags & ~SessionPresent) != 0)
        {
            reader.Fail(PacketError.Malformed("a CONNACK with reserved flags set")); // [MQTT-3.2.2-1]
        }

        if (flags != 0 && code != 0)
        {
            reader.Fail(PacketError.Protocol("a CONNACK that refuses and has a session present")); // [MQTT-3.2.2-6]
        }

        var reason = ReasonCode(code, version);
        if (reason is null)
        {
            reader.Fail(PacketError.Malformed($"a CONNACK with the unknown reason code 0x{code:X2}"));
        }

        var properties = new ConnackProperties
        {
            Protocol = version,
            SessionPresent = flags == SessionPresent,
            ClientId = clientId,
            KeepAlive = TimeSpan.FromSeconds(Math.Floor(options.KeepAlive.TotalSeconds)), // as CONNECT has it
            SessionExpiry = version == MqttProtocolVersion.V5 ? options.SessionExpiry : options.KeepsSession ? TimeSpan.MaxValue : TimeSpan.Zero,
        };
        string? assigned = null;
        if (version == MqttProtocolVersion.V5)
        {
            var section = new PropertyReader(reader.ReadBytes(reader.ReadVariableByteInteger()), Allowed);
            properties = ReadProperties(ref section, properties, ref assigned);
            if (section.Error is { } inProperties)
            {
                reader.Fail(inProperties);
            }
        }

        error = reader.Finish();
        return error is null ? new ConnackPacket(reason.GetValueOrDefault(), properties, assigned) : null;
    }

    private static ConnackReasonCode? ReasonCode(byte code, MqttProtocolVersion version) => version == MqttProtocolVersion.V5
        ? Enum.IsDefined((ConnackReasonCode)code) ? (ConnackReasonCode)code : null
        : code switch
        {
            0 => ConnackReasonCode.Success,
            1 => ConnackReasonCode.UnsupportedProtocolVersion,
            2 => ConnackReasonCode.ClientIdentifierNotValid,
            3 => ConnackReasonCode.ServerUnavailable,
            4 => ConnackReasonCode.BadUserNameOrPassword,
            5 => ConnackReasonCode.NotAuthorized,
            _ => null,
        };

    private static ConnackProperties ReadProperties(ref PropertyReader section, ConnackProperties properties, ref string? assigned)
    {
        var userProperties = new List<MqttUserProperty>();
        while (section.MoveNext())
        {
            switch (section.Id)
            {
                case PropertyId.SessionExpiryInterval:
                    var expiry = section.ReadUInt32();
                    properties = properties with { SessionExpiry = expiry == uint.MaxValue ? TimeSpan.MaxValue : TimeSpan.FromSeconds(expiry) };
                    break;
                case PropertyId.ReceiveMaximum:
                    properties = properties with { ReceiveMaximum = section.ReadNonZeroUInt16() };
                    break;
                case PropertyId.MaximumQos:
                    properties = properties with { MaximumQos = section.ReadFlag() ? MqttQos.AtLeastOnce : MqttQos.AtMostOnce };
                    break;
                case PropertyId.RetainAvailable:
                    properties = properties with { RetainAvailable = section.ReadFlag() };
                    break;
                case PropertyId.MaximumPacketSize:
                    properties = properties with { MaximumPacketSize = Math.Min(section.ReadNonZeroUInt32(), properties.MaximumPacketSize) };
                    break;
                case PropertyId.AssignedClientIdentifier:
                    assigned = section.ReadString();
                    properties = properties with { ClientId = assigned };
                    break;
                case PropertyId.TopicAliasMaximum:
                    properties = properties with { TopicAliasMaximum = section.ReadUInt16() };
                    break;
                case PropertyId.ReasonString:
                    properties = properties with { ReasonString = section.ReadString() };
                    break;
                case PropertyId.WildcardSubscriptionAvailable:
                    properties = properties with { WildcardSubscriptionAvailable = section.ReadFlag() };
                    break;
                case PropertyId.SubscriptionIdentifierAvailable:
                    properties = properties with { SubscriptionIdentifiersAvailable = section.ReadFlag() };
                    break;
                case PropertyId.SharedSubscriptionAvailable:
                    properties = properties with { SharedSubscriptionAvailable = section.ReadFlag() };
                    break;
                case PropertyId.ServerKeepAlive:
                    properties = properties with { KeepAlive = TimeSpan.FromSeconds(section.ReadUInt16()) };
                    break;
                case PropertyId.ResponseInformation:
                    properties = properties with { ResponseInformation = section.ReadString() };
                    break;
                case PropertyId.ServerReference:
                    properties = properties with { ServerReference = section.ReadString() };
                    break;
                default:
                    userProperties.Add(section.ReadUserProperty());
                    break;
            }
        }

        return properties with { UserProperties = userProperties };
    }
}
