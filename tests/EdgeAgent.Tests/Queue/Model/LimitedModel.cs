using System.Buffers.Binary;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Queue;

/// <summary>What the model knows of a message.</summary>
internal enum ModelState
{
    /// <summary>In the queue, unless a limit has ended it meanwhile.</summary>
    Waiting = 0,
    InFlight = 1,
    Acknowledged = 2,

    /// <summary>A dead letter.</summary>
    Dead = 3,

    /// <summary>It must not come again, and the ledger has to tell it.</summary>
    Gone = 4,

    /// <summary>A crash may have taken it within the loss window: the ledger may tell it.</summary>
    Doubtful = 5,

    /// <summary>It was a dead letter and was dropped, told as such.</summary>
    Dropped = 6,
}

/// <summary>A message as the model keeps it.</summary>
internal sealed class ModelMessage(long value, Envelope envelope, string boot, long bootTime)
{
    public long Value { get; } = value;

    public Envelope Envelope { get; } = envelope;

    public string Boot { get; } = boot;

    public long BootTime { get; } = bootTime;

    public required DateTimeOffset AcceptedAt { get; init; }

    public ModelState State { get; set; }

    public bool IsDurable { get; set; }

    /// <summary>It is a dead letter that was put back.</summary>
    public bool IsLetter { get; set; }

    /// <summary>There was a moment at which it was too old, or at which only the wall clock could tell.</summary>
    public bool MayExpire { get; set; }

    public MessageId Id { get; set; }

    /// <summary>It is, or may be, in the queue.</summary>
    public bool IsOpen => State is ModelState.Waiting or ModelState.InFlight;

    public TimeSpan Limit(TimeSpan maxAge) => Envelope.Expiry is { } expiry && expiry < maxAge ? expiry : maxAge;
}

/// <summary>The sensors of the model, and how a message carries its value through the queue.</summary>
internal static class ModelSensors
{
    public static readonly Envelope Boiler = Sensor("boiler");

    public static readonly Envelope Alarm = Sensor("alarm") with { Priority = MessagePriority.High };

    /// <summary>Large, and nothing that could be thinned.</summary>
    public static readonly Envelope Picture = new() { Sensor = "picture", Topic = "pi/picture" };

    public static readonly Envelope Door = Sensor("door") with { Offline = OfflinePolicy.KeepLatest };

    public static readonly Envelope Gauge = Sensor("gauge") with { Offline = OfflinePolicy.Drop };

    public static readonly Envelope Brief = Sensor("brief") with { Expiry = TimeSpan.FromMinutes(10) };

    public static readonly Envelope[] All = [Boiler, Alarm, Picture, Door, Gauge, Brief];

    public static MessageBody Body(Envelope envelope, long value, Random random)
    {
        if (envelope != Picture)
        {
            return MessageBody.Of(value);
        }

        var bytes = new byte[random.Next(8, 8_192)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return MessageBody.OfBytes(bytes);
    }

    /// <summary>The value that a message stands for; a thinned one stands for its last.</summary>
    public static long ValueOf(in MessageBody body) => body.Kind switch
    {
        BodyKind.Integer => body.Bits,
        BodyKind.Bytes => BinaryPrimitives.ReadInt64LittleEndian(body.Packed.Span),
        _ => (long)Numbers(body)[3],
    };

    /// <summary>Mean, minimum, maximum, last and count of a thinned message.</summary>
    public static List<double> Numbers(in MessageBody body)
    {
        var numbers = new List<double>();
        var packed = body.Packed.Span;
        while (FieldCodec.TryTake(ref packed, out var value, out _))
        {
            if (value.TryGetNumber(out var number))
            {
                numbers.Add(number);
            }
        }

        return numbers;
    }

    private static Envelope Sensor(string name) => new() { Sensor = name, Topic = "pi/" + name, Fields = [new("value", null)] };
}
