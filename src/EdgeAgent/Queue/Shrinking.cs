namespace EdgeAgent.Queue;

/// <summary>
/// Gives the space of a drained backlog back to the file system. VACUUM writes only the pages that are in use, so it waits until they are few:
/// then it takes one short turn, however large the file has been. The store thread's alone.
/// </summary>
internal sealed class Shrinking(StoreFile file)
{
    /// <summary>So much is written at most, and held in memory meanwhile.</summary>
    private const long MostInUse = 1 << 20;

    /// <summary>Less is kept for the next outage: a file that grows and shrinks all the time would wear the card.</summary>
    private const long LeastFree = 16 << 20;

    /// <summary>After a failure, such as a full disk, there is no hurry.</summary>
    private const long PatienceMilliseconds = 3_600_000;

    private long _notBefore;

    /// <param name="now">Milliseconds of the queue's clock.</param>
    public bool IsDue(long now) =>
        now >= _notBefore && file.IsOpen && file.Database.FreeBytes >= LeastFree && file.Database.BytesInUse <= MostInUse;

    /// <exception cref="StoreException">It has to wait; the file is as it was.</exception>
    public void Shrink(long now)
    {
        _notBefore = now + PatienceMilliseconds;
        file.Database.Vacuum();
        _notBefore = 0;
    }
}
