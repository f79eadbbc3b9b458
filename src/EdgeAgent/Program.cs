using System.CommandLine;
using EdgeAgent.Commands;

// The way of a reading, from sensor to broker, is composed in Hosting/AgentService.cs.
var parsed = CommandLine.Create().Parse(args);
if (parsed.Errors.Count > 0)
{
    // System.CommandLine ends with 1; a wrong command line is 64 here, so that systemd does not restart it.
    _ = await parsed.InvokeAsync();
    return ExitCode.Usage;
}

return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
