using EdgeAgent.Queue;

namespace EdgeAgent.Tests.Queue;

public sealed class OpeningTests
{
    [Fact]
    public async Task The_file_is_for_the_owner_alone_and_its_directory_is_made()
    {
        await using var rig = new QueueRig();
        rig.Config = rig.Config with { Path = Path.Combine(rig.Folder, "a", "b", "queue.db") };
        rig.Open();
        await rig.AppendAsync(1);
        await rig.FlushAsync();

        foreach (var file in Directory.GetFiles(Path.Combine(rig.Folder, "a", "b")))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.False(File.GetUnixFileMode(Path.Combine(rig.Folder, "a", "b")).HasFlag(UnixFileMode.OtherRead));
        Assert.False(File.Exists(rig.Config.Path + "-shm"));
    }

    [Fact]
    public async Task A_second_agent_on_the_same_file_is_told_so()
    {
        await using var rig = new QueueRig().Open();

        var second = rig.TryOpen();

        Assert.Null(second.Queue);
        Assert.Equal(QueueFailure.InputOutput, second.Failure!.ExitCode);
        Assert.Contains("in use by another process", second.Failure.Message, StringComparison.Ordinal);
        await rig.AppendAsync(1);
        await rig.FlushAsync();
    }

    [Fact]
    public async Task A_directory_that_is_a_file_is_a_clear_failure()
    {
        await using var rig = new QueueRig();
        await File.WriteAllTextAsync(Path.Combine(rig.Folder, "x"), "");
        rig.Config = rig.Config with { Path = Path.Combine(rig.Folder, "x", "queue.db") };

        var opening = rig.TryOpen();

        Assert.Equal(QueueFailure.InputOutput, opening.Failure!.ExitCode);
        Assert.Contains("queue.path", opening.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_that_never_ran_closes_cleanly()
    {
        await using var rig = new QueueRig();
        await rig.TryOpen().Queue!.DisposeAsync();

        Assert.Equal(1, rig.Ask("SELECT clean FROM era"));
    }

    [Fact]
    public async Task Depth_is_exact_after_a_clean_stop_and_after_a_drain()
    {
        const int Count = 10_000;
        await using var rig = new QueueRig().Open();
        await rig.AppendAsync(Enumerable.Range(0, Count));
        await rig.ReopenAsync();
        Assert.Equal(Count, rig.Queue.Snapshot().Depth);
        await rig.FlushAsync();

        await using var crashed = rig.Crashed().Open();
        Assert.InRange(crashed.Queue.Snapshot().Depth, 1, 2 * Count);
        crashed.Queue.BeginConnection();
        Assert.Equal(Count, (await crashed.DrainAsync()).Count);
        Assert.Equal(0, crashed.Queue.Snapshot().Depth);
    }
}
