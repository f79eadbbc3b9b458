using System.Threading.Channels;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Gpio;

namespace EdgeAgent.Tests.Sensors.Support;

/// <summary>One line that the test holds the other end of.</summary>
internal sealed class FakeGpio : IGpioLines
{
    private Channel<GpioEvent> _events = Channel.CreateUnbounded<GpioEvent>();

    public GpioRequest? Request { get; private set; }

    public bool? Level { get; set; } = false;

    public int Taken { get; private set; }

    public SensorFailure? Failure { get; set; }

    public (IGpioLine? Line, SensorFailure? Failure) Open(GpioRequest request)
    {
        Request = request;
        if (Failure is not null)
        {
            return (null, Failure);
        }

        Taken++;
        return (new Line(this), null);
    }

    public void Change(uint number, bool isRising, ulong nanoseconds = 0) => _events.Writer.TryWrite(new(nanoseconds, isRising, number));

    public void Unplug()
    {
        Level = null;
        _events.Writer.Complete();
        _events = Channel.CreateUnbounded<GpioEvent>();
    }

    private sealed class Line(FakeGpio owner) : IGpioLine
    {
        private readonly ChannelReader<GpioEvent> _reader = owner._events.Reader;

        public bool? Read() => owner.Level;

        public async ValueTask<int> NextAsync(Memory<GpioEvent> events, CancellationToken cancellationToken)
        {
            var count = 0;
            if (await _reader.WaitToReadAsync(cancellationToken))
            {
                while (count < events.Length && _reader.TryRead(out var change))
                {
                    events.Span[count++] = change;
                }
            }

            return count;
        }

        public void Dispose() => owner.Taken--;
    }
}
