using EdgeAgent.Benchmarks;

return args switch
{
    ["queue", .. var rest] => await QueueBenchmark.RunAsync(rest),
    ["mqtt"] => await MqttBenchmark.RunAsync(Console.Out),
    ["fuzz", .. var rest] => await MqttFuzz.RunAsync(rest),
    [] => await QueueBenchmark.RunAsync([]) + await MqttBenchmark.RunAsync(Console.Out),
    _ => await QueueBenchmark.RunAsync(args),
};
