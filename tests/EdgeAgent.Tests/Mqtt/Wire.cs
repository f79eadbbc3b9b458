using System.Text;

namespace EdgeAgent.Tests.Mqtt;

/// <summary>The packets of a broker, byte for byte.</summary>
internal static class Wire
{
    public static readonly byte[] Connack5 = [0x20, 3, 0, 0, 0];
    public static readonly byte[] Connack311 = [0x20, 2, 0, 0];
    public static readonly byte[] SessionPresent5 = [0x20, 3, 1, 0, 0];
    public static readonly byte[] SessionPresent311 = [0x20, 2, 1, 0];
    public static readonly byte[] Pingresp = [0xD0, 0];

    /// <summary>A CONNACK of 5.0 with these properties.</summary>
    public static byte[] Connack(byte reason, params byte[] properties) => Packet(0x20, [0, reason, .. Length(properties.Length), .. properties]);

    public static byte[] Puback(int packetId) => [0x40, 2, (byte)(packetId >> 8), (byte)packetId];

    public static byte[] Puback(int packetId, byte reason) => [0x40, 3, (byte)(packetId >> 8), (byte)packetId, reason];

    /// <summary>A SUBACK of 5.0.</summary>
    public static byte[] Suback(int packetId, params byte[] codes) => Packet(0x90, [(byte)(packetId >> 8), (byte)packetId, 0, .. codes]);

    /// <summary>A PUBLISH of 5.0 with QoS 0.</summary>
    public static byte[] Publish(string topic, string payload, params byte[] properties) =>
        Packet(0x30, [.. Text(topic), .. Length(properties.Length), .. properties, .. Encoding.UTF8.GetBytes(payload)]);

    /// <summary>A PUBLISH of 5.0 with QoS 1.</summary>
    public static byte[] Publish(string topic, int packetId, string payload, params byte[] properties) =>
        Packet(0x32, [.. Text(topic), (byte)(packetId >> 8), (byte)packetId, .. Length(properties.Length), .. properties, .. Encoding.UTF8.GetBytes(payload)]);

    /// <summary>A DISCONNECT of 5.0.</summary>
    public static byte[] Disconnect(byte reason, params byte[] properties) => Packet(0xE0, [reason, .. Length(properties.Length), .. properties]);

    /// <summary>Any packet: its first byte, its length, and these bytes.</summary>
    public static byte[] Packet(byte first, byte[] body) => [first, .. Length(body.Length), .. body];

    /// <summary>A text with its length.</summary>
    public static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }

    /// <summary>A variable byte integer.</summary>
    public static byte[] Length(int value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7F; value >>= 7)
        {
            bytes.Add((byte)((value & 0x7F) | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
