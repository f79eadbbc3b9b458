namespace EdgeAgent.Sensors;

/// <summary>
/// A sensor that speaks by itself: a serial line, a long-running program, a GPIO edge, a local broker. The sampler runs it, and
/// starts it again with growing pauses when its run ends, as it does when the device goes away.
/// </summary>
internal interface IStreamingSensor : IAsyncDisposable
{
    /// <summary>
    /// Opens the source and hands on what comes, until the source ends or the token is cancelled. A failure that the source
    /// survives (a bad line) is emitted as an observation.
    /// </summary>
    /// <param name="emit">
    /// Takes one observation; completes when it has been accepted, so that awaiting it slows the source down when the queue
    /// pushes back. Called by one at a time.
    /// </param>
    /// <param name="cancellationToken">Ends the run; then the run may throw for it.</param>
    /// <returns>Why the source ended.</returns>
    Task<SensorFailure> RunAsync(Func<Observation, ValueTask> emit, CancellationToken cancellationToken);
}
