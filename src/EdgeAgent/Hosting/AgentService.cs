using EdgeAgent.Commands;
using EdgeAgent.Configuration;
using EdgeAgent.Delivery;
using EdgeAgent.Hosting.Measuring;
using EdgeAgent.Queue;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Sampling;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Hosting;

/// <summary>How <c>edgeagent run</c> ended.</summary>
internal sealed class RunOutcome
{
    public int ExitCode { get; set; } = Commands.ExitCode.Internal;
}

/// <summary>The agent as a hosted service: composes the stages in the data's order, and ends the host when they end.</summary>
internal sealed class AgentService(
    AgentConfig config, string configPath, string controlPath, ILoggerFactory logs, IHostApplicationLifetime lifetime, RunOutcome outcome) : BackgroundService
{
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
        var time = TimeProvider.System;
        var clock = new LinuxBootClock(time, config.Clock.TrustRtc);
        var log = logs.CreateLogger("agent");

        var opening = MessageQueue.Open(config.Queue, clock, time, logs.CreateLogger("queue"), $"{config.Gateway}/ledger");
        if (opening.Queue is not { } queue)
        {
            Log.QueueNotOpen(log, opening.Failure!.Message);
            return opening.Failure.ExitCode;
        }

        await using (queue)
        {
            var intake = new ReadingIntake(queue, config.Gateway, config.Sensors);
            var figures = new DeliveryFigures(clock);
            var environment = new SensorEnvironment
            {
                Time = time,
                Clock = clock,
                Log = logs.CreateLogger("sensors"),
                WhenDurable = queue.FlushAsync,
                AgentValues = () => OwnValues.Of(queue.Snapshot(), figures, clock.WallTime(clock.Milliseconds)),
                StateDirectory = Path.GetDirectoryName(Path.GetFullPath(config.Queue.Path))!,
                Uplink = config.Broker?.Addresses ?? [],
            };
            var sampler = new Sampler(config.Sensors, environment, intake);
            var uplink = config.Broker is null
                ? null
                : new Uplink(
                    config.Broker,
                    config.Delivery,
                    new Presence(config.Status.Topic, AgentVersion.Text),
                    queue,
                    figures,
                    clock,
                    time,
                    logs.CreateLogger("delivery"));
            using var systemd = new SystemdNotifier(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"))
            {
                WatchdogLimit = SystemdNotifier.ParseWatchdog(Environment.GetEnvironmentVariable("WATCHDOG_USEC")),
            };
            var measurements = new Measurements(queue, config.Queue, OfflinePlan.For(config, ConfigSchema.Full).BytesPerReading, figures, clock, time);
            var configuration = new ConfigurationState(configPath, time);
            var reporter = new Reporter(config, configuration, sampler, queue, uplink, figures, measurements, systemd, clock, time);
            var control = new ControlSocket(controlPath, reporter.Status, reporter.History, time, log);
            if (uplink is null)
            {
                Log.NoBroker(log);
            }

            Log.Started(log, AgentVersion.Text, config.Sensors.Length, config.Queue.Path);
            var isClean = await new Agent(sampler, queue, uplink, control, measurements, reporter, systemd, log).RunAsync(stop);
            return isClean ? ExitCode.Ok : ExitCode.Internal;
        }
    }
}
