using System.Text;
using System.Text.Json;
using EdgeAgent.Configuration;
using EdgeAgent.Delivery;
using EdgeAgent.Readings;
using EdgeAgent.Tests.Hosting;
using EdgeAgent.Tests.Mqtt;
using EdgeAgent.Tests.Queue;

namespace EdgeAgent.Tests.Delivery;

/// <summary>Tests of the agent's way from a queue to a broker that does as the test says.</summary>
public abstract class TestsOfAnUplink : TestsWithAnEnd
{
    private protected const int Publish = 3;
    private protected const int Disconnect = 14;
    private protected static readonly TimeSpan Deadline = BusyMachine.Deadline;

    private protected ScriptedBroker Broker { get; } = new();

    private protected QueueRig Rig { get; } = new QueueRig().Open();

    private protected CancellationTokenSource Stop { get; } = new();

    private protected DeliveryFigures Figures { get; }

    private protected RecordedLog Log { get; } = new();

    private protected Uplink? Uplink { get; private set; }

    private protected Task Running { get; private set; } = Task.CompletedTask;

    protected TestsOfAnUplink() => Figures = new(Rig.Clock);

    public override async ValueTask DisposeAsync()
    {
        await Stop.CancelAsync();
        await Broker.DisposeAsync();
        await Running.WaitAsync(Deadline);
        await Rig.DisposeAsync();
        Stop.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static string Id(WirePacket packet) => Json(packet).GetProperty("id").GetString()!;

    private protected static int Value(WirePacket packet) => Json(packet).GetProperty("value").GetInt32();

    private protected static bool IsHistorical(WirePacket packet) => Json(packet).TryGetProperty("historical", out _);

    private protected static string Text(WirePacket packet) => Encoding.UTF8.GetString(packet.Payload);

    private protected static JsonElement Json(WirePacket packet)
    {
        using var document = JsonDocument.Parse(packet.Payload);
        return document.RootElement.Clone();
    }

    /// <summary>The next publishes on the sensor's topic.</summary>
    private protected static async Task<List<WirePacket>> ReadingsAsync(BrokerSide broker, int count)
    {
        var readings = new List<WirePacket>();
        while (readings.Count < count)
        {
            if (await broker.ReadUntilAsync(Publish) is { Topic: "pi/boiler" } packet)
            {
                readings.Add(packet);
            }
        }

        return readings;
    }

    private protected void Start(DeliveryOrder order = DeliveryOrder.LiveFirst, double? rate = null, ScriptedBroker? second = null, TimeSpan? longestBackoff = null)
    {
        var broker = new BrokerConfig
        {
            Addresses = [.. new[] { Broker, second }.OfType<ScriptedBroker>().Select(broker => new BrokerAddress("127.0.0.1", broker.Port, Tls: false))],
            ClientId = "pi",
            KeepAlive = TimeSpan.FromSeconds(30),
            Protocol = ProtocolChoice.V5,
            BackoffInitial = TimeSpan.FromMilliseconds(10),
            BackoffMaximum = longestBackoff ?? TimeSpan.FromMilliseconds(20),
        };
        var delivery = new DeliveryConfig { Order = order, MaxInFlight = 100, Rate = rate };
        Uplink = new Uplink(
            broker, delivery, new Presence("pi/status", "1"), Rig.Queue, Figures, Rig.Clock, TimeProvider.System, Log);
        Running = Uplink.RunAsync(Stop.Token);
    }

    private protected async Task AppendAsync(params int[] values)
    {
        foreach (var value in values)
        {
            _ = await Rig.Queue.AppendAsync(Rig.Boiler, Rig.Clock.Now++, MessageBody.Of((long)value), CancellationToken.None);
        }
    }

    private protected Task WaitForDepthAsync(long depth) => WaitForAsync(() => Rig.Queue.Snapshot().Depth == depth);

    private protected static async Task WaitForAsync(Func<bool> isReached)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!isReached())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
