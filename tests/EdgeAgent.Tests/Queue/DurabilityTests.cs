using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Queue;

public sealed class DurabilityTests
{
    private const string RemovedTo = "(SELECT coalesce(max(value), 0) FROM state WHERE key = 'message_removed_to')";
    private const string Rows = $"SELECT count(*) FROM message WHERE seq > {RemovedTo}";

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_message_acknowledged_within_the_loss_window_is_never_written()
    {
        await using var rig = new QueueRig().Open();
        rig.Queue.BeginConnection();
        var atStart = rig.Ask("SELECT count(*) FROM envelope");
        await rig.AppendAsync(Enumerable.Range(0, 100));
        rig.Acknowledge(await rig.TakeAsync(Lane.Live, 100));

        rig.Time.Advance(Window * 10);
        await rig.FlushAsync();

        Assert.Equal(0, rig.Ask("SELECT count(*) FROM message"));
        Assert.Equal(atStart, rig.Ask("SELECT count(*) FROM envelope"));
        Assert.Equal(0, rig.Queue.Snapshot().Depth);
        Assert.Equal(100, rig.Queue.Snapshot().Acknowledged);
    }

    [Fact]
    public async Task Prompt_acknowledgements_write_not_one_byte()
    {
        await using var rig = new QueueRig().Open();
        rig.Queue.BeginConnection();
        await rig.FlushAsync();
        var written = rig.Queue.Snapshot().BytesWritten;
        for (var i = 0; i < 200; i++)
        {
            await rig.AppendAsync(i);
            rig.Acknowledge(await rig.TakeAsync(Lane.Live, 1));
            rig.Time.Advance(Window / 2);
        }

        await rig.FlushAsync();

        Assert.Equal(written, rig.Queue.Snapshot().BytesWritten);
    }

    [Fact]
    public async Task What_is_not_acknowledged_is_on_disk_before_the_loss_window_ends()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 10));

        rig.Time.Advance(Window * 0.8);
        await rig.FlushAsync();

        Assert.Equal(10, rig.Ask("SELECT count(*) FROM message"));
        Assert.Equal(1, rig.Ask("SELECT count(*) FROM envelope"));
    }

    [Fact]
    public async Task The_timer_alone_brings_messages_to_disk()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(1);
        Assert.Equal(0, rig.Ask("SELECT count(*) FROM message"));

        rig.Time.Advance(Window * 0.8);

        Assert.True(SpinWait.SpinUntil(() => rig.Ask("SELECT count(*) FROM message") == 1, QueueRig.Deadline));
    }

    [Fact]
    public async Task Without_a_loss_window_a_message_is_on_disk_when_it_is_accepted()
    {
        await using var rig = QueueRig.WithLossWindow(TimeSpan.Zero).Open();

        for (var i = 1; i <= 20; i++)
        {
            Assert.Equal(AppendResult.Accepted, await rig.AppendAsync(i));
            Assert.Equal(i, rig.Ask("SELECT max(v) FROM message"));
        }
    }

    [Fact]
    public async Task Concurrent_appends_share_a_commit()
    {
        await using var rig = QueueRig.WithLossWindow(TimeSpan.Zero).Open();

        var results = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(value => Task.Run(() => rig.AppendAsync(value)))).WaitAsync(QueueRig.Deadline);

        Assert.All(results, static result => Assert.Equal(AppendResult.Accepted, result));
        Assert.Equal(2_000, rig.Ask("SELECT count(*) FROM message"));
    }

    [Fact]
    public async Task Rows_are_removed_only_after_their_acknowledgement()
    {
        await using var rig = QueueRig.WithLossWindow(TimeSpan.Zero).Open();
        await rig.AppendAsync(Enumerable.Range(0, 10));
        rig.Queue.BeginConnection();
        var taken = await rig.TakeAsync(Lane.Backlog, 10);
        await rig.FlushAsync();
        Assert.Equal(10, rig.Ask(Rows));

        rig.Acknowledge(taken.Where(static message => message.Body.Bits != 4));
        await rig.FlushAsync();

        Assert.Equal(1, rig.Ask(Rows));
        Assert.Equal(4, rig.Ask($"SELECT v FROM message WHERE seq > {RemovedTo}"));
    }

    [Fact]
    public async Task Removals_wait_a_second_and_no_longer()
    {
        await using var rig = QueueRig.WithLossWindow(TimeSpan.Zero).Open();
        await rig.AppendAsync(Enumerable.Range(0, 10));
        rig.Queue.BeginConnection();
        rig.Acknowledge(await rig.TakeAsync(Lane.Backlog, 10));

        rig.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(SpinWait.SpinUntil(() => rig.Ask("SELECT count(*) FROM message") == 0, QueueRig.Deadline));
    }

    [Fact]
    public async Task A_clean_stop_costs_nothing()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 500));

        await rig.ReopenAsync();

        Assert.Equal(500, rig.Queue.Snapshot().Depth);
        rig.Queue.BeginConnection();
        Assert.Equal(Enumerable.Range(0, 500).Select(static value => (long)value), await rig.DrainAsync());
    }

    [Fact]
    public async Task Cancelling_the_run_flushes_everything()
    {
        await using var rig = new QueueRig();
        var queue = rig.TryOpen().Queue!;
        using var stop = new CancellationTokenSource();
        var running = queue.RunAsync(stop.Token);
        Assert.Equal(AppendResult.Accepted, await queue.AppendAsync(rig.Boiler, 1, MessageBody.Of(42), default));

        await stop.CancelAsync();
        await running.WaitAsync(QueueRig.Deadline);

        Assert.Equal(42, rig.Ask("SELECT v FROM message"));
        Assert.Equal(AppendResult.Closed, await queue.AppendAsync(rig.Boiler, 2, MessageBody.Of(43), default));
        await queue.DisposeAsync();
    }

    [Fact]
    public async Task A_crash_costs_what_was_not_yet_written_and_nothing_else()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 100));
        await rig.FlushAsync();
        await rig.AppendAsync(Enumerable.Range(100, 50));

        await using var crashed = rig.Crashed().Open();

        crashed.Queue.BeginConnection();
        Assert.Equal(Enumerable.Range(0, 100).Select(static value => (long)value), await crashed.DrainAsync());
    }

    [Fact]
    public async Task Every_kind_of_body_comes_back_from_disk_as_it_was()
    {
        var bodies = new[]
        {
            MessageBody.Of(long.MinValue), MessageBody.Of(0), MessageBody.Of(21.5), MessageBody.Of(3.0), MessageBody.Of(-0.0),
            MessageBody.OfBytes("hello"u8.ToArray()), MessageBody.OfBytes(Array.Empty<byte>()), MessageBody.OfBytes(new byte[3_000_000]),
            MessageBody.Of([Value.Of("ä"), Value.Of(true), Value.Of(7), default]),
        };
        await using var rig = new QueueRig().Open();
        foreach (var body in bodies)
        {
            await rig.Queue.AppendAsync(rig.Boiler, 77, body, default);
        }

        await rig.ReopenAsync();
        rig.Queue.BeginConnection();

        var taken = await rig.TakeAsync(Lane.Backlog, bodies.Length);
        Assert.Equal(bodies.Select(Describe), taken.Select(static message => Describe(message.Body)));
        Assert.All(taken, static message => Assert.Equal(77, message.BootTime));
    }

    private static string Describe(MessageBody body) => $"{body.Kind} {body.Bits} {Convert.ToHexString(body.Packed.Span)}";
}
