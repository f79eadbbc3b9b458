using EdgeAgent.Readings;
using SQLitePCL;

namespace EdgeAgent.Queue;

/// <summary>The statements on <c>message</c> or <c>urgent</c>. The store thread's alone.</summary>
internal sealed class MessageTable(sqlite3 database, string table) : IDisposable
{
    private readonly Statement _insert = new(database, $"INSERT OR REPLACE INTO {table}(seq, env, t, v) VALUES(?1, ?2, ?3, ?4)");
    private readonly Statement _read = new(database, $"SELECT seq, env, t, v FROM {table} WHERE seq >= ?1 AND seq < ?2 ORDER BY seq");
    private readonly Statement _delete = new(database, $"DELETE FROM {table} WHERE seq BETWEEN ?1 AND ?2");
    private readonly Statement _deleteAll = new(database, $"DELETE FROM {table}");
    private readonly Statement _nth = new(database, $"SELECT seq FROM {table} ORDER BY seq LIMIT 1 OFFSET ?1");
    private readonly Statement _nthLast = new(database, $"SELECT seq FROM {table} ORDER BY seq DESC LIMIT 1 OFFSET ?1");
    private readonly Statement _lowest = new(database, $"SELECT min(seq) FROM {table} WHERE seq > ?1");
    private readonly Statement _highest = new(database, $"SELECT max(seq) FROM {table}");
    private readonly Statement _oldest = new(database, $"SELECT seq, t FROM {table} WHERE seq > ?1 ORDER BY seq LIMIT 1");
    private readonly Statement _countFew = new(database, $"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE seq > ?2 LIMIT ?1)");
    private byte[] _scratch = new byte[256];

    /// <summary>The lowest number above one.</summary>
    public long? LowestAbove(long sequence) => _lowest.Bind(1, sequence).Scalar();

    public long? Highest() => _highest.Scalar();

    /// <summary>How many rows there are above a number, counting no further than <paramref name="most"/>.</summary>
    public long CountUpTo(long most, long above) => _countFew.Bind(1, most).Bind(2, above).Scalar() ?? 0;

    /// <summary>Number and boot time of the first row above a number.</summary>
    public (long Sequence, long BootTime)? Oldest(long above)
    {
        if (!_oldest.Bind(1, above).Step())
        {
            return null;
        }

        var oldest = (_oldest.Integer(0), _oldest.Integer(1));
        _oldest.Reset();
        return oldest;
    }

    public void Insert(in Unwritten message) => Insert(message.Sequence, message.Envelope.Id, message.BootTime, message.Body);

    public void Insert(long sequence, long envelope, long bootTime, MessageBody body)
    {
        _insert.Bind(1, sequence).Bind(2, envelope).Bind(3, bootTime);
        BindBody(_insert, 4, in body);
        _insert.Run();
    }

    /// <summary>Removes the rows of a range; how many there were.</summary>
    public int Delete(SequenceRange range)
    {
        _delete.Bind(1, range.From).Bind(2, range.To).Run();
        return raw.sqlite3_changes(database);
    }

    /// <summary>The lowest number of the last <paramref name="count"/> rows; 0 where there are fewer.</summary>
    public long LowestOfLast(int count) => _nthLast.Bind(1, count - 1).Scalar() ?? 0;

    /// <summary>Empties the table: SQLite frees its pages without writing them.</summary>
    public void DeleteAll() => _deleteAll.Run();

    /// <summary>Deletes the lowest rows, none above <paramref name="to"/>; how many there were.</summary>
    public int DeleteLowest(long to, int most)
    {
        // The bound first: with both conditions in one statement SQLite walks all rows up to the first.
        var last = _nth.Bind(1, most - 1).Scalar() ?? long.MaxValue;
        return Delete(new(0, Math.Min(last, to)));
    }

    /// <summary>Reads the rows from the chunk's beginning to below <paramref name="end"/>, until it is full.</summary>
    public void Fill(Chunk chunk, long end, Func<long, EnvelopeEntry?> envelopes, Func<long, EraEntry> eras, int most = Chunk.MostRows)
    {
        _read.Bind(1, chunk.From).Bind(2, end);
        while (_read.Step())
        {
            var row = new Row { Sequence = _read.Integer(0), BootTime = _read.Integer(2) };
            row.Era = eras(row.Sequence);
            if (envelopes(_read.Integer(1)) is { } envelope)
            {
                row.Envelope = envelope;
                row.Kind = ReadBody(_read, 3, out row.Bits, out var content);
                chunk.Add(row, content);
            }
            else
            {
                chunk.AddOrphan(row);
            }

            if (chunk.IsFull || chunk.Count >= most)
            {
                _read.Reset();
                return;
            }
        }

        chunk.Close(end);
    }

    /// <summary>Reads one message that is to be tried again; leaves its envelope null where the row is gone.</summary>
    public void Read(Retry retry, Func<long, EnvelopeEntry?> envelopes, Func<long, EraEntry> eras)
    {
        _read.Bind(1, retry.Sequence).Bind(2, retry.Sequence + 1);
        if (_read.Step())
        {
            retry.BootTime = _read.Integer(2);
            retry.Era = eras(retry.Sequence);
            retry.Body = new(ReadBody(_read, 3, out var bits, out var content), bits, content.ToArray());
            retry.Envelope = envelopes(_read.Integer(1));
            _read.Reset();
        }
    }

    /// <summary>A body as a column: a number as itself, anything else as a blob that begins with its kind.</summary>
    private void BindBody(Statement statement, int parameter, in MessageBody body)
    {
        switch (body.Kind)
        {
            case BodyKind.Integer:
                statement.Bind(parameter, body.Bits);
                break;
            case BodyKind.Real:
                statement.Bind(parameter, BitConverter.Int64BitsToDouble(body.Bits));
                break;
            default:
                var length = 1 + body.Packed.Length;
                if (_scratch.Length < length)
                {
                    _scratch = new byte[length];
                }

                _scratch[0] = (byte)body.Kind;
                body.Packed.Span.CopyTo(_scratch.AsSpan(1));
                statement.Bind(parameter, _scratch.AsSpan(0, length));
                if (_scratch.Length > 1 << 16)
                {
                    _scratch = new byte[256];
                }

                break;
        }
    }

    public static BodyKind ReadBody(Statement statement, int column, out long bits, out ReadOnlySpan<byte> content)
    {
        bits = 0;
        content = default;
        switch (statement.Type(column))
        {
            case raw.SQLITE_INTEGER:
                bits = statement.Integer(column);
                return BodyKind.Integer;
            case raw.SQLITE_FLOAT:
                bits = BitConverter.DoubleToInt64Bits(statement.Real(column));
                return BodyKind.Real;
            default:
                content = statement.Blob(column);
                if (content.IsEmpty)
                {
                    return BodyKind.Bytes;
                }

                var kind = (BodyKind)content[0];
                content = content[1..];
                return kind;
        }
    }

    public void Dispose()
    {
        _insert.Dispose();
        _read.Dispose();
        _delete.Dispose();
        _deleteAll.Dispose();
        _nth.Dispose();
        _nthLast.Dispose();
        _lowest.Dispose();
        _highest.Dispose();
        _oldest.Dispose();
        _countFew.Dispose();
    }
}
