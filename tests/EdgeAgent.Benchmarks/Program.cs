using EdgeAgent.Benchmarks;

return args switch
{
    ["queue", .. var rest] => await QueueBenchmark.RunAsync(rest),
    ["delivery"] => await DeliveryBenchmark.RunAsync(Console.Out) + await FleetBenchmark.RunAsync(Console.Out),
    ["delivery", "mosquitto"] => await DeliveryBenchmark.IntoMosquittoAsync(Console.Out),
    ["delivery", "sink"] => await DeliveryBenchmark.IntoSinkAsync(Console.Out),
    ["delivery", "fleet"] => await FleetBenchmark.RunAsync(Console.Out),
    ["mqtt"] => await MqttBenchmark.RunAsync(Console.Out),
    ["fuzz", .. var rest] => await MqttFuzz.RunAsync(rest),
    [] => await QueueBenchmark.RunAsync([]) + await MqttBenchmark.RunAsync(Console.Out) + await DeliveryBenchmark.RunAsync(Console.Out) + await FleetBenchmark.RunAsync(Console.Out),
    _ => await QueueBenchmark.RunAsync(args),
};
