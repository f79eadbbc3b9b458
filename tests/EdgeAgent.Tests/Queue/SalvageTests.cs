using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Queue;

/// <summary>What becomes of the readable rows of a damaged file beside those that are accepted meanwhile.</summary>
public sealed class SalvageTests
{
    [Fact]
    public async Task A_salvaged_message_keeps_its_topic_whatever_other_sensor_is_read_first()
    {
        await using var rig = await DamagedAsync(static rig => rig.AppendAsync([1, 2, 3]));

        // Accepted, and with the loss window 0 written, before the salvage has begun.
        var queue = rig.TryOpen().Queue!;
        var append = queue.AppendAsync(rig.Alarm, ++rig.Clock.Now, MessageBody.Of(9), default);
        var running = queue.RunAsync(default);
        await append.AsTask().WaitAsync(QueueRig.Deadline);
        await queue.SettleAsync().WaitAsync(QueueRig.Deadline);
        await queue.DisposeAsync();
        await running;
        rig.Open();
        rig.Queue.BeginConnection();
        var taken = await rig.TakeAsync(Lane.Backlog, 4);

        Assert.Equal(["pi/alarm 9", "pi/boiler 1", "pi/boiler 2", "pi/boiler 3"], taken.Select(static message => $"{message.Envelope.Topic} {message.Body.Bits}").Order());
    }

    [Fact]
    public async Task What_was_kept_as_the_latest_still_gives_way_to_the_next()
    {
        var door = new Envelope { Sensor = "door", Topic = "pi/door", Fields = [new("value", null)], Offline = OfflinePolicy.KeepLatest };
        await using var rig = await DamagedAsync(rig => rig.AppendAsync([1], door));
        rig.Open();
        await rig.Queue.SettleAsync().WaitAsync(QueueRig.Deadline);

        await rig.AppendAsync([2], door);
        rig.Queue.BeginConnection();

        Assert.Equal([2], await rig.DrainAsync());
        Assert.Equal(1, rig.Queue.Snapshot().LostFor(LossReason.Superseded));
    }

    /// <summary>A queue whose header is damaged, with what was appended.</summary>
    private static async Task<QueueRig> DamagedAsync(Func<QueueRig, Task> append)
    {
        var rig = QueueRig.WithLossWindow(TimeSpan.Zero).Open();
        await append(rig);
        await rig.CloseAsync();
        await using var file = new FileStream(rig.Config.Path, FileMode.Open);
        file.Position = 20;
        file.Write(new byte[60]);
        return rig;
    }
}
