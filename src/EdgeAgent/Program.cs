using System.CommandLine;
using EdgeAgent.Commands;

// The way of a reading, from sensor to broker, is composed in Hosting/AgentService.cs.
var parsed = CommandLine.Create().Parse(args);
if (parsed.Errors.Count > 0)
{
    return UsageError.Write(parsed, Console.Error);
}

return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
