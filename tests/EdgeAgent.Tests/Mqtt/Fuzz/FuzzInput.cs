using EdgeAgent.Mqtt;

namespace EdgeAgent.Tests.Mqtt.Fuzz;

/// <summary>Makes an input: some packets that brokers really send, or none, and then some damage.</summary>
internal static class FuzzInput
{
    private static readonly byte[][] Recorded5 =
    [
        Wire.Connack5, Wire.SessionPresent5, Wire.Connack(0x87), Wire.Connack(0, 0x22, 0, 10, 0x21, 0, 20),
        Wire.Connack(0, [0x11, 0, 0, 0, 1, 0x24, 1, 0x25, 0, 0x27, 0, 0, 1, 0, 0x12, .. Wire.Text("id"), 0x1F, .. Wire.Text("ok"), 0x26, .. Wire.Text("a"), .. Wire.Text("b"), 0x13, 0, 30]),
        Wire.Puback(1), Wire.Puback(2, 0x10), Wire.Puback(3, 0x87), Wire.Packet(0x40, [0, 4, 0x97, 5, 0x1F, .. Wire.Text("no")]),
        Wire.Publish("gw/t", "21"), Wire.Publish("t", 7, "x", 0x01, 1, 0x02, 0, 0, 0, 60),
        Wire.Publish("t", 8, "x", [0x03, .. Wire.Text("t/x"), 0x26, .. Wire.Text("a"), .. Wire.Text("b"), 0x08, .. Wire.Text("r"), 0x09, 0, 1, 9, 0x0B, 1]),
        Wire.Publish("t", "x", 0x23, 0, 1), Wire.Publish("", "x", 0x23, 0, 1),
        Wire.Suback(9, 1, 0x87), Wire.Packet(0xB0, [0, 9, 0, 0, 0x11]), Wire.Pingresp, Wire.Packet(0xE0, []), Wire.Disconnect(0x8B),
        Wire.Disconnect(0x9D, [0x1C, .. Wire.Text("other")]),
    ];

    private static readonly byte[][] Recorded311 =
    [
        Wire.Connack311, Wire.SessionPresent311, [0x20, 2, 0, 5], Wire.Puback(1), Wire.Puback(2), Wire.Puback(65_535),
        Wire.Packet(0x30, [.. Wire.Text("gw/t"), 50]), Wire.Packet(0x32, [.. Wire.Text("gw"), 0, 7, 50]), Wire.Packet(0x3A, [.. Wire.Text("gw"), 0, 7, 50]),
        Wire.Packet(0x90, [0, 9, 1, 0x80]), Wire.Packet(0xB0, [0, 9]), Wire.Pingresp,
    ];

    public static byte[] Make(Random random, MqttProtocolVersion version)
    {
        var recorded = version == MqttProtocolVersion.V5 ? Recorded5 : Recorded311;
        var bytes = new List<byte>();
        for (var packets = random.Next(8); packets > 0; packets--)
        {
            bytes.AddRange(recorded[random.Next(recorded.Length)]);
        }

        for (var damages = random.Next(6); damages > 0; damages--)
        {
            Damage(random, bytes);
        }

        return [.. bytes];
    }

    private static void Damage(Random random, List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(1, 16), bytes.Count - at);
        switch (random.Next(8))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                var noise = new byte[random.Next(1, 64)];
                random.NextBytes(noise);
                bytes.InsertRange(at, noise);
                break;
            case 5 when at < bytes.Count:
                bytes[at] = (byte)(random.Next(3) switch { 0 => 0, 1 => 0xFF, _ => 0x80 });
                break;
            case 6:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                // A packet around whatever is there: the decoder of its type sees the noise as its body.
                var body = bytes.GetRange(at, Math.Min(length, 127));
                bytes.InsertRange(at, [(byte)((random.Next(16) << 4) | (random.Next(4) == 0 ? random.Next(16) : 0)), (byte)body.Count]);
                break;
        }
    }
}
