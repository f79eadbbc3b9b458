using System.Buffers.Binary;
using EdgeAgent.Sensors.Gpio;

namespace EdgeAgent.Tests.Sensors.Gpio;

public sealed class GpioAbiTests
{
    [Fact]
    public void A_request_is_laid_out_as_the_kernel_has_it()
    {
        var bytes = GpioAbi.Request(new("chip", "GPIO17", GpioEdges.Both, IsActiveLow: true, GpioBias.PullUp, TimeSpan.FromMilliseconds(5)), 17, "edgeagent");

        Assert.Equal(592, bytes.Length);
        Assert.Equal(17u, At(bytes, 0));
        Assert.Equal("edgeagent\0"u8.ToArray(), bytes[256..266]);
        Assert.Equal(2u + 4 + 16 + 32 + 256, At(bytes, 288));
        Assert.Equal(1u, At(bytes, 296));
        Assert.Equal(3u, At(bytes, 320));
        Assert.Equal(5000u, At(bytes, 328));
        Assert.Equal(1u, At(bytes, 336));
        Assert.Equal(1u, At(bytes, 560));
    }

    [Fact]
    public void A_level_alone_asks_for_no_edge_and_no_attribute()
    {
        var bytes = GpioAbi.Request(new(null, "17", GpioEdges.None, IsActiveLow: false, GpioBias.None, TimeSpan.Zero), 3, "edgeagent");

        Assert.Equal(4u + 1024, At(bytes, 288));
        Assert.Equal(0u, At(bytes, 296));
        Assert.Equal(0u, At(bytes, 564));
    }

    [Fact]
    public void An_event_is_read_where_the_kernel_puts_it()
    {
        var bytes = new byte[48];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, 123_456_789_012);
        bytes[8] = 2;
        bytes[12] = 17;
        bytes[16] = 9;
        bytes[20] = 7;

        Assert.Equal(new GpioEvent(123_456_789_012, IsRising: false, 7), GpioAbi.Event(bytes));
    }

    [Fact]
    public void The_request_codes_hold_the_sizes_of_their_structures()
    {
        (uint Code, int Size)[] codes =
        [
            (GpioAbi.GetChipInfo, GpioAbi.ChipInfoSize), (GpioAbi.GetLineInfo, GpioAbi.LineInfoSize), (GpioAbi.GetLine, GpioAbi.RequestSize),
            (GpioAbi.GetValues, GpioAbi.ValuesSize),
        ];

        Assert.All(codes, code => Assert.Equal(code.Size, (int)(code.Code >> 16) & 0x3FFF));
    }

    private static uint At(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));
}
