using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Queue;
using EdgeAgent.Readings;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.Benchmarks;

/// <summary>A queue's file that a gateway has left behind, filled once and copied for each run.</summary>
internal sealed class Backlog : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgeagent-bench-").FullName;

    private Backlog(int count) => Count = count;

    public int Count { get; }

    /// <summary>Makes one of messages that are all of one size.</summary>
    public static async Task<Backlog> FillAsync(int count, int payload)
    {
        var backlog = new Backlog(count);
        await using var queue = Open(backlog._folder);
        _ = queue.RunAsync(default);
        var envelope = new Envelope { Sensor = "temp", Topic = "gw/1/temp" };
        var body = MessageBody.OfBytes(new byte[payload]);
        for (var i = 0; i < count; i++)
        {
            await queue.AppendAsync(envelope, i, body, default);
        }

        return backlog;
    }

    /// <summary>Opens a copy of it in that folder.</summary>
    public MessageQueue OpenCopy(string folder)
    {
        File.Copy(Path.Combine(_folder, "queue.db"), Path.Combine(folder, "queue.db"));
        return Open(folder);
    }

    /// <summary>Opens a queue without limits in that folder.</summary>
    public static MessageQueue Open(string folder)
    {
        var config = new QueueConfig
        {
            Path = Path.Combine(folder, "queue.db"),
            LossWindow = TimeSpan.FromSeconds(1),
            MaxSize = 64L << 30,
            MaxAge = TimeSpan.FromDays(30),
            WhenFull = WhenFull.Thin,
            KeepFree = 0,
        };
        var opening = MessageQueue.Open(config, new LinuxBootClock(TimeProvider.System, trustRtc: true), TimeProvider.System, NullLogger.Instance);
        return opening.Queue ?? throw new InvalidOperationException(opening.Failure!.Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
