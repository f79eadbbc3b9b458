using System.Text;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.Tests.Queue;

public sealed class IdentityTests
{
    [Fact]
    public async Task No_id_is_ever_given_twice_not_even_by_copies_of_one_file()
    {
        var ids = new HashSet<MessageId>();
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, 10));
        await rig.FlushAsync();
        await using var clone = rig.Crashed().Open();
        await rig.AppendAsync(Enumerable.Range(10, 10));
        await clone.AppendAsync(Enumerable.Range(20, 10));

        rig.Queue.BeginConnection();
        clone.Queue.BeginConnection();
        ids.UnionWith((await rig.TakeAsync(Lane.Backlog, 20)).Select(static message => MessageId.Of(in message)));
        ids.UnionWith((await clone.TakeAsync(Lane.Backlog, 20)).Select(static message => MessageId.Of(in message)));

        // Ten are the same messages in both, and have the same id.
        Assert.Equal(30, ids.Count);
    }

    [Fact]
    public async Task A_message_keeps_its_id_and_era_across_restarts()
    {
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(1);
        rig.Queue.BeginConnection();
        var before = (await rig.TakeAsync(Lane.Backlog, 1))[0];
        await rig.ReopenAsync();
        await rig.ReopenAsync();
        await rig.AppendAsync(2);
        rig.Queue.BeginConnection();

        var after = await rig.TakeAsync(Lane.Backlog, 2);

        Assert.Equal(MessageId.Of(in before), MessageId.Of(after.AsSpan()[0]));
        Assert.Equal(before.Era, after[0].Era);
        Assert.NotEqual(after[0].Era.Name, after[1].Era.Name);
        Assert.True(after[1].Sequence > after[0].Sequence);
    }

    [Fact]
    public async Task Numbers_go_on_where_the_last_run_acknowledged_everything()
    {
        await using var rig = new QueueRig().Open();
        rig.Queue.BeginConnection();
        await rig.AppendAsync(Enumerable.Range(0, 5));
        rig.Acknowledge(await rig.TakeAsync(Lane.Live, 5));
        await rig.ReopenAsync();
        await rig.ReopenAsync();

        // Eras without a message do not pile up.
        Assert.InRange(rig.Ask("SELECT count(*) FROM era"), 1, 2);
    }

    [Theory]
    [InlineData(0x5f3a9c01d2e4b677, 81234, "5f3a9c01d2e4b677-81234")]
    [InlineData(1, long.MaxValue, "0000000000000001-9223372036854775807")]
    [InlineData(0xff, -7, "00000000000000ff-L7")]
    public void An_id_reads_as_it_is_written(ulong era, long sequence, string text)
    {
        var id = new MessageId(era, sequence);
        var buffer = new byte[MessageId.LongestLength];

        Assert.Equal(text, id.ToString());
        Assert.True(id.TryFormat(buffer, out var written));
        Assert.Equal(text, Encoding.UTF8.GetString(buffer, 0, written));
        Assert.True(MessageId.TryParse(text, out var parsed));
        Assert.Equal(id, parsed);
        for (var length = 0; length < written; length++)
        {
            Assert.False(id.TryFormat(buffer.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("5f3a9c01d2e4b677")]
    [InlineData("5f3a9c01d2e4b677-")]
    [InlineData("5f3a9c01d2e4b677-x")]
    [InlineData("5f3a9c01d2e4b6zz-1")]
    [InlineData("5f3a9c01d2e4b677-L")]
    public void What_is_no_id_is_refused(string text) => Assert.False(MessageId.TryParse(text, out _));

    [Fact]
    public async Task An_envelope_is_stored_once_and_as_it_was()
    {
        var envelope = new Envelope
        {
            Sensor = "s",
            Topic = "a/ü",
            HistoryTopic = "a/h",
            Format = PayloadFormat.SenMl,
            Fields = [new("t", "°C"), new("h", null)],
            Retain = true,
            Expiry = TimeSpan.FromMinutes(5),
            Offline = OfflinePolicy.KeepLatest,
            ContentType = "text/plain",
        };
        await using var rig = new QueueRig().Open();
        for (var run = 0; run < 3; run++)
        {
            await rig.AppendAsync([1, 2, 3], envelope with { Retain = true });
            await rig.ReopenAsync();
        }

        rig.Queue.BeginConnection();
        Assert.Equal(1, rig.Ask("SELECT count(*) FROM envelope"));
        Assert.Equal(envelope, (await rig.TakeAsync(Lane.Backlog, 1))[0].Envelope);
    }

    [Fact]
    public async Task Topics_that_never_come_again_do_not_fill_memory_or_file()
    {
        await using var rig = new QueueRig().Open();
        for (var i = 0; i < 3_000; i++)
        {
            await rig.AppendAsync(i, rig.Boiler with { Topic = $"pi/{i}" });
        }

        await rig.ReopenAsync();
        rig.Queue.BeginConnection();
        Assert.Equal(3_000, (await rig.DrainAsync()).Count);
        await rig.ReopenAsync();

        Assert.InRange(rig.Ask("SELECT count(*) FROM envelope"), 0, EnvelopeTable.Capacity);
    }
}
