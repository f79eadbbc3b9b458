using System.Text;
using EdgeAgent.Readings;
using FsCheck.Xunit;

namespace EdgeAgent.Tests.Readings;

public sealed class FieldCodecTests
{
    [Fact]
    public void Every_kind_of_value_comes_back_as_it_went_in()
    {
        Value[] values =
        [
            Value.Of(0L), Value.Of(-1L), Value.Of(long.MaxValue), Value.Of(long.MinValue), Value.Of(61.312), Value.Of(-0.0),
            Value.Of(double.Epsilon), Value.Of(true), Value.Of(false), Value.Of("Kessel 1 °C"), Value.Of(""), default,
        ];

        Assert.Equal(values, Unpack(FieldCodec.Pack(values)));
    }

    [Property(MaxTest = 500)]
    public bool Numbers_and_texts_come_back(long whole, double real, string? text, bool flag)
    {
        Value[] values = [Value.Of(whole), Value.Of(real), Value.Of(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""))), Value.Of(flag)];
        return values.SequenceEqual(Unpack(FieldCodec.Pack(values)));
    }

    [Property(MaxTest = 2000)]
    public bool Damaged_bytes_never_throw(byte[] rubbish)
    {
        ReadOnlySpan<byte> rest = rubbish;
        var taken = 0;
        while (FieldCodec.TryTake(ref rest, out _, out _))
        {
            taken++;
        }

        return taken <= rubbish.Length;
    }

    [Fact]
    public void A_lone_number_is_kept_inline()
    {
        Assert.Equal(MessageBody.Of(42L), MessageBody.Of([Value.Of(42L)]));
        Assert.Equal(MessageBody.Of(1.5), MessageBody.Of([Value.Of(1.5)]));
    }

    private static List<Value> Unpack(byte[] packed)
    {
        var values = new List<Value>();
        ReadOnlySpan<byte> rest = packed;
        while (FieldCodec.TryTake(ref rest, out var value, out var text))
        {
            values.Add(value.Kind == ValueKind.Text ? Value.Of(Encoding.UTF8.GetString(text)) : value);
        }

        return values;
    }
}
