using System.Globalization;
using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Queue;
using EdgeAgent.Readings;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.Benchmarks;

/// <summary>What the queue does alone: append, drain, open, and what it writes. Each figure stands beside its target in DESIGN, where it has one.</summary>
internal static class QueueBenchmark
{
    public static readonly Envelope Reading = new() { Sensor = "boiler", Topic = "gw/1/temp", Fields = [new("value", "°C")] };

    private static readonly Dictionary<string, Func<string, Task>> Parts = new()
    {
        ["append"] = AppendRun.RunAsync,
        ["drain"] = DrainRun.RunAsync,
        ["card"] = CardRun.RunAsync,
        ["rest"] = RestRun.RunAsync,
        ["open"] = OpenRun.RunAsync,
    };

    /// <summary>Runs one part, or all of them.</summary>
    /// <param name="arguments">The part, and the folder to do it in (a new one in the folder for temporary files where none is named).</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is ["opened", var file, var messages])
        {
            OpenRun.Opened(file, long.Parse(messages, CultureInfo.InvariantCulture));
            return 0;
        }

        var parts = arguments is [var name, ..] ? Parts.Where(part => part.Key == name).ToList() : [.. Parts];
        if (parts.Count == 0)
        {
            await Console.Error.WriteLineAsync($"usage: queue [{string.Join('|', Parts.Keys)} [FOLDER]]");
            return 64;
        }

        foreach (var (_, part) in parts)
        {
            var folder = arguments.Length > 1 ? Directory.CreateDirectory(Path.Combine(arguments[1], Path.GetRandomFileName())) : Directory.CreateTempSubdirectory("edgeagent-bench-");
            try
            {
                await part(folder.FullName);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        return 0;
    }

    public static MessageQueue Open(string folder, TimeSpan window, TimeProvider? time = null, BootClock? clock = null)
    {
        var config = new QueueConfig
        {
            Path = Path.Combine(folder, "queue.db"),
            LossWindow = window,
            MaxSize = 64L << 30,
            MaxAge = TimeSpan.FromDays(30),
            WhenFull = WhenFull.Thin,
            KeepFree = 0,
        };
        var opening = MessageQueue.Open(config, clock ?? new LinuxBootClock(TimeProvider.System, trustRtc: true), time ?? TimeProvider.System, NullLogger.Instance);
        return opening.Queue ?? throw new InvalidOperationException(opening.Failure!.Message);
    }

    public static void Say(string what, double figure, string unit, string target = "") =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-76} {figure,14:N1} {unit,-16}{(target.Length > 0 ? $" target {target}" : "")}"));
}
