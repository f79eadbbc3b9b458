using System.Diagnostics;
using System.Text;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.QueueWriter;

/// <summary>
/// A sensor that never tires: appends values, in bursts with pauses between, and reports each when the queue has accepted it. Its messages are
/// numbers; one in sixteen is bytes, the value in twenty digits again and again, so that rows of several pages are among them.
/// </summary>
internal sealed class Producer(MessageQueue queue, Order order, Report report, Values values, int number)
{
    private const int Digits = 20;

    private readonly Envelope _reading = new() { Sensor = $"sensor{number}", Topic = $"test/sensor{number}", Fields = [new("value", "°C")] };
    private readonly Envelope _alarm = new() { Sensor = "alarm", Topic = "test/alarm", Fields = [new("value", null)], Priority = MessagePriority.High };
    private readonly Random _random = new(unchecked((order.Seed * 31) + number));

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            for (var burst = _random.Next(1, 40); burst > 0; burst--)
            {
                if (!await AppendAsync(values.Next(), stop))
                {
                    return;
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(12)), TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>False once the queue takes no more.</summary>
    private async Task<bool> AppendAsync(long value, CancellationToken stop)
    {
        var body = _random.Next(16) == 0
            ? MessageBody.OfBytes(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"{value:D20}", _random.Next(1, 2_000 / Digits)))))
            : MessageBody.Of(value);
        AppendResult result;
        try
        {
            result = await queue.AppendAsync(_random.Next(8) == 0 ? _alarm : _reading, Environment.TickCount64, body, stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        // The time is that of the acceptance at the latest: CLOCK_MONOTONIC, which is the same in every process.
        var now = Stopwatch.GetTimestamp();
        switch (result)
        {
            case AppendResult.Accepted:
                report.Say($"accepted {value} {now}");
                return true;
            case AppendResult.Undurable:
                report.Say($"undurable {value} {now}");
                return true;
            case AppendResult.Refused:
                report.Say($"refused {value}");
                return true;
            default:
                return false;
        }
    }
}

/// <summary>The values that all producers share: each is given once.</summary>
internal sealed class Values(long first)
{
    private long _last = first - 1;

    public long Next() => Interlocked.Increment(ref _last);
}
