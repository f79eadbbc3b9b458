using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>The systemd unit, judged by systemd's own tools without a running systemd.</summary>
public sealed class UnitFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_the_unit()
    {
        // Verification insists on the program being there, and here it is not installed.
        var text = await File.ReadAllTextAsync(Repository.PathOf("packaging/edgeagent.service"));
        var unit = _folder.Write("edgeagent.service", text.Replace("/usr/bin/edgeagent", AgentProcess.Binary, StringComparison.Ordinal));

        var verify = await ChildProcess.RunAsync("systemd-analyze", "verify", "--man=no", unit);

        Assert.Equal((0, string.Empty, string.Empty), (verify.ExitCode, verify.Output, Own(verify.Errors)));
    }

    [Fact]
    public async Task The_unit_is_exposed_no_more_than_one_and_a_half()
    {
        var security = await ChildProcess.RunAsync(
            "systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", Repository.PathOf("packaging/edgeagent.service"));

        Assert.True(security.ExitCode == 0, security.Output + security.Errors);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Leaves out what systemd says of the machine's other units.</summary>
    private static string Own(string errors) =>
        string.Join('\n', errors.Split('\n').Where(line => line.Contains("edgeagent", StringComparison.Ordinal)));
}
