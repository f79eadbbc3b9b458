using System.Buffers.Binary;
using System.Text;

namespace EdgeAgent.Sensors.Gpio;

/// <summary>
/// The structures of the GPIO character device, version 2 (include/uapi/linux/gpio.h), as bytes: the same on 32 and 64 bits by
/// design, and little-endian on every machine that this runs on. Pure.
/// </summary>
internal static class GpioAbi
{
    public const uint GetChipInfo = 0x8044B401;
    public const uint GetLineInfo = 0xC100B405;
    public const uint GetLine = 0xC250B407;
    public const uint GetValues = 0xC010B40E;

    public const int ChipInfoSize = 68;
    public const int LineInfoSize = 256;
    public const int RequestSize = 592;
    public const int ValuesSize = 16;
    public const int EventSize = 48;

    /// <summary>Where the kernel puts the new descriptor.</summary>
    public const int RequestDescriptor = 588;

    private const int NameSize = 32;
    private const int RequestConsumer = 256;
    private const int RequestFlags = 288;
    private const int RequestAttributeCount = 296;
    private const int RequestAttributes = 320;
    private const int RequestLineCount = 560;
    private const int RequestBufferSize = 564;
    private const uint DebounceAttribute = 3;

    /// <summary>Changes that the kernel keeps while nobody reads.</summary>
    private const uint BufferedEvents = 1024;

    private const ulong ActiveLow = 2;
    private const ulong Input = 4;
    private const ulong EdgeRising = 16;
    private const ulong EdgeFalling = 32;
    private const ulong PullUp = 256;
    private const ulong PullDown = 512;
    private const ulong BiasDisabled = 1024;

    /// <summary>struct gpio_v2_line_request for one line.</summary>
    public static byte[] Request(GpioRequest request, uint offset, string consumer)
    {
        var bytes = new byte[RequestSize];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, offset);
        Encoding.UTF8.GetBytes(consumer.AsSpan(0, Math.Min(consumer.Length, NameSize - 1)), bytes.AsSpan(RequestConsumer, NameSize - 1));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(RequestFlags), Flags(request));
        if (request.Debounce > TimeSpan.Zero)
        {
            // One attribute: its id, a gap, the microseconds in half of a union of 8 bytes, and the mask of the lines it is for.
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(RequestAttributeCount), 1);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(RequestAttributes), DebounceAttribute);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(RequestAttributes + 8), (uint)request.Debounce.TotalMicroseconds);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(RequestAttributes + 16), 1);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(RequestLineCount), 1);
        if (request.Edges is not GpioEdges.None)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(RequestBufferSize), BufferedEvents);
        }

        return bytes;
    }

    /// <summary>struct gpio_v2_line_event.</summary>
    public static GpioEvent Event(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) == 1,
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]));

    /// <summary>struct gpiochip_info.</summary>
    public static (string Label, uint Lines) ChipInfo(ReadOnlySpan<byte> bytes) => (Text(bytes.Slice(NameSize, NameSize)), BinaryPrimitives.ReadUInt32LittleEndian(bytes[64..]));

    /// <summary>What struct gpio_v2_line_info says of a line: its name, and who has it.</summary>
    public static (string Name, string Consumer) LineInfo(ReadOnlySpan<byte> bytes) => (Text(bytes[..NameSize]), Text(bytes.Slice(NameSize, NameSize)));

    private static ulong Flags(GpioRequest request) => Input
        | (request.IsActiveLow ? ActiveLow : 0)
        | (request.Edges.HasFlag(GpioEdges.Rising) ? EdgeRising : 0)
        | (request.Edges.HasFlag(GpioEdges.Falling) ? EdgeFalling : 0)
        | request.Bias switch
        {
            GpioBias.PullUp => PullUp,
            GpioBias.PullDown => PullDown,
            GpioBias.None => BiasDisabled,
            _ => 0,
        };

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
