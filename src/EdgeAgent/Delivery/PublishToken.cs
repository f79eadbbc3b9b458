namespace EdgeAgent.Delivery;

/// <summary>
/// What the drainer gives the connection with a publish and gets back with its acknowledgement: the message's number and, so that no
/// table is needed, about how large it was. The top 48 bits hold the number (a thousand messages a second for 4 000 years); entries of
/// the ledger have negative ones.
/// </summary>
internal readonly record struct PublishToken(long Bits)
{
    private const int SizeBits = 16;
    private const int SizeUnit = 64;
    private const long LargestSize = (1 << SizeBits) - 1;

    /// <summary>The token of publishes that are not the queue's, such as the agent's own status.</summary>
    public static readonly PublishToken Own = new(long.MinValue);

    /// <param name="sequence">The number of the message in the queue.</param>
    /// <param name="size">Its bytes on the wire; kept in units of 64, rounded up, to at most 4 MiB.</param>
    public PublishToken(long sequence, int size)
        : this((sequence << SizeBits) | Math.Min(LargestSize, ((long)size + SizeUnit - 1) / SizeUnit))
    {
    }

    public long Sequence => Bits >> SizeBits;

    public int Size => (int)(Bits & LargestSize) * SizeUnit;
}
