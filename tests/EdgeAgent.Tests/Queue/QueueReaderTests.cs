using EdgeAgent.Queue;
using static EdgeAgent.Tests.Queue.OperationsTests;

namespace EdgeAgent.Tests.Queue;

public sealed class QueueReaderTests
{
    [Fact]
    public async Task What_a_crash_left_in_the_wal_is_shown_and_nothing_is_changed_by_looking()
    {
        await using var running = new QueueRig().Open();
        await running.AppendAsync(Enumerable.Range(0, 30));
        await running.FlushAsync();
        await using var rig = running.Crashed();
        var before = await ContentAsync(rig);
        Assert.True(new FileInfo(rig.Config.Path + "-wal").Length > 0);
        var reader = new QueueReader(rig.Config.Path);

        var page = Value(reader.List(0, 10));
        var rest = Value(reader.List(page.Next!.Value, 1_000));
        var info = Value(reader.Info());

        Assert.Equal(Enumerable.Range(0, 30).Select(static value => (long)value), page.Rows.Concat(rest.Rows).Select(static row => row.Body.Bits));
        Assert.Null(rest.Next);
        Assert.Equal((30, true, 0), (info.Depth, info.IsDepthExact, info.Oldest!.Body.Bits));
        Assert.Equal(12, Value(reader.Get(rest.Rows[2].Id)).Body.Bits);
        Assert.Equal(before, await ContentAsync(rig));
        rig.Open();
        Assert.Equal(30, rig.Queue.Snapshot().Depth);
    }

    [Fact]
    public async Task The_file_of_a_running_agent_is_left_to_it()
    {
        await using var rig = new QueueRig().Open();

        Assert.Contains("running agent", new QueueReader(rig.Config.Path).Info().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_a_foreign_one_and_one_of_another_version_are_problems_in_words()
    {
        await using var rig = new QueueRig();
        var reader = new QueueReader(rig.Config.Path);
        Assert.Contains("no queue", reader.Info().Problem, StringComparison.Ordinal);
        await File.WriteAllTextAsync(rig.Config.Path, new string('x', 5_000));
        Assert.Contains("cannot be read", reader.Info().Problem, StringComparison.Ordinal);
        File.Delete(rig.Config.Path);
        rig.Open();
        await rig.CloseAsync();
        DamageTests.Sql(rig.Config.Path, "PRAGMA user_version = 99");

        Assert.Contains("another version", reader.List(0, 1).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "start the agent once (systemctl start edgeagent)")]
    [InlineData(99, "read it with the version of edgeagent that wrote it")]
    public async Task Of_a_file_of_another_version_every_question_says_what_to_do_and_changes_nothing(int version, string advice)
    {
        await using var rig = new QueueRig().Open();
        await rig.CloseAsync();
        DamageTests.Sql(rig.Config.Path, $"PRAGMA user_version = {version}");
        var before = await File.ReadAllBytesAsync(rig.Config.Path);
        var reader = new QueueReader(rig.Config.Path);

        Assert.All(
            [reader.Info().Problem, reader.List(0, 1).Problem, reader.Get(default).Problem, reader.ListDeadLetters(0, 1).Problem],
            problem => Assert.Contains(advice, problem, StringComparison.Ordinal));
        Assert.Equal(before, await File.ReadAllBytesAsync(rig.Config.Path));
    }

    private static async Task<string> ContentAsync(QueueRig rig) =>
        Convert.ToHexString(await File.ReadAllBytesAsync(rig.Config.Path)) + Convert.ToHexString(await File.ReadAllBytesAsync(rig.Config.Path + "-wal"));
}
