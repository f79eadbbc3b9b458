using EdgeAgent.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Hosting;

public sealed class ConfigurationStateTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);

    [Fact]
    public void A_refused_reload_is_told_until_one_succeeds()
    {
        var state = new ConfigurationState("/etc/edgeagent/edgeagent.yaml", _time);
        _time.Advance(TimeSpan.FromMinutes(1));
        state.Refused("line 3: unknown key");
        var refused = state.Report;
        _time.Advance(TimeSpan.FromMinutes(1));
        state.Reloaded(new([], [], [], IsUplinkChanged: false, ["max_age 2d (was 1d)"], ["queue.path"]));

        Assert.Equal(new("/etc/edgeagent/edgeagent.yaml", Start, Start.AddMinutes(1), "line 3: unknown key"), refused);
        Assert.Equal(new("/etc/edgeagent/edgeagent.yaml", Start.AddMinutes(2), null, null) { Changed = "queue: max_age 2d (was 1d)", WaitsForRestart = "queue.path" }, state.Report);
    }
}
