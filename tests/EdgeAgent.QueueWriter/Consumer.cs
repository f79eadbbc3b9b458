using System.Globalization;
using System.Text;
using System.Threading.Channels;
using EdgeAgent.Queue;
using EdgeAgent.Readings;

namespace EdgeAgent.QueueWriter;

/// <summary>
/// Plays the broker: takes messages, reports them, and only then acknowledges them, as a broker has a message before its PUBACK is on the way.
/// A few it leaves, and a few it never answers.
/// </summary>
internal sealed class Consumer(MessageQueue queue, Order order, Report report)
{
    private readonly Random _random = new(order.Seed);
    private readonly Channel<bool> _available = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public async Task RunAsync(CancellationToken stop)
    {
        queue.Available = () => _available.Writer.TryWrite(true);
        queue.BeginConnection();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                if (queue.TryTake(Lane.Ledger, out var message) || queue.TryTake(Lane.Live, out message) || queue.TryTake(Lane.Backlog, out message))
                {
                    Answer(in message);
                }
                else
                {
                    _ = await _available.Reader.ReadAsync(stop);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private void Answer(in QueuedMessage message)
    {
        if (message.Lane == Lane.Ledger)
        {
            report.Say($"ledger {Encoding.UTF8.GetString(message.Body.Packed.Span)}");
            queue.Acknowledge([message.Sequence]);
            return;
        }

        switch (order.Work == Work.Drain ? 100 : _random.Next(100))
        {
            case 0:
                // A broker that never answers.
                break;
            case 1:
                queue.Leave(message.Sequence);
                break;
            default:
                report.Say($"delivered {ValueOf(in message)} {MessageId.Of(in message)}");
                queue.Acknowledge([message.Sequence]);
                break;
        }
    }

    private static long ValueOf(in QueuedMessage message) => message.Body.Kind == BodyKind.Integer
        ? message.Body.Bits
        : long.Parse(Encoding.ASCII.GetString(message.Body.Packed.Span[..20]), CultureInfo.InvariantCulture);
}
