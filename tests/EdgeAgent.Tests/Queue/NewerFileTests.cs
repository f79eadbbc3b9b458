using System.Security.Cryptography;
using EdgeAgent.Queue;

namespace EdgeAgent.Tests.Queue;

/// <summary>The queue of a newer version of the agent, as a downgrade leaves it to this one.</summary>
public sealed class NewerFileTests
{
    [Fact]
    public async Task It_is_refused_with_what_to_do_and_nothing_beside_it_is_made()
    {
        await using var rig = await StoppedAsync();
        DamageTests.Sql(rig.Config.Path, "PRAGMA user_version = 99");

        await RefusedAndUntouchedAsync(rig);
    }

    [Fact]
    public async Task A_version_that_a_crash_left_in_the_wal_is_refused_too_and_the_wal_stays()
    {
        await using var stopped = await StoppedAsync();
        using var newer = Open(stopped.Config.Path);
        Run(newer, "PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 99");
        await using var rig = stopped.Crashed();
        File.Delete(rig.Config.Path + "-shm");
        Assert.NotEqual(99, VersionInHeader(rig.Config.Path));

        await RefusedAndUntouchedAsync(rig);
    }

    [Fact]
    public async Task One_that_has_given_up_the_wal_keeps_its_journal_mode()
    {
        await using var rig = await StoppedAsync();
        DamageTests.Sql(rig.Config.Path, "PRAGMA journal_mode = DELETE; PRAGMA user_version = 99");

        await RefusedAndUntouchedAsync(rig);
    }

    [Fact]
    public async Task Looking_into_it_changes_nothing_either()
    {
        await using var rig = await StoppedAsync();
        DamageTests.Sql(rig.Config.Path, "PRAGMA user_version = 99");
        var before = FilesOf(rig);

        var answer = new QueueReader(rig.Config.Path).Info();

        Assert.Contains("another version", answer.Problem, StringComparison.Ordinal);
        Assert.Equal(before, FilesOf(rig));
    }

    [Fact]
    public async Task Looking_into_one_of_this_version_leaves_no_wal_behind()
    {
        await using var rig = await StoppedAsync();
        var before = FilesOf(rig);

        Assert.Null(new QueueReader(rig.Config.Path).Info().Problem);

        Assert.Equal(before, FilesOf(rig));
    }

    [Fact]
    public void Systemd_does_not_restart_what_a_newer_file_has_stopped_but_does_after_an_io_error()
    {
        var unit = File.ReadAllLines(RepositoryFile.PathOf("packaging/edgeagent.service"));

        var never = unit.Single(static line => line.StartsWith("RestartPreventExitStatus=", StringComparison.Ordinal)).Split('=', ' ')[1..];

        Assert.Contains($"{QueueFailure.Configuration}", never);
        Assert.DoesNotContain($"{QueueFailure.InputOutput}", never);
    }

    private static async Task<QueueRig> StoppedAsync()
    {
        var rig = new QueueRig().Open();
        await rig.AppendAsync([1, 2, 3]);
        await rig.CloseAsync();
        return rig;
    }

    private static async Task RefusedAndUntouchedAsync(QueueRig rig)
    {
        var before = FilesOf(rig);

        var opening = rig.TryOpen();

        if (opening.Queue is { } queue)
        {
            await queue.DisposeAsync();
        }

        Assert.Equal(QueueFailure.Configuration, opening.Failure?.ExitCode);
        Assert.Contains("made by a newer version", opening.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("its format is 99", opening.Failure.Message, StringComparison.Ordinal);
        Assert.Contains("Install that version again, or set queue.path to another place", opening.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, FilesOf(rig));
    }

    /// <summary>Every file with the hash of its content and the time of its last change.</summary>
    private static List<string> FilesOf(QueueRig rig) =>
        [.. Directory.GetFiles(rig.Folder).Order().Select(static file => $"{file} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))} {File.GetLastWriteTimeUtc(file):O}")];

    /// <summary>user_version, in the header at byte 60 (SQLite file format, 1.3).</summary>
    private static int VersionInHeader(string path) => System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(File.ReadAllBytes(path).AsSpan(60));

    private static Microsoft.Data.Sqlite.SqliteConnection Open(string path)
    {
        var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Run(Microsoft.Data.Sqlite.SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
