using System.Buffers.Binary;

namespace EdgeAgent.Sensors.Modbus;

/// <summary>
/// One bus with its devices: one request at a time, each with its own deadline, so that a dead device costs the others that
/// deadline and no more. It is opened when first needed, and again after anything that leaves it in doubt. Thread-safe.
/// </summary>
internal sealed class ModbusBus(ModbusAddress address, TimeProvider time) : IDisposable
{
    private const int BusyTries = 3;

    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly ModbusSilence _silence = new(address, time);
    private ModbusLink? _link;
    private ushort _transaction;

    /// <summary>Asks a device, and again where it is busy.</summary>
    /// <param name="slave">1 to 247, or 0 to 255 over TCP.</param>
    /// <param name="block">What to read.</param>
    /// <param name="patience">How long the device may take to answer.</param>
    /// <param name="cancellationToken">The deadline of the whole read, waiting for the bus included.</param>
    public async Task<ModbusReply> AskAsync(byte slave, ModbusBlock block, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (await TakeTurnAsync(slave, cancellationToken) is { } failure)
        {
            return new(default, failure);
        }

        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var reply = await AskOnceAsync(slave, block, patience, cancellationToken);
                if (!reply.IsBusy || attempt == BusyTries)
                {
                    return reply;
                }

                await Task.Delay(BusyPause, time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            Close();
            return new(default, Silent(slave));
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        Close();
        _turn.Dispose();
    }

    /// <summary>Waits until it is this request's turn and its slave owes no answer any more; or says why it came to nothing.</summary>
    private async Task<SensorFailure?> TakeTurnAsync(byte slave, CancellationToken cancellationToken)
    {
        var isResting = false;
        try
        {
            while (true)
            {
                await _turn.WaitAsync(cancellationToken);
                var rest = _silence.RestOf(slave);
                if (rest <= TimeSpan.Zero)
                {
                    return null;
                }

                _turn.Release();
                isResting = true;
                await Task.Delay(rest, time, cancellationToken);
                isResting = false;
            }
        }
        catch (OperationCanceledException)
        {
            // Waiting for others is no fault of this device: it must not be suspended for it.
            return isResting
                ? Silent(slave)
                : new(SensorFailureKind.Io, $"{address} was busy with other devices for all the time that this read had");
        }
    }

    private async Task<ModbusReply> AskOnceAsync(byte slave, ModbusBlock block, TimeSpan patience, CancellationToken cancellationToken)
    {
        // The silence before the request is not the device's time.
        using var deadline = new CancellationTokenSource(patience + _silence.Length, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            _link?.DiscardInput();
            if (_link is { IsClosed: true })
            {
                // Devices close connections that are idle for long.
                Close();
            }

            while (true)
            {
                var isReused = _link is not null;
                if (_link is null)
                {
                    (_link, var failure) = await ModbusLink.OpenAsync(address, either.Token);
                    if (failure is not null)
                    {
                        return new(default, failure);
                    }
                }

                if (await _silence.WaitAsync(_link!, either.Token) is { } talk)
                {
                    return new(default, talk);
                }

                _silence.Asked();
                var reply = address.IsRtu ? await AskRtuAsync(slave, block, patience, either.Token) : await AskTcpAsync(slave, block, either.Token);
                if (reply is { Failure: null })
                {
                    _silence.Answered();
                }

                if (reply is not null || !isReused || !address.Place.IsTcp)
                {
                    return reply ?? Broken();
                }

                // It was closed while the request was on its way: that says nothing about the device.
                Close();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            if (address.Place.IsTcp)
            {
                // A late reply of a stream may come at any time, and a connection that is dead looks like a silent device.
                Close();
            }

            return new(default, Silent(slave));
        }
    }

    /// <summary>One request; null where the way broke before anything was answered.</summary>
    private async Task<ModbusReply?> AskRtuAsync(byte slave, ModbusBlock block, TimeSpan patience, CancellationToken cancellationToken)
    {
        var frame = new byte[ModbusFrame.Longest];
        var length = 0;
        try
        {
            if (!await _link!.SendAsync(ModbusFrame.RtuRequest(slave, block), cancellationToken))
            {
                return null;
            }

            for (var expected = ModbusFrame.ShortestRtu; length < expected;)
            {
                var count = await _link.ReceiveAsync(frame.AsMemory(length, expected - length), cancellationToken);
                if (count <= 0)
                {
                    return length == 0 ? null : Broken();
                }

                length += count;
                expected = length >= 3 ? Math.Min(ModbusFrame.RtuLength(frame), frame.Length) : expected;
            }
        }
        catch (OperationCanceledException)
        {
            if (length == 0 || frame[0] != slave)
            {
                _silence.GaveUp(slave, patience);
            }

            if (length == 0)
            {
                throw;
            }

            // Something does answer, so it is not to be suspended like a dead device.
            return new(default, new(SensorFailureKind.Crc, "the reply was cut short or disturbed: check wiring, termination, baud and parity"));
        }

        return ModbusFrame.ParseRtu(slave, block, frame.AsMemory(0, length));
    }

    /// <summary>One request; null where the way broke before anything was answered.</summary>
    private async Task<ModbusReply?> AskTcpAsync(byte slave, ModbusBlock block, CancellationToken cancellationToken)
    {
        var transaction = ++_transaction;
        if (!await _link!.SendAsync(ModbusFrame.TcpRequest(transaction, slave, block), cancellationToken))
        {
            return null;
        }

        var frame = new byte[ModbusFrame.Longest];
        while (true)
        {
            var filled = await FillAsync(frame.AsMemory(0, ModbusFrame.TcpHeader), cancellationToken);
            if (filled < ModbusFrame.TcpHeader)
            {
                return filled == 0 ? null : Broken();
            }

            var protocol = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(2));
            var length = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(4)) - 1;
            if (protocol != 0 || length < 1 || length > ModbusFrame.Longest - ModbusFrame.TcpHeader)
            {
                // Where the next reply begins cannot be known any more.
                Close();
                return new(default, new(SensorFailureKind.Format, $"{address} sends what is not Modbus TCP (framing: rtu for a plain converter?)"));
            }

            if (await FillAsync(frame.AsMemory(ModbusFrame.TcpHeader, length), cancellationToken) < length)
            {
                return Broken();
            }

            // A reply to a request that was given up is passed over.
            if (BinaryPrimitives.ReadUInt16BigEndian(frame) == transaction)
            {
                return frame[6] == slave
                    ? ModbusFrame.ParseData(block, frame.AsMemory(ModbusFrame.TcpHeader, length))
                    : new(default, new(SensorFailureKind.Format, FormattableString.Invariant($"unit {frame[6]} answers instead of unit {slave}")));
            }
        }
    }

    /// <summary>How many bytes came: fewer than there is room for where the connection broke.</summary>
    private async Task<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var length = 0;
        while (length < buffer.Length && await _link!.ReceiveAsync(buffer[length..], cancellationToken) is > 0 and var count)
        {
            length += count;
        }

        return length;
    }

    private ModbusReply Broken()
    {
        Close();
        return new(default, new(address.Place.IsTcp ? SensorFailureKind.Io : SensorFailureKind.Missing, $"{address}: the connection is gone"));
    }

    private SensorFailure Silent(byte slave) => new(SensorFailureKind.Timeout, FormattableString.Invariant($"slave {slave} on {address} does not answer"));

    private void Close()
    {
        _link?.Dispose();
        _link = null;
    }
}
