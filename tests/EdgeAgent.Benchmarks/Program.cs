using EdgeAgent.Benchmarks;

return args switch
{
    ["queue", .. var rest] => await QueueBenchmark.RunAsync(rest),
    ["mqtt"] => await MqttBenchmark.RunAsync(Console.Out),
    ["fuzz", .. var rest] => await MqttFuzz.RunAsync(rest),
    _ => await QueueBenchmark.RunAsync(args),
};
