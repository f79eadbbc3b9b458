using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Tests.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.Tests.Hosting;

public sealed class ReloadTests : TestsWithAnEnd
{
    private const string Good = "gateway: pi\nsensors:\n  - {id: a, type: system}\n";

    private static readonly TimeSpan Deadline = BusyMachine.Deadline;

    private readonly ConfigFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SystemdNotifier _systemd = new(null);
    private readonly List<(AgentConfig Next, ConfigDifference Difference)> _applied = [];
    private readonly SemaphoreSlim _applying = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private readonly ConfigurationState _state = new("edgeagent.yaml", TimeProvider.System);
    private readonly Reload _reload;
    private TaskCompletionSource _inForce = new();
    private readonly Task _running;

    public ReloadTests()
    {
        _inForce.SetResult();
        var started = _folder.Read(Good).Config!;
        _reload = new Reload(started, _folder.Read, ApplyAsync, _state, _systemd, TimeProvider.System, NullLogger.Instance)
        {
            Done = () => _done.Release(),
        };
        _running = _reload.RunAsync(_stop.Token);
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Deadline);
        _stop.Dispose();
        _systemd.Dispose();
        _applying.Dispose();
        _done.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_different_is_applied_and_the_next_reload_is_compared_with_it()
    {
        await ReloadAsync(Good + "  - {id: b, type: system}\n");
        await ReloadAsync(Good + "  - {id: b, type: system, interval: 5s}\n");

        Assert.Equal("b", Assert.Single(_applied[0].Difference.Added));
        Assert.Equal("b", Assert.Single(_applied[1].Difference.Changed));
        Assert.Equal("sensors: 1 changed (b)", _applied[1].Difference.ToString());
        Assert.Same(_applied[1].Next.Sensors[1], _reload.Running.Sensors[1]);
    }

    [Fact]
    public async Task An_error_keeps_the_running_configuration_and_says_where_it_is()
    {
        await ReloadAsync(Good + "brokr: {}\n");

        Assert.Empty(_applied);
        Assert.StartsWith("1 error, 0 warnings; ", _state.Report.ReloadError, StringComparison.Ordinal);
        Assert.Contains("edgeagent.yaml:4:1: error: unknown key 'brokr'", _state.Report.ReloadError, StringComparison.Ordinal);

        await ReloadAsync(Good);
        Assert.True(Assert.Single(_applied).Difference.IsEmpty);
        Assert.Null(_state.Report.ReloadError);
    }

    [Fact]
    public async Task A_file_that_is_gone_changes_nothing()
    {
        File.Delete(_folder.Main);

        await _reload.AskAsync().WaitAsync(Deadline);
        Assert.True(await _done.WaitAsync(Deadline));

        Assert.Empty(_applied);
        Assert.NotNull(_state.Report.ReloadError);
    }

    [Fact]
    public async Task Another_gateway_is_refused_as_a_whole_because_topics_and_ids_hang_on_it()
    {
        await ReloadAsync(Good.Replace("pi", "po", StringComparison.Ordinal) + "  - {id: b, type: system}\n");

        Assert.Empty(_applied);
        Assert.Contains("gateway changed, which needs a restart", _state.Report.ReloadError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_that_waits_for_a_restart_is_said_at_every_reload_too()
    {
        const string Other = Good + "status: {listen: '127.0.0.1:1', token: 0123456789abcdef}\n";
        await ReloadAsync(Other);
        await ReloadAsync(Other);

        Assert.Equal("status.listen, status.token", _state.Report.WaitsForRestart);
    }

    [Fact]
    public async Task A_reload_is_over_when_what_it_applied_is_in_force()
    {
        _inForce = new();
        _folder.Write("edgeagent.yaml", Good + "queue: {max_size: 64MiB}\n");
        var reloading = _reload.AskAsync();
        Assert.True(await _applying.WaitAsync(Deadline));
        Assert.False(reloading.IsCompleted);
        Assert.Null(_state.Report.Changed);

        _inForce.SetResult();
        await reloading.WaitAsync(Deadline);

        Assert.Equal("queue: max_size 64MiB (was 512MiB)", _state.Report.Changed);
        Assert.Null(_state.Report.WaitsForRestart);
        Assert.True(await _done.WaitAsync(Deadline));
    }

    [Fact]
    public async Task What_waits_for_a_restart_is_said_at_every_reload_and_holds_nothing_else_up()
    {
        const string Moved = Good + "  - {id: b, type: system}\nqueue: {path: /srv/queue.db}\n";
        await ReloadAsync(Moved);
        await ReloadAsync(Moved);

        Assert.Equal("b", Assert.Single(_applied[0].Difference.Added));
        Assert.Equal("queue.path", _state.Report.WaitsForRestart);
        Assert.Equal("for a restart wait: queue.path", _applied[1].Difference.ToString());
    }

    private Task ApplyAsync(AgentConfig next, ConfigDifference difference)
    {
        _applied.Add((next, difference));
        _applying.Release();
        return _inForce.Task;
    }

    private async Task ReloadAsync(string text)
    {
        _folder.Write("edgeagent.yaml", text);
        await _reload.AskAsync().WaitAsync(Deadline);
        Assert.True(await _done.WaitAsync(Deadline));
    }
}
