namespace EdgeAgent.Delivery;

/// <summary>
/// When messages in flight were sent: of as many as there are places for, which is every one on a slow link and every few on a fast one.
/// One thread sends and one answers; between the two it is thread-safe.
/// </summary>
internal sealed class SendTimes(TimeProvider time)
{
    private const int Places = 64;
    private const long Free = long.MinValue;

    private readonly long[] _tokens = [.. Enumerable.Repeat(Free, Places)];
    private readonly long[] _sentAt = new long[Places];

    public void OnSent(PublishToken token)
    {
        var place = PlaceOf(token);
        if (Volatile.Read(ref _tokens[place]) == Free)
        {
            _sentAt[place] = time.GetTimestamp();
            Volatile.Write(ref _tokens[place], token.Bits);
        }
    }

    /// <summary>Gives the message's place free. Null: it had none.</summary>
    public TimeSpan? Take(PublishToken token)
    {
        var place = PlaceOf(token);
        if (Volatile.Read(ref _tokens[place]) != token.Bits)
        {
            return null;
        }

        var elapsed = time.GetElapsedTime(_sentAt[place]);
        Volatile.Write(ref _tokens[place], Free);
        return elapsed;
    }

    private static int PlaceOf(PublishToken token) => (int)((ulong)token.Sequence % Places);
}
