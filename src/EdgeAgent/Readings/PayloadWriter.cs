namespace EdgeAgent.Readings;

/// <summary>
/// Writes the payload of a message in its envelope's format. Keeps one buffer and the encoded parts of the envelopes it has seen,
/// so the steady state allocates nothing. Not thread-safe: the drainer owns it.
/// </summary>
internal sealed class PayloadWriter
{
    private const int FirstCapacity = 1024;

    /// <summary>The queue caps envelopes in number; this only keeps a run of changing configurations from piling up here.</summary>
    private const int MostEnvelopes = 10_000;

    private readonly Dictionary<Envelope, EncodedEnvelope> _envelopes = new(ReferenceEqualityComparer.Instance);
    private PayloadBuffer _buffer = new(FirstCapacity);
    private EncodedEnvelope? _latest;

    /// <summary>The encoded parts of an envelope.</summary>
    public EncodedEnvelope Encoded(Envelope envelope)
    {
        if (ReferenceEquals(_latest?.Envelope, envelope))
        {
            return _latest!;
        }

        if (!_envelopes.TryGetValue(envelope, out var encoded))
        {
            if (_envelopes.Count >= MostEnvelopes)
            {
                _envelopes.Clear();
            }

            encoded = new EncodedEnvelope(envelope);
            _envelopes.Add(envelope, encoded);
        }

        _latest = encoded;
        return encoded;
    }

    /// <summary>The payload's bytes, valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(scoped in PayloadSource source, EncodedEnvelope envelope)
    {
        if (source.Body.Kind == BodyKind.Bytes)
        {
            return source.Body.Packed.Span;
        }

        _buffer.Clear();
        switch (envelope.Envelope.Format)
        {
            case PayloadFormat.Influx:
                InfluxPayload.Write(source, envelope, ref _buffer);
                break;
            case PayloadFormat.SenMl:
                SenMlPayload.Write(source, envelope, ref _buffer);
                break;
            case PayloadFormat.Raw:
                RawPayload.Write(source, ref _buffer);
                break;
            default:
                JsonPayload.Write(source, envelope, ref _buffer);
                break;
        }

        return _buffer.Written;
    }
}
