using EdgeAgent.Readings;
using EdgeAgent.Sensors.Modbus;
using FsCheck.Xunit;

namespace EdgeAgent.Tests.Sensors.Modbus;

public sealed class ModbusFrameTests
{
    private static readonly ModbusBlock TwoRegisters = new(ModbusTable.HoldingRegisters, 0, 2, []);

    [Fact]
    public void Requests_are_as_the_specification_has_them()
    {
        Assert.Equal("01030000 0002c40b".Replace(" ", ""), Convert.ToHexStringLower(ModbusFrame.RtuRequest(1, TwoRegisters)));
        Assert.Equal("000100000006010300000002", Convert.ToHexStringLower(ModbusFrame.TcpRequest(1, 1, TwoRegisters)));
    }

    [Fact]
    public void A_reply_gives_its_registers()
    {
        var reply = ModbusFrame.ParseRtu(1, TwoRegisters, Convert.FromHexString("0103040906006418 45".Replace(" ", "")));

        Assert.Null(reply.Failure);
        Assert.Equal("09060064", Convert.ToHexStringLower(reply.Data.Span));
    }

    [Theory]
    [InlineData("018302c0f1", "missing", "exception 2")]
    [InlineData("01030409060064 1846", "crc", "checksum")]
    [InlineData("02030409060064 1801", "format", "slave 2")]
    [InlineData("0104040906006419f2", "format", "another request")]
    [InlineData("010302090 6", "format", "bytes")]
    [InlineData("0103", "format", "bytes")]
    public void A_wrong_reply_says_what_is_wrong(string hex, string kind, string says)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", ""));
        if (kind is not "crc" && bytes.Length > 4 && !hex.StartsWith("0183", StringComparison.Ordinal))
        {
            bytes = hex == "010302090 6" ? WithChecksum(bytes) : WithChecksum(bytes[..^2]);
        }

        var reply = ModbusFrame.ParseRtu(1, TwoRegisters, bytes);

        Assert.Equal(kind, EdgeAgent.Sensors.SensorFailureKinds.Text(reply.Failure!.Kind));
        Assert.Contains(says, reply.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Busy_is_told_apart() => Assert.True(ModbusFrame.ParseData(TwoRegisters, new byte[] { 0x83, 6 }).IsBusy);

    [Property(MaxTest = 1000)]
    public bool A_damaged_reply_never_gives_data(byte position, byte change)
    {
        var good = Convert.FromHexString("010304090600641845");
        good[position % good.Length] ^= (byte)(change | 1);

        return ModbusFrame.ParseRtu(1, TwoRegisters, good).Failure is not null;
    }

    [Property(MaxTest = 1000)]
    public bool Rubbish_never_throws(byte[] rubbish) =>
        ModbusFrame.ParseRtu(1, TwoRegisters, rubbish).Failure is not null && ModbusFrame.ParseData(TwoRegisters, rubbish).Data.Length is 0 or 4;

    [Theory]
    [InlineData("Uint16", "", "0906", 2310)]
    [InlineData("Uint16", "BA", "0906", 0x0609)]
    [InlineData("Int16", "", "ffff", -1)]
    [InlineData("Uint32", "", "00010002", 65538)]
    [InlineData("Uint32", "CDAB", "00020001", 65538)]
    [InlineData("Uint32", "DCBA", "02000100", 65538)]
    [InlineData("Uint32", "BADC", "01000200", 65538)]
    [InlineData("Int32", "", "fffffffe", -2)]
    [InlineData("Int64", "", "ffffffffffffffff", -1)]
    [InlineData("Int64", "HGFEDCBA", "0100000000000000", 1)]
    [InlineData("Uint64", "GHEFCDAB", "0001000000000000", 1)]
    [InlineData("Float32", "", "41ac0000", 21.5)]
    [InlineData("Float32", "CDAB", "000041ac", 21.5)]
    [InlineData("Float32", "", "41aa6666", 21.3)]
    [InlineData("Float64", "", "4035800000000000", 21.5)]
    [InlineData("Float16", "", "4d60", 21.5)]
    [InlineData("Uint8High", "", "ff01", 255)]
    [InlineData("Uint8Low", "", "ff01", 1)]
    [InlineData("Int8High", "", "ff01", -1)]
    [InlineData("Fixed", "", "ff9c", -100)]
    [InlineData("Ufixed", "", "ff9c", 65436)]
    public void Numbers_are_read_in_every_type_and_order(string type, string order, string hex, double expected)
    {
        var bytes = Convert.FromHexString(hex);
        var register = new ModbusRegister("x", ModbusTable.HoldingRegisters, 0, Enum.Parse<ModbusType>(type), order);

        Assert.Equal(bytes.Length, register.Count * 2);
        Assert.True(register.Decode(bytes).TryGetNumber(out var number));
        Assert.Equal(expected, number);
    }

    [Fact]
    public void The_largest_number_of_64_bits_is_not_negative()
    {
        var value = new ModbusRegister("x", ModbusTable.InputRegisters, 0, ModbusType.Uint64).Decode(Convert.FromHexString("ffffffffffffffff"));

        Assert.Equal(Value.Of(18446744073709551615.0), value);
    }

    [Fact]
    public void Not_a_number_is_no_value() =>
        Assert.Equal(ValueKind.None, new ModbusRegister("x", ModbusTable.InputRegisters, 0, ModbusType.Float32).Decode(Convert.FromHexString("7fc00000")).Kind);

    [Fact]
    public void A_scale_gives_the_number_that_a_person_expects() => Assert.Equal(
        Value.Of(231.0), new ModbusRegister("voltage", ModbusTable.InputRegisters, 0, ModbusType.Uint16, Scale: 0.1).Decode(Convert.FromHexString("0906")));

    [Theory]
    [InlineData("", "50756d7020370000", "Pump 7")]
    [InlineData("BA", "7550706d37200000", "Pump 7")]
    [InlineData("", "5075", "Pu")]
    public void A_text_ends_at_its_first_NUL(string order, string hex, string expected)
    {
        var bytes = Convert.FromHexString(hex);

        Assert.Equal(
            Value.Of(expected), new ModbusRegister("x", ModbusTable.InputRegisters, 0, ModbusType.String, order, Length: bytes.Length / 2).Decode(bytes));
    }

    [Fact]
    public void A_bit_is_a_boolean()
    {
        Assert.Equal(Value.Of(true), new ModbusRegister("x", ModbusTable.InputRegisters, 0, ModbusType.Bit, Bit: 15).Decode([0x80, 0x00]));
        Assert.Equal(Value.Of(false), new ModbusRegister("x", ModbusTable.InputRegisters, 0, ModbusType.Bit, Bit: 0).Decode([0x80, 0x00]));
    }

    private static byte[] WithChecksum(byte[] bytes)
    {
        var crc = ModbusFrame.Checksum(bytes);
        return [.. bytes, (byte)crc, (byte)(crc >> 8)];
    }
}
