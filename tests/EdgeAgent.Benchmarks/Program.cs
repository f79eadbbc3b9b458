using EdgeAgent.Benchmarks;

return args switch
{
    ["queue", .. var rest] => await QueueBenchmark.RunAsync(rest),
    _ => await QueueBenchmark.RunAsync(args),
};
