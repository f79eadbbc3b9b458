using System.Globalization;

namespace EdgeAgent.EndToEnd.Harness;

/// <summary>
/// A real link of a chosen quality between the agent (near) and its broker (far): two network namespaces, the kernel's own TCP on both
/// sides, rate by tbf, faults by nft, delay, jitter and loss by <c>Links/forwarder.py</c>, because not every kernel has netem.
/// </summary>
internal sealed class Link : IAsyncDisposable
{
    private static int _made;

    private readonly ChildProcess _forwarder;

    private Link(NetworkNamespace near, NetworkNamespace far, ChildProcess forwarder)
    {
        Near = near;
        Far = far;
        _forwarder = forwarder;
    }

    /// <summary>Why there can be none on this machine; null where there can.</summary>
    public static string? Obstacle { get; } = FindObstacle();

    /// <summary>Where the agent runs.</summary>
    public NetworkNamespace Near { get; }

    /// <summary>Where the broker runs, and the subscriber beside it, so that it sees what arrives without the link's faults.</summary>
    public NetworkNamespace Far { get; }

    /// <summary>Makes a link that is up, or skips the test where that is impossible.</summary>
    /// <param name="delay">Of a packet, one way.</param>
    /// <param name="jitter">The delay's standard deviation.</param>
    /// <param name="loss">Percent of the packets, each way.</param>
    /// <param name="rate">As tc(8) writes it, each way, such as 256kbit; null: unlimited.</param>
    public static async Task<Link> StartAsync(TimeSpan delay = default, TimeSpan jitter = default, double loss = 0, string? rate = null, int seed = 1)
    {
        Skip.If(Obstacle is not null, Obstacle);
        var name = string.Create(CultureInfo.InvariantCulture, $"ea-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}");
        var (near, far) = (new NetworkNamespace($"{name}n", "10.99.1.1"), new NetworkNamespace($"{name}f", "10.99.1.2"));
        await near.AddAsync();
        await far.AddAsync();
        var forwarder = ChildProcess.Start(
            "python3",
            [
                Repository.PathOf("tests/EdgeAgent.EndToEnd/Links/forwarder.py"), near.Name, far.Name,
                .. new[] { delay.TotalMilliseconds, jitter.TotalMilliseconds, loss, seed }.Select(number => number.ToString(CultureInfo.InvariantCulture)),
            ]);
        var link = new Link(near, far, forwarder);
        await forwarder.Output.WhenAnyAsync(line => line == "ready", "the link");
        if (rate is not null)
        {
            await near.MustAsync($"tc qdisc add dev link0 root tbf rate {rate} burst 1600 latency 2000ms");
            await far.MustAsync($"tc qdisc add dev link0 root tbf rate {rate} burst 1600 latency 2000ms");
        }

        return link;
    }

    /// <summary>From now on nothing the broker sends arrives; what the agent sends does: the half-open link.</summary>
    public Task SilenceBrokerAsync() => Near.FilterAsync("input", "drop");

    /// <summary>From now on nothing the agent sends arrives; what the broker sends does.</summary>
    public Task SilenceAgentAsync() => Far.FilterAsync("input", "drop");

    /// <summary>Breaks every connection at its next packet, and refuses new ones.</summary>
    public Task ResetAsync() => Far.FilterAsync("input", "meta l4proto tcp reject with tcp reset");

    /// <summary>The cable out: the agent's machine loses its route.</summary>
    public Task UnplugAsync() => Near.MustAsync("ip link set link0 down");

    /// <summary>Ends every fault.</summary>
    public async Task HealAsync()
    {
        await Near.MustAsync("ip link set link0 up; nft flush ruleset");
        await Far.MustAsync("nft flush ruleset");
    }

    /// <summary>Bytes that the agent's side has put on the link, headers of IP included, behind the limit of the rate.</summary>
    public async Task<long> SentBytesAsync() =>
        long.Parse(await Near.MustAsync("cat /sys/class/net/link0/statistics/tx_bytes"), CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        await _forwarder.DisposeAsync();
        await Near.DeleteAsync();
        await Far.DeleteAsync();
    }

    private static string? FindObstacle()
    {
        if (Environment.UserName != "root")
        {
            return "network namespaces need root";
        }

        // What is tried is what the link needs, so no list of kernel features has to be kept.
        var probe = ChildProcess.RunAsync(
            "sh", "-c", "test -c /dev/net/tun && ip netns add ea-probe-$$ && ip netns exec ea-probe-$$ sh -c 'nft list ruleset && tc qdisc add dev lo root tbf rate 1mbit burst 1600 latency 1s'; status=$?; ip netns del ea-probe-$$; exit $status");
        var (exitCode, _, errors) = probe.GetAwaiter().GetResult();
        return exitCode == 0 ? null : $"no network namespaces with tun, tbf and nft here: {errors}";
    }
}

/// <summary>A network namespace by its name of ip-netns(8), with one address on its link.</summary>
internal sealed record NetworkNamespace(string Name, string Address)
{
    /// <summary>
    /// The command line that runs a program inside; the process is the program's own. It goes before others on a busy machine, because
    /// what is measured is the link.
    /// </summary>
    public (string Program, string[] Arguments) Wrap(string program, IEnumerable<string> arguments) =>
        ("ip", ["netns", "exec", Name, "nice", "-n", "-20", program, .. arguments]);

    /// <summary>Runs shell commands inside; gives their output. Their failure is the test's.</summary>
    public async Task<string> MustAsync(string commands)
    {
        var (program, arguments) = Wrap("sh", ["-ec", commands]);
        return await RunAsync(program, arguments);
    }

    public async Task AddAsync()
    {
        await RunAsync("ip", "netns", "add", Name);
        await MustAsync("ip link set lo up");
    }

    public Task DeleteAsync() => RunAsync("ip", "netns", "del", Name);

    /// <summary>Adds a rule for what comes over the link.</summary>
    public Task FilterAsync(string hook, string rule) =>
        MustAsync($"nft add table inet faults; nft 'add chain inet faults {hook} {{ type filter hook {hook} priority 0; }}'; nft 'add rule inet faults {hook} iifname link0 {rule}'");

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (exitCode, output, errors) = await ChildProcess.RunAsync(program, arguments);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors}");
    }
}
