namespace EdgeAgent.Mqtt.Packets;

/// <summary>Encodes CONNECT (section 3.1).</summary>
internal static class ConnectPacket
{
    private const int CleanStart = 0x02;
    private const int Will = 0x04;
    private const int WillRetain = 0x20;
    private const int Password = 0x40;
    private const int Username = 0x80;

    /// <param name="options">Checked already.</param>
    /// <param name="version">5.0 or 3.1.1.</param>
    /// <param name="clientId">The one in use, which a broker may have assigned.</param>
    /// <param name="cleanStart">Whether this connection begins a new session.</param>
    public static byte[] Encode(MqttClientOptions options, MqttProtocolVersion version, string clientId, bool cleanStart)
    {
        var flags = cleanStart ? CleanStart : 0;
        if (options.Will is { } will)
        {
            flags |= Will | ((int)will.Qos << 3) | (will.Retain ? WillRetain : 0);
        }

        flags |= (options.Username is null ? 0 : Username) | (options.Password is null ? 0 : Password);
        var packet = new PacketWriter().Text("MQTT").Byte((int)version).Byte(flags).UInt16((int)options.KeepAlive.TotalSeconds);
        if (version == MqttProtocolVersion.V5)
        {
            packet.Properties(properties => WriteProperties(properties, options));
        }

        packet.Text(clientId);
        if (options.Will is { } last)
        {
            WriteWill(packet, last, version);
        }

        if (options.Username is { } username)
        {
            packet.Text(username);
        }

        if (options.Password is { } password)
        {
            packet.Binary(password.Span);
        }

        return packet.ToPacket(PacketType.Connect);
    }

    /// <summary>A session expiry as the packet has it: seconds, all ones for ever (section 3.1.2.11.2).</summary>
    public static uint ExpirySeconds(TimeSpan expiry) => expiry.TotalSeconds >= uint.MaxValue ? uint.MaxValue : (uint)expiry.TotalSeconds;

    private static void WriteProperties(PropertyWriter properties, MqttClientOptions options)
    {
        if (options.SessionExpiry > TimeSpan.Zero)
        {
            properties.UInt32(PropertyId.SessionExpiryInterval, ExpirySeconds(options.SessionExpiry));
        }

        properties.UInt16(PropertyId.ReceiveMaximum, options.ReceiveMaximum);
        properties.UInt32(PropertyId.MaximumPacketSize, (uint)options.MaximumPacketSize);
        if (options.TopicAliasMaximum > 0)
        {
            properties.UInt16(PropertyId.TopicAliasMaximum, options.TopicAliasMaximum);
        }

        properties.UserProperties(options.UserProperties);
    }

    private static void WriteWill(PacketWriter packet, MqttWill will, MqttProtocolVersion version)
    {
        if (version == MqttProtocolVersion.V5)
        {
            packet.Properties(properties => WriteWillProperties(properties, will));
        }

        packet.Text(will.Topic).Binary(will.Payload.Span);
    }

    private static void WriteWillProperties(PropertyWriter properties, MqttWill will)
    {
        if (will.Delay > TimeSpan.Zero)
        {
            properties.UInt32(PropertyId.WillDelayInterval, ExpirySeconds(will.Delay));
        }

        if (will.IsUtf8Payload)
        {
            properties.Byte(PropertyId.PayloadFormatIndicator, 1);
        }

        if (will.MessageExpiry is { } expiry)
        {
            properties.UInt32(PropertyId.MessageExpiryInterval, ExpirySeconds(expiry));
        }

        if (will.ContentType is { } contentType)
        {
            properties.Text(PropertyId.ContentType, contentType);
        }

        properties.UserProperties(will.UserProperties);
    }
}
