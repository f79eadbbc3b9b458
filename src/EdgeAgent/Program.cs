using EdgeAgent.Commands;

// The way of a reading, from sensor to broker, is composed in Hosting/AgentService.cs.
return await CommandLine.RunAsync(args, Console.Out, Console.Error);
