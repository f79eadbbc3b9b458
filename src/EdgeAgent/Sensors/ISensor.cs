namespace EdgeAgent.Sensors;

/// <summary>A sensor that is asked. One read at a time; a read may be abandoned at its deadline, so it must heed the token.</summary>
internal interface ISensor : IAsyncDisposable
{
    /// <summary>Reads once. Expected failures (missing file, bad checksum, rubbish) are observations, not exceptions.</summary>
    ValueTask<Observation> ReadAsync(CancellationToken cancellationToken);
}
