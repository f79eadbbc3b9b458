using System.Net;
using System.Runtime.InteropServices;
using EdgeAgent.Commands;
using EdgeAgent.Configuration;
using EdgeAgent.Delivery;
using EdgeAgent.Delivery.HomeAssistant;
using EdgeAgent.Hosting.Measuring;
using EdgeAgent.Queue;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Sampling;
using EdgeAgent.Web;
using EdgeAgent.Web.Pages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Hosting;

/// <summary>How <c>edgeagent run</c> ended.</summary>
internal sealed class RunOutcome
{
    public int ExitCode { get; set; } = Commands.ExitCode.Internal;
}

/// <summary>What <c>edgeagent run</c> was asked for.</summary>
/// <param name="ConfigPath">The main file of the configuration.</param>
/// <param name="ControlPath">Where the control socket goes.</param>
/// <param name="Watched">The stamp of the files from before they were read; null where a change is not applied by itself.</param>
internal sealed record RunRequest(string ConfigPath, string ControlPath, string? Watched);

/// <summary>The agent as a hosted service: composes the stages in the data's order, and ends the host when they end.</summary>
internal sealed class AgentService(
    AgentConfig config, RunRequest request, ILoggerFactory logs, IHostApplicationLifetime lifetime, RunOutcome outcome) : BackgroundService
{
    /// <summary>After which a loop counts as stuck where systemd does not ask.</summary>
    private static readonly TimeSpan WatchdogPatience = TimeSpan.FromSeconds(30);

    private readonly DiscoveredFields _fields = new();
    private readonly TimeProvider _time = TimeProvider.System;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Away from the host's start, which waits for the first await.
        await Task.Yield();
        try
        {
            outcome.ExitCode = await RunAsync(stoppingToken);
        }
        finally
        {
            lifetime.StopApplication();
        }
    }

    private async Task<int> RunAsync(CancellationToken stop)
    {
        var clock = new LinuxBootClock(_time, config.Clock.TrustRtc);
        var log = logs.CreateLogger("agent");

        var opening = MessageQueue.Open(config.Queue, clock, _time, logs.CreateLogger("queue"), $"{config.Gateway}/ledger");
        if (opening.Queue is not { } queue)
        {
            Log.QueueNotOpen(log, opening.Failure!.Message);
            return opening.Failure.ExitCode;
        }

        await using (queue)
        {
            Name(queue, config.JsonNames);
            var figures = new DeliveryFigures(clock);
            var state = new ConfigurationState(request.ConfigPath, _time);
            using var systemd = new SystemdNotifier(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"))
            {
                WatchdogLimit = SystemdNotifier.ParseWatchdog(Environment.GetEnvironmentVariable("WATCHDOG_USEC")),
            };
            Reload? reload = null;
            var environment = new SensorEnvironment
            {
                Time = _time,
                Clock = clock,
                Log = logs.CreateLogger("sensors"),
                WhenDurable = queue.FlushAsync,
                AgentValues = () => OwnValues.Of(queue.Snapshot(), figures, clock.WallTime(clock.Milliseconds)),
                StateDirectory = Path.GetDirectoryName(Path.GetFullPath(config.Queue.Path))!,
                Uplink = () => (reload?.Running ?? config).Broker?.Addresses ?? [],
            };
            var sampler = new Sampler(config.Sensors, environment, sensor => new DiscoveringSink(new ReadingIntake(queue, config.Gateway, sensor), _fields));
            var link = new BrokerLink(NewUplink(config, queue, figures, clock));
            reload = new Reload(config, () => ConfigReader.Read(request.ConfigPath, isAgent: true), Apply, state, systemd, _time, log);
            using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
            {
                signal.Cancel = true;
                reload.Ask();
            });
            var measurements = new Measurements(queue, config.Queue.Path, OfflinePlan.For(config, ConfigSchema.Full).BytesPerReading, figures, clock, _time);
            var watchdog = new Watchdog(
                systemd.WatchdogLimit / 2 ?? WatchdogPatience,
                _time,
                log,
                WatchedLoop.All(queue, link, figures, sampler));
            var reporter = new Reporter(config, state, sampler, queue, link, figures, measurements, watchdog, systemd, clock, _time);
            var control = new ControlSocket(request.ControlPath, new ControlAnswers(reporter.Status, reporter.History, ReloadAsync, new QueueAnswers(queue.Operations)).AnswerAsync, _time, log);
            var watch = request.Watched is { } watched ? new ConfigWatch(watched, () => ConfigFiles.Stamp(request.ConfigPath), reload.Ask, _time) : null;
            var web = config.Status.Listen is { } listen ? NewWebServer(listen, reporter, figures, watchdog) : null;
            if (config.Broker is null)
            {
                Log.NoBroker(log);
            }

            Log.Started(log, AgentVersion.Text, config.Sensors.Length, config.Queue.Path);
            var isClean = await new Agent(sampler, queue, link, control, measurements, reporter, web, reload, watch, systemd, log).RunAsync(stop);
            return isClean ? ExitCode.Ok : ExitCode.Internal;

            async Task<ConfigurationReport> ReloadAsync(CancellationToken cancellationToken)
            {
                await reload.AskAsync().WaitAsync(cancellationToken);
                return state.Report;
            }

            Task Apply(AgentConfig next, ConfigDifference difference)
            {
                Name(queue, next.JsonNames);
                sampler.Change(next.Sensors);
                if (difference.IsUplinkChanged)
                {
                    link.Change(NewUplink(next, queue, figures, clock));
                }

                return difference.Limits.IsEmpty ? Task.CompletedTask : queue.ChangeLimitsAsync(QueueLimits.Of(next.Queue));
            }
        }
    }

    /// <summary>Where the agent's own keys are named beside the envelopes of the sensors.</summary>
    private void Name(MessageQueue queue, JsonNames names)
    {
        queue.LedgerIdKey = names.Id;
        _fields.Names = names;
    }

    private WebServer NewWebServer(IPEndPoint listen, Reporter reporter, DeliveryFigures figures, Watchdog watchdog)
    {
        var site = new Site(
            new Access(config.Status.Token),
            _time,
            ("/", () => StatusPage.Make(reporter.Status(), reporter.History(), _time.GetUtcNow(), _time.LocalTimeZone)),
            ("/metrics", () => MetricsPage.Make(reporter.Status(), figures.Times)),
            ("/healthz", () => HealthPages.Health(watchdog.Stuck)),
            ("/readyz", () => HealthPages.Readiness(reporter.Status())));
        return new WebServer(listen, site, _time, logs.CreateLogger("web"));
    }

    /// <summary>Null where no broker is set.</summary>
    private Uplink? NewUplink(AgentConfig next, MessageQueue queue, DeliveryFigures figures, BootClock clock) => next.Broker is null
        ? null
        : new Uplink(
            next.Broker, next.Delivery, new Presence(next.Status.Topic, AgentVersion.Text), queue, figures, clock, _time, logs.CreateLogger("delivery"),
            next.HomeAssistant is { } homeAssistant
                ? new Announcer(homeAssistant, DiscoveryDocument.For(next, AgentVersion.Text), _fields, _time, logs.CreateLogger("delivery"))
                : null);
}
