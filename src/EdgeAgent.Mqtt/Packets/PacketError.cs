namespace EdgeAgent.Mqtt.Packets;

/// <summary>What a received packet does wrong.</summary>
/// <param name="Code">What DISCONNECT tells the broker about it.</param>
/// <param name="Message">What is wrong, to follow "the broker sent".</param>
internal sealed record PacketError(DisconnectReasonCode Code, string Message)
{
    public static readonly PacketError Truncated = Malformed("a packet that ends in the middle of a field");
    public static readonly PacketError TrailingBytes = Malformed("a packet with bytes after its end");
    public static readonly PacketError Utf8 = Malformed("a text that is not UTF-8 or holds a null character");
    public static readonly PacketError VariableByteInteger = Malformed("a variable byte integer of more than four bytes, or longer than its value needs");
    public static readonly PacketError HeaderFlags = Malformed("a packet with reserved bits set in its first byte");
    public static readonly PacketError ZeroPacketId = Protocol("a packet id of zero");

    public static PacketError Malformed(string message) => new(DisconnectReasonCode.MalformedPacket, message);

    public static PacketError Protocol(string message) => new(DisconnectReasonCode.ProtocolError, message);
}
