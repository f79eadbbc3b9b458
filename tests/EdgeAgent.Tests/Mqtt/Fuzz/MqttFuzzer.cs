using System.Text.Unicode;
using EdgeAgent.Mqtt;
using EdgeAgent.Mqtt.Connection;
using EdgeAgent.Mqtt.Packets;
using EdgeAgent.Mqtt.Session;

namespace EdgeAgent.Tests.Mqtt.Fuzz;

/// <summary>
/// Feeds the client what no broker should send: recorded packets, changed at random, in pieces of random size. Whatever comes, the
/// receive loop must end by itself, throw nothing, keep within its memory, and tell the caller only what may be true.
/// </summary>
internal sealed class MqttFuzzer
{
    private const int MaximumPacketSize = 4096;
    private const int Published = 8;

    private static readonly TimeProvider Time = TimeProvider.System;

    /// <summary>Tries inputs one after the other; each has a seed of its own, so that any can be tried again alone.</summary>
    /// <param name="firstSeed">The seed of the first.</param>
    /// <param name="count">How many.</param>
    /// <returns>How many bytes were fed.</returns>
    /// <exception cref="InvalidOperationException">With the seed of the input that broke a rule.</exception>
    public static long Run(int firstSeed, long count)
    {
        var bytes = 0L;
        for (var i = 0L; i < count; i++)
        {
            var seed = unchecked((int)(firstSeed + i));
            try
            {
                bytes += Try(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}: {exception.Message}", exception);
            }
        }

        return bytes;
    }

    private static int Try(int seed)
    {
        var random = new Random(seed);
        var version = random.Next(2) == 0 ? MqttProtocolVersion.V5 : MqttProtocolVersion.V311;
        var input = FuzzInput.Make(random, version);
        TryConnack(input, version);
        TryReceive(random, input, version);
        return input.Length;
    }

    private static void TryConnack(byte[] input, MqttProtocolVersion version)
    {
        var options = new MqttClientOptions { Host = "fuzz" };
        if (new FrameReader(version, MaximumPacketSize).Read(input, out var frame, out var error) == FrameStatus.Complete)
        {
            var body = input.AsSpan(frame.BodyStart, frame.Length - frame.BodyStart);
            var connack = ConnackPacket.Decode(body, version, options, "fuzz", out error);
            Demand((connack is null) == (error is not null), "a CONNACK and an error, or neither");
            Demand(connack is null || connack.Properties is { ReceiveMaximum: > 0, MaximumPacketSize: > 0 }, "a limit of zero");
        }
    }

    private static void TryReceive(Random random, byte[] input, MqttProtocolVersion version)
    {
        var connack = new ConnackProperties { Protocol = version };
        var options = new MqttClientOptions { Host = "fuzz", MaximumPacketSize = MaximumPacketSize, ReceiveMaximum = 4, TopicAliasMaximum = 2 };
        var watch = new LinkWatch(Time, TimeSpan.Zero);
        var outbox = new Outbox(connack, options, new InFlightTable(), watch);
        var told = new Checker();
        Exception? failure = null;
        var handler = new HandlerCalls(told, exception => failure = exception);
        for (var token = 1; token <= Published; token++)
        {
            outbox.TryPublish(new MqttPublish { Topic = "t"u8, Qos = MqttQos.AtLeastOnce }, token);
        }

        var buffer = new ReceiveBuffer(new FrameReader(version, MaximumPacketSize), MaximumPacketSize);
        var requests = new PendingRequests();
        requests.Add(outbox.AddRequest(), isSubscribe: true, filters: 2);
        var loop = new ReceiveLoop(buffer, version, options.TopicAliasMaximum, outbox, requests, handler, watch);
        var stream = new PieceStream(input, random);

        // The stream never waits, so the loop has ended when the call returns.
        var running = loop.RunAsync(stream);
        Demand(running.IsCompleted, "a loop that does not end with its input");
        var end = running.GetAwaiter().GetResult();
        Demand(failure is null, failure?.Message ?? "");
        Demand(end.Message.Length > 0, "an end without a reason");
        Demand(stream.LargestRead <= MaximumPacketSize, "a read beyond the memory allowed");
        Demand(outbox.InFlight + told.Acknowledged == Published, "acknowledgements that do not add up");
    }

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    /// <summary>Checks what the caller is told.</summary>
    private sealed class Checker : IMqttConnectionHandler
    {
        private readonly HashSet<long> _tokens = [];

        public int Acknowledged => _tokens.Count;

        public void OnAcknowledged(ReadOnlySpan<PublishAcknowledgement> acknowledgements)
        {
            foreach (var acknowledgement in acknowledgements)
            {
                Demand(acknowledgement.Token is >= 1 and <= Published && _tokens.Add(acknowledgement.Token), "a token that is not due");
            }
        }

        public void OnMessage(in ReceivedPublish message)
        {
            Demand(!message.Topic.IsEmpty && Utf8.IsValid(message.Topic) && !message.Topic.Contains((byte)0), "a topic that is none");
            Demand(message.Qos is MqttQos.AtMostOnce or MqttQos.AtLeastOnce, "a QoS that is none");
            Demand((message.PacketId != 0) == (message.Qos == MqttQos.AtLeastOnce), "a packet id that does not fit the QoS");
            foreach (var property in message.UserProperties)
            {
                Demand(Utf8.IsValid(property.Name) && Utf8.IsValid(property.Value), "a user property that is no text");
            }
        }

        public void OnRoom()
        {
        }

        public void OnClosed(MqttClosed reason)
        {
        }
    }
}
