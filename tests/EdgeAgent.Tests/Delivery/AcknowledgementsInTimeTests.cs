using EdgeAgent.Tests.Mqtt;

namespace EdgeAgent.Tests.Delivery;

/// <summary>A broker that leaves Nagle's algorithm on, as mosquitto does, and with it the kernel's own TCP.</summary>
public sealed class AcknowledgementsInTimeTests : TestsOfAnUplink
{
    /// <summary>Half of what Linux waits with an acknowledgement of TCP for something to send along (TCP_DELACK_MIN, 40 ms).</summary>
    private static readonly TimeSpan Prompt = TimeSpan.FromMilliseconds(20);

    [SkippableFact]
    public async Task The_second_of_two_readings_taken_together_does_not_wait_for_a_timer_of_tcp()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "only Linux lets a program acknowledge at once");
        Start();
        var broker = await Broker.AcceptAsync(Wire.Connack5);
        await broker.SendAsync(Wire.Puback((await broker.ReadUntilAsync(Publish)).PacketId));

        // More than the sixteen packets that Linux acknowledges at once on a new connection.
        var times = new List<TimeSpan>();
        for (var round = 0; round < 31; round++)
        {
            await AppendAsync(1, 2);
            var readings = await ReadingsAsync(broker, 2);
            var answering = TimeProvider.System.GetTimestamp();
            foreach (var reading in readings)
            {
                await broker.SendAsync(Wire.Puback(reading.PacketId));
            }

            await WaitForDepthAsync(0);
            times.Add(TimeProvider.System.GetElapsedTime(answering));
        }

        Assert.True(times.Order().ElementAt(times.Count / 2) < Prompt, string.Join(' ', times.Select(time => $"{time.TotalMilliseconds:0.0}")));
    }
}
