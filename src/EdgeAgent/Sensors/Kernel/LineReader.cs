namespace EdgeAgent.Sensors.Kernel;

/// <summary>How a <see cref="Line"/> came about.</summary>
internal enum LineKind
{
    /// <summary>A whole line.</summary>
    Whole,

    /// <summary>It was longer than any line may be, and has been left out up to its end.</summary>
    TooLong,

    /// <summary>There will be no more: the other side has closed, or the device is gone.</summary>
    End,
}

/// <summary>The next of a source's lines.</summary>
/// <param name="Kind">Says whether there is one.</param>
/// <param name="Bytes">The line without its end; valid until the next is asked for.</param>
/// <param name="Error">At the end: the error number, 0 where the source was closed.</param>
internal readonly record struct Line(LineKind Kind, ReadOnlyMemory<byte> Bytes, int Error);

/// <summary>
/// Cuts what comes over a descriptor into lines, ended by line feed or carriage return. Empty lines are left out, and so is half a
/// line at the end: it may be any part of the truth. Memory is bounded by the longest line allowed. One call at a time.
/// </summary>
internal sealed class LineReader(Descriptor source, int longest)
{
    private readonly byte[] _buffer = new byte[longest + 1];
    private int _start;
    private int _end;
    private bool _isSkipping;

    /// <summary>Leaves out what comes before the first end of a line.</summary>
    public void SkipToLineEnd() => _isSkipping = true;

    public async ValueTask<Line> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            while (TakeLine(out var line))
            {
                if (_isSkipping)
                {
                    _isSkipping = false;
                }
                else if (!line.IsEmpty)
                {
                    return new(LineKind.Whole, line, 0);
                }
            }

            Compact();
            if (_end == _buffer.Length)
            {
                var isNew = !_isSkipping;
                (_start, _end, _isSkipping) = (0, 0, true);
                if (isNew)
                {
                    return new(LineKind.TooLong, default, 0);
                }
            }

            var count = await source.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (count <= 0)
            {
                return new(LineKind.End, default, -count);
            }

            _end += count;
        }
    }

    private bool TakeLine(out ReadOnlyMemory<byte> line)
    {
        var length = _buffer.AsSpan(_start, _end - _start).IndexOfAny((byte)'\n', (byte)'\r');
        line = length < 0 ? default : _buffer.AsMemory(_start, length);
        _start += length + 1;
        return length >= 0;
    }

    private void Compact()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
    }
}
