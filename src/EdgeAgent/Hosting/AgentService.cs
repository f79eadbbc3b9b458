using EdgeAgent.Commands;
using EdgeAgent.Configuration;
using EdgeAgent.Delivery;
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
    AgentConfig config, string controlPath, ILoggerFactory logs, IHostApplicationLifetime lifetime, RunOutcome outcome) : BackgroundService
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
            var environment = new SensorEnvironment { Time = time, Clock = clock, Log = logs.CreateLogger("sensors"), WhenDurable = queue.FlushAsync, Uplink = config.Broker?.Addresses ?? [] };
            var sampler = new Sampler(config.Sensors, environment, intake);
            var uplink = config.Broker is null
                ? null
                : new Uplink(
                    config.Broker,
                    config.Delivery,
                    new Presence(config.Status.Topic, AgentVersion.Text),
                    queue,
                    clock,
                    time,
                    logs.CreateLogger("delivery"));
            using var systemd = new SystemdNotifier(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"))
            {
                WatchdogLimit = SystemdNotifier.ParseWatchdog(Environment.GetEnvironmentVariable("WATCHDOG_USEC")),
            };
            var reporter = new Reporter(config.Gateway, AgentVersion.Text, sampler, queue, uplink, systemd, time);
            var control = new ControlSocket(controlPath, reporter.Status, time, log);
            if (uplink is null)
            {
                Log.NoBroker(log);
            }

            Log.Started(log, AgentVersion.Text, config.Sensors.Length, config.Queue.Path);
            var isClean = await new Agent(sampler, queue, uplink, control, reporter, systemd, log).RunAsync(stop);
            return isClean ? ExitCode.Ok : ExitCode.Internal;
        }
    }
}
