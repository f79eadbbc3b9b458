using System.Diagnostics;
using System.Globalization;
using EdgeAgent.Tests.Mqtt.Fuzz;

namespace EdgeAgent.Benchmarks;

/// <summary>The unit tests' fuzzer of the MQTT client, for as long as one likes.</summary>
internal static class MqttFuzz
{
    /// <summary>Tries damaged inputs and writes how many, with their seeds.</summary>
    /// <param name="arguments">The number of inputs, then the first seed or nothing for a random one.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var count, .. var rest] || !long.TryParse(count, CultureInfo.InvariantCulture, out var inputs))
        {
            await Console.Error.WriteLineAsync("usage: fuzz COUNT [SEED]");
            return 64;
        }

        var seed = rest is [var given] ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        var started = Stopwatch.GetTimestamp();
        var bytes = MqttFuzzer.Run(seed, inputs);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{inputs} inputs ({bytes} bytes), seeds {seed} to {unchecked((int)(seed + inputs - 1))}, {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s: no rule broken"));
        return 0;
    }
}
