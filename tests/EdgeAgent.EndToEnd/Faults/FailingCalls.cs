using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Faults;

/// <summary>A system call that fails.</summary>
/// <param name="Call">open, write, sync or truncate.</param>
/// <param name="File">queue.db, queue.db-wal or queue.db-ballast.</param>
/// <param name="At">The number of the call on that file that fails, from 1.</param>
/// <param name="IsForEver">Whether every later one fails, too.</param>
/// <param name="Error">With what: 5 (EIO) or 28 (ENOSPC).</param>
internal sealed record FailingCall(string Call, string File, int At, bool IsForEver, int Error)
{
    /// <summary>The environment in which a process meets it, with the library of <see cref="FailingCalls"/>.</summary>
    /// <param name="folder">The name of the folder that the file is in.</param>
    public Dictionary<string, string?> Environment(string library, string folder) => new()
    {
        ["LD_PRELOAD"] = library,
        ["FAULT_CALL"] = Call,
        ["FAULT_FILE"] = $"/{folder}/{File}",
        ["FAULT_AT"] = FormattableString.Invariant($"{At}"),
        ["FAULT_COUNT"] = IsForEver ? FormattableString.Invariant($"{int.MaxValue}") : "1",
        ["FAULT_ERRNO"] = FormattableString.Invariant($"{Error}"),
    };
}

/// <summary>The library that makes calls fail: failing_calls.c, compiled on this machine.</summary>
internal static class FailingCalls
{
    /// <summary>Compiles it into a folder; null, with the reason, where there is no compiler.</summary>
    public static async Task<(string? Library, string? Obstacle)> TryBuildAsync(TemporaryFolder folder)
    {
        try
        {
            var source = Repository.PathOf("tests/EdgeAgent.EndToEnd/Faults/failing_calls.c");
            var (exitCode, _, errors) = await ChildProcess.RunAsync("cc", "-O2", "-shared", "-fPIC", "-o", folder["failing_calls.so"], source, "-ldl");
            return exitCode == 0 ? (folder["failing_calls.so"], null) : throw new InvalidOperationException(errors);
        }
        catch (InvalidOperationException missing) when (missing.Message.StartsWith("cc cannot", StringComparison.Ordinal))
        {
            return (null, "needs cc, which ./dev test installs from Debian");
        }
    }
}
