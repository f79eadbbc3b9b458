using System.CommandLine;
using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent run</c>: samples, queues and delivers until SIGTERM or Ctrl-C.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var config = CommonOptions.Config();
        var control = CommonOptions.Control();
        var watch = new Option<bool>("--watch") { Description = "Apply a change of the configuration's files by itself, not only on SIGHUP." };
        var command = new Command("run", "Read the sensors, queue what they say, deliver it; until SIGTERM or Ctrl-C. SIGHUP applies what changed in the configuration.") { config, control, watch };
        command.SetAction((parsed, _) =>
        {
            var path = parsed.GetRequiredValue(config);
            return RunAsync(new(path, parsed.GetRequiredValue(control), parsed.GetValue(watch) ? ConfigFiles.Stamp(path) : null));
        });
        return command;
    }

    private static async Task<int> RunAsync(RunRequest request)
    {
        var reading = ConfigReader.Read(request.ConfigPath, isAgent: true);
        if (reading.Problems.Length > 0)
        {
            await Console.Error.WriteAsync(ProblemText.Render(reading.Problems));
        }

        if (reading.Config is not { } config)
        {
            return reading.ExitCode;
        }

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        Logs.Configure(builder.Logging);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMinutes(10));
        builder.Services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
        var outcome = new RunOutcome();
        builder.Services.AddHostedService(services => new AgentService(
            config, request, services.GetRequiredService<ILoggerFactory>(), services.GetRequiredService<IHostApplicationLifetime>(), outcome));
        using var host = builder.Build();
        await host.RunAsync();
        return outcome.ExitCode;
    }
}
