using System.Globalization;
using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>
/// The package in a Debian that has really booted: a service under systemd, from installation to purge. Where systemd does not
/// come up in a container, these are skipped, and <see cref="PackageScriptTests"/> and <see cref="UnitFileTests"/> stand in.
/// </summary>
public sealed class InstalledServiceTests : IDisposable
{
    private const string Install = "dpkg --install /packages/current.deb";
    private const string Queue = "/var/lib/edgeagent/queue.db";
    private const string Fast = "sensors:\n  - {id: machine, type: system, interval: 100ms}\n";
    private readonly TemporaryFolder _packages = new();

    [SkippableFact]
    public async Task After_installation_the_service_runs_and_keeps_readings_until_a_broker_is_named()
    {
        await using var machine = await BootAsync();
        await machine.MustAsync(Install);

        await WhenQueuedAsync(machine, 1);

        Assert.Equal("active", await machine.MustAsync("systemctl is-active edgeagent"));
        Assert.Equal("enabled", await machine.MustAsync("systemctl is-enabled edgeagent"));
        Assert.Contains("ok", (await machine.MustAsync("edgeagent check")).Split('\n'));
        Assert.Contains("no broker", await machine.JournalAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("_edgeagent", await machine.MustAsync("ps -o user= -p $(systemctl show edgeagent -P MainPID)"));
        await machine.MustAsync("systemd-analyze security --threshold=15 edgeagent.service");
    }

    [SkippableFact]
    public async Task Nobody_else_can_read_the_configuration_or_the_queue()
    {
        await using var machine = await BootAsync();
        await machine.MustAsync(Install);
        await WhenQueuedAsync(machine, 1);

        Assert.Equal(
            """
            750 root _edgeagent /etc/edgeagent
            640 root _edgeagent /etc/edgeagent/edgeagent.yaml
            700 _edgeagent _edgeagent /var/lib/edgeagent
            600 _edgeagent _edgeagent /var/lib/edgeagent/queue.db
            750 _edgeagent _edgeagent /run/edgeagent
            660 _edgeagent _edgeagent /run/edgeagent/control.sock
            """,
            await machine.MustAsync(
                $"stat --format '%a %U %G %n' /etc/edgeagent /etc/edgeagent/edgeagent.yaml /var/lib/edgeagent {Queue} /run/edgeagent /run/edgeagent/control.sock"));
    }

    [SkippableFact]
    public async Task What_was_kept_is_delivered_once_a_broker_is_named()
    {
        await using var machine = await BootAsync();
        await machine.MustAsync(Install);
        await ConfigureAsync(machine, Fast);
        await machine.MustAsync("systemctl restart edgeagent");
        await WhenQueuedAsync(machine, 3);

        await machine.MustAsync("systemctl start mosquitto");
        await machine.MustAsync("sh -c 'mosquitto_sub -h 127.0.0.1 -q 1 -t \"#\" -F \"%t %p\" >/tmp/seen 2>&1 &'");
        await ConfigureAsync(machine, $"broker: {{url: 'mqtt://127.0.0.1'}}\n{Fast}");
        await machine.MustAsync("systemctl restart edgeagent");

        await machine.WhenAsync("cat /tmp/seen", seen => seen.Split("\"historical\":true").Length > 3, "the readings from before");
        await machine.WhenAsync("edgeagent status --json", status => status.Contains("\"depth\":0", StringComparison.Ordinal), "an empty queue");
    }

    [SkippableFact]
    public async Task A_frozen_agent_is_killed_by_the_watchdog_and_started_again()
    {
        await using var machine = await BootAsync();
        await machine.MustAsync(Install);
        await machine.MustAsync(
            "mkdir -p /run/systemd/system/edgeagent.service.d && printf '[Service]\\nWatchdogSec=3s\\nTimeoutAbortSec=2s\\nRestartSec=100ms\\n' >/run/systemd/system/edgeagent.service.d/test.conf"
            + " && systemctl daemon-reload && systemctl restart edgeagent");
        var before = await machine.MustAsync("systemctl show edgeagent -P MainPID");

        await machine.MustAsync($"kill -STOP {before}");

        await machine.WhenAsync("systemctl show edgeagent -P NRestarts", restarts => restarts == "1", "the restart");
        await machine.WhenAsync("systemctl is-active edgeagent", state => state == "active", "the service");
        Assert.Contains("Watchdog timeout", await machine.JournalAsync(), StringComparison.Ordinal);
        Assert.NotEqual(before, await machine.MustAsync("systemctl show edgeagent -P MainPID"));
    }

    [SkippableFact]
    public async Task A_live_agent_is_not_taken_for_frozen()
    {
        await using var machine = await BootAsync();
        await machine.MustAsync(Install);
        await machine.MustAsync(
            "mkdir -p /run/systemd/system/edgeagent.service.d && printf '[Service]\\nWatchdogSec=3s\\n' >/run/systemd/system/edgeagent.service.d/test.conf"
            + " && systemctl daemon-reload && systemctl restart edgeagent");

        // Three times the watchdog's patience, as seen by the watchdog itself.
        await machine.MustAsync("sleep 9");

        Assert.Equal("0", await machine.MustAsync("systemctl show edgeagent -P NRestarts"));
    }

    [SkippableFact]
    public async Task A_killed_agent_comes_back_and_a_misconfigured_one_stays_down_and_says_why()
    {
        await using var machine = await BootAsync();
        await machine.MustAsync(Install);

        await machine.MustAsync("kill -KILL $(systemctl show edgeagent -P MainPID)");
        await machine.WhenAsync("systemctl show edgeagent -P NRestarts", restarts => restarts == "1", "the restart");
        await machine.WhenAsync("systemctl is-active edgeagent", state => state == "active", "the service");

        await ConfigureAsync(machine, "brokr: {}\n");
        Assert.NotEqual(0, (await machine.RunAsync("systemctl restart edgeagent")).ExitCode);
        Assert.Equal("failed", await machine.MustAsync("systemctl show edgeagent -P ActiveState"));
        Assert.Equal("78", await machine.MustAsync("systemctl show edgeagent -P ExecMainStatus"));
        Assert.Contains("unknown key 'brokr'", await machine.JournalAsync(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_reload_applies_the_new_file_and_a_wrong_one_changes_nothing_and_shows_in_systemctl_status()
    {
        await using var machine = await BootAsync();
        await machine.MustAsync(Install);
        var before = await machine.MustAsync("systemctl show edgeagent -P MainPID");

        await ConfigureAsync(machine, Fast);
        await machine.MustAsync("systemctl reload edgeagent");
        await WhenQueuedAsync(machine, 20);

        await ConfigureAsync(machine, "brokr: {}\n");
        _ = await machine.RunAsync("systemctl reload edgeagent");
        await machine.WhenAsync("systemctl show edgeagent -P StatusText", text => text.Contains("is not in force: 1 error", StringComparison.Ordinal), "the status");
        Assert.Equal("active", await machine.MustAsync("systemctl is-active edgeagent"));
        Assert.Equal(before, await machine.MustAsync("systemctl show edgeagent -P MainPID"));
    }

    [SkippableFact]
    public async Task An_upgrade_stops_the_agent_cleanly_and_keeps_a_hundred_thousand_queued_readings_and_the_users_edits()
    {
        await using var machine = await BootAsync();
        await machine.MustAsync(Install);
        var sensors = string.Concat(Enumerable.Range(0, 200).Select(number => $"  - {{id: s{number}, type: file, path: /proc/sys/kernel/pid_max, interval: 50ms}}\n"));
        await ConfigureAsync(machine, $"# mine\nsensors:\n{sensors}");
        await machine.MustAsync("systemctl restart edgeagent");
        await WhenQueuedAsync(machine, 100_000);

        // What the upgrade starts anew reads slowly, so that the depth then tells what was kept.
        await ConfigureAsync(machine, "# mine\nsensors:\n  - {id: machine, type: system, interval: 1h}\n");
        await machine.MustAsync("dpkg --force-confold --install /packages/newer.deb");

        var stopped = QueuedAtStop(await machine.JournalAsync());
        var kept = await WhenQueuedAsync(machine, 100_000);
        Assert.InRange(kept, stopped, stopped + 10);
        Assert.Equal("active", await machine.MustAsync("systemctl is-active edgeagent"));
        Assert.StartsWith("# mine", await machine.MustAsync("cat /etc/edgeagent/edgeagent.yaml"), StringComparison.Ordinal);
        Assert.Equal("640 root _edgeagent", await machine.MustAsync("stat --format '%a %U %G' /etc/edgeagent/edgeagent.yaml"));
    }

    [SkippableFact]
    public async Task A_downgrade_below_the_queues_schema_is_refused_by_name_and_leaves_the_queue_untouched()
    {
        await using var machine = await BootAsync();
        await machine.MustAsync("dpkg --install /packages/newer.deb");
        await WhenQueuedAsync(machine, 1);
        await machine.MustAsync("systemctl stop edgeagent");

        // As a later version would leave it: user_version, in the header at byte 60 (sqlite.org/fileformat.html, 1.3).
        await machine.MustAsync($@"printf '\000\000\003\347' | dd of={Queue} bs=1 seek=60 conv=notrunc status=none");
        var before = await machine.MustAsync($"sha256sum {Queue}");
        _ = await machine.RunAsync("dpkg --force-downgrade --install /packages/current.deb");
        await machine.WhenAsync("journalctl --unit=edgeagent --no-pager", journal => journal.Contains("was made by a newer version of the agent", StringComparison.Ordinal), "the refusal");

        await machine.WhenAsync("systemctl show edgeagent -P ActiveState", static state => state == "failed", "the end of it");
        Assert.Equal("78", await machine.MustAsync("systemctl show edgeagent -P ExecMainStatus"));
        Assert.Equal("0", await machine.MustAsync("systemctl show edgeagent -P NRestarts"));
        Assert.Equal(before, await machine.MustAsync($"sha256sum {Queue}"));
    }

    [SkippableFact]
    public async Task Removal_keeps_the_queue_reinstallation_finds_it_and_purge_removes_everything()
    {
        await using var machine = await BootAsync();
        await machine.MustAsync(Install);
        await ConfigureAsync(machine, Fast);
        await machine.MustAsync("systemctl restart edgeagent");
        await WhenQueuedAsync(machine, 2);

        await machine.MustAsync("dpkg --remove edgeagent");
        Assert.NotEqual(0, (await machine.RunAsync("systemctl is-active edgeagent")).ExitCode);
        await machine.MustAsync($"test -s {Queue} && test -s /etc/edgeagent/edgeagent.yaml && ! test -e /usr/bin/edgeagent");

        await machine.MustAsync(Install);
        await WhenQueuedAsync(machine, 2);

        await machine.MustAsync("dpkg --purge edgeagent");
        Assert.Equal(string.Empty, await machine.MustAsync("find / -xdev -path /proc -prune -o -iname '*edgeagent*' -print | grep -v -e ^/var/log -e ^/var/cache -e ^/packages -e ^/tmp || true"));
    }

    public void Dispose() => _packages.Dispose();

    private static Task ConfigureAsync(DebianMachine machine, string text) =>
        File.WriteAllTextAsync(machine.PathOf("/etc/edgeagent/edgeagent.yaml"), text);

    private static async Task<long> WhenQueuedAsync(DebianMachine machine, long depth) => DepthOf(
        await machine.WhenAsync("edgeagent status --json", status => DepthOf(status) >= depth, $"{depth} queued readings"));

    private static long DepthOf(string status) => NumberAfter(status, "\"depth\":");

    private static long QueuedAtStop(string journal)
    {
        var line = journal.Split('\n').LastOrDefault(line => line.Contains("queued for the next start", StringComparison.Ordinal));
        Assert.True(line is not null, journal);
        return long.Parse(line[..line.IndexOf(" queued for", StringComparison.Ordinal)].Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    private static long NumberAfter(string text, string name)
    {
        var at = text.IndexOf(name, StringComparison.Ordinal);
        return at < 0 ? -1 : long.Parse(text[(at + name.Length)..].Split(',', '}')[0], CultureInfo.InvariantCulture);
    }

    private async Task<DebianMachine> BootAsync()
    {
        Skip.If(Package.Obstacle is not null, Package.Obstacle);
        Skip.If(DebianRoot.Obstacle is not null, DebianRoot.Obstacle);
        await Package.PutAsync(_packages);
        var machine = await DebianMachine.BootAsync(_packages.Path);
        Skip.If(machine is null, "systemd does not boot in a container here; the scripts in a chroot and systemd-analyze stand in");
        return machine!;
    }
}
