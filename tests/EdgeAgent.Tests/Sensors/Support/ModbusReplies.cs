using EdgeAgent.Sensors.Modbus;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>What a Modbus device answers that means well.</summary>
internal static class ModbusReplies
{
    /// <summary>Registers that hold their own address.</summary>
    public static byte[] Registers(byte[] request)
    {
        var at = request.Length == 12 ? 8 : 2;
        var (address, count) = (request[at + 1], request[at + 3]);
        return [3, (byte)(count * 2), .. Enumerable.Range(address, count).SelectMany(number => new byte[] { 0, (byte)number })];
    }

    public static byte[] Tcp(byte[] request, byte[] reply) => [.. request[..4], 0, (byte)(reply.Length + 1), request[6], .. reply];

    public static byte[] Rtu(byte slave, byte[] reply)
    {
        byte[] frame = [slave, .. reply];
        var crc = ModbusFrame.Checksum(frame);
        return [.. frame, (byte)crc, (byte)(crc >> 8)];
    }
}
