namespace EdgeAgent.Sensors.Modbus;

/// <summary>
/// When an RTU line may be asked. Its replies carry no number, so one that comes late, or the tail of a disturbed one, would be
/// taken for the answer to the next request, or be talked into. Over Modbus TCP there is nothing to wait for. One call at a time.
/// </summary>
internal sealed class ModbusSilence(ModbusAddress address, TimeProvider time)
{
    /// <summary>Longer than the pauses that drivers, USB converters and networks make within a reply.</summary>
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromMilliseconds(50);

    /// <summary>In whole milliseconds: 1.75 ms above 19200 baud, 3.5 characters of 11 bits below (Modbus over Serial Line V1.02, 2.5.1.1).</summary>
    private readonly TimeSpan _between = TimeSpan.FromMilliseconds(address.Place.IsTcp ? 0 : Math.Ceiling(Math.Max(1.75, 3.5 * 11 * 1000 / address.Serial.Baud)));

    private readonly Dictionary<byte, (long Since, TimeSpan Patience)> _givenUp = [];
    private bool _isInDoubt;

    /// <summary>How long nothing may come before the next request.</summary>
    public TimeSpan Length => _isInDoubt && address.IsRtu && _between < AfterTrouble ? AfterTrouble : _between;

    /// <summary>How long a slave must be left alone, until the answer that it owes can no longer come; others need not wait for it.</summary>
    public TimeSpan RestOf(byte slave)
    {
        if (!_givenUp.TryGetValue(slave, out var given))
        {
            return TimeSpan.Zero;
        }

        var rest = given.Patience - time.GetElapsedTime(given.Since);
        return TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds));
    }

    /// <summary>A request goes out: until it is answered well, something may come of it.</summary>
    public void Asked() => _isInDoubt = true;

    public void Answered() => _isInDoubt = false;

    /// <summary>A slave has not begun to answer in time.</summary>
    public void GaveUp(byte slave, TimeSpan patience)
    {
        if (address.IsRtu)
        {
            _givenUp[slave] = (time.GetTimestamp(), patience);
        }
    }

    /// <summary>Reads away what comes until nothing does, or says that the line talks for as long as there was time.</summary>
    public async Task<SensorFailure?> WaitAsync(ModbusLink link, CancellationToken cancellationToken)
    {
        var (length, isTalking) = (Length, false);
        try
        {
            do
            {
                if (length > TimeSpan.Zero)
                {
                    await Task.Delay(length, time, cancellationToken);
                }

                isTalking = link.DiscardInput() > 0;
            }
            while (isTalking && length > TimeSpan.Zero);

            return null;
        }
        catch (OperationCanceledException) when (isTalking)
        {
            return new(SensorFailureKind.Io, $"{address} never falls silent: a second controller, noise, or another baud rate");
        }
    }
}
