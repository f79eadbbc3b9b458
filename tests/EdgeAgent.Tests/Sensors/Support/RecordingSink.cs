using System.Collections.Immutable;
using System.Threading.Channels;
using EdgeAgent.Sensors;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>Takes readings into a channel, so that tests wait for them and not for time.</summary>
internal sealed class RecordingSink : IReadingSink
{
    private static readonly TimeSpan Deadline = BusyMachine.Deadline;

    private readonly Channel<Accepted> _accepted = Channel.CreateUnbounded<Accepted>();

    /// <summary>Awaited before a reading is accepted.</summary>
    public Func<string, Task> Gate { get; set; } = static _ => Task.CompletedTask;

    public async ValueTask AcceptAsync(string sensor, long bootTime, ImmutableArray<NamedValue> values, CancellationToken cancellationToken)
    {
        await Gate(sensor).WaitAsync(cancellationToken);
        _accepted.Writer.TryWrite(new(sensor, bootTime, values));
    }

    public async ValueTask AcceptAsync(string sensor, long bootTime, ForwardedMessage message, CancellationToken cancellationToken)
    {
        await Gate(sensor).WaitAsync(cancellationToken);
        _accepted.Writer.TryWrite(new(sensor, bootTime, []) { Message = message });
    }

    public async Task<Accepted> NextAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await _accepted.Reader.ReadAsync(deadline.Token);
    }

    public async Task<Accepted> NextAsync(string sensor)
    {
        while (true)
        {
            var next = await NextAsync();
            if (next.Sensor == sensor)
            {
                return next;
            }
        }
    }
}

internal readonly record struct Accepted(string Sensor, long BootTime, ImmutableArray<NamedValue> Values)
{
    public ForwardedMessage? Message { get; init; }
}
