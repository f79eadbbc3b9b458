using EdgeAgent.Mqtt.Packets;

namespace EdgeAgent.Mqtt.Connection;

/// <summary>
/// The bytes that came and are not handled yet. Begins small and doubles only when full, so a length in a packet costs no memory until
/// its bytes are there; never larger than the largest packet allowed. One reader.
/// </summary>
internal sealed class ReceiveBuffer
{
    private const int InitialSize = 16 * 1024;
    private readonly FrameReader _frames;
    private readonly int _maximum;
    private byte[] _bytes;
    private int _start;
    private int _end;

    /// <param name="frames">Knows the version and the limit.</param>
    /// <param name="maximumPacketSize">The same limit, in bytes.</param>
    public ReceiveBuffer(FrameReader frames, int maximumPacketSize)
    {
        _frames = frames;
        _maximum = maximumPacketSize;
        _bytes = new byte[Math.Min(InitialSize, maximumPacketSize)];
    }

    /// <summary>Whether it ends within a packet.</summary>
    public bool IsWithinPacket => _end > _start;

    /// <summary>Where the next bytes go; never empty, because a packet that fills the buffer at its maximum is complete and taken.</summary>
    public Memory<byte> Free()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_start > 0)
        {
            _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
            _end -= _start;
            _start = 0;
        }

        if (_end == _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(_maximum, 2L * _bytes.Length));
        }

        return _bytes.AsMemory(_end);
    }

    /// <summary>So many bytes came.</summary>
    public void Add(int count) => _end += count;

    /// <summary>Takes the next whole packet. Its body is valid until the next <see cref="Free"/>.</summary>
    public FrameStatus TryTake(out Frame frame, out ReadOnlySpan<byte> body, out PacketError? error)
    {
        var status = _frames.Read(_bytes.AsSpan(_start, _end - _start), out frame, out error);
        if (status != FrameStatus.Complete)
        {
            body = default;
            return status;
        }

        body = _bytes.AsSpan(_start + frame.BodyStart, frame.Length - frame.BodyStart);
        _start += frame.Length;
        return status;
    }
}
