namespace EdgeAgent.Tests.Mqtt.Fuzz;

/// <summary>Gives bytes in pieces of random size, then ends. Never waits.</summary>
/// <param name="bytes">All of them.</param>
/// <param name="random">Null for one byte at a time.</param>
internal sealed class PieceStream(byte[] bytes, Random? random) : Stream
{
    private int _at;

    /// <summary>The largest piece that was asked for.</summary>
    public int LargestRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        LargestRead = Math.Max(LargestRead, buffer.Length);
        var piece = Math.Min(Math.Min(random?.Next(1, 40) ?? 1, buffer.Length), bytes.Length - _at);
        bytes.AsSpan(_at, piece).CopyTo(buffer);
        _at += piece;
        return piece;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
