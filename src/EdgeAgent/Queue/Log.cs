using Microsoft.Extensions.Logging;

namespace EdgeAgent.Queue;

/// <summary>What the queue tells the journal. Ids 2000 to 2999.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Information, "Queue {Path}: {Depth} messages wait, size {Bytes} bytes, era {Era:x16}")]
    public static partial void Opened(this ILogger log, string path, long depth, long bytes, ulong era);

    [LoggerMessage(2001, LogLevel.Information, "Queue closed: {Depth} messages kept")]
    public static partial void Closed(this ILogger log, long depth);

    [LoggerMessage(2002, LogLevel.Error, "The queue cannot write: {Problem}. Messages stay in memory until it can; trying again")]
    public static partial void StoreFailed(this ILogger log, string problem);

    [LoggerMessage(2003, LogLevel.Information, "The queue writes again")]
    public static partial void StoreRecovered(this ILogger log);

    [LoggerMessage(2004, LogLevel.Error, "The queue was closed while it could not write: {Count} messages are lost with this process")]
    public static partial void ClosedUnwritten(this ILogger log, long count);

    [LoggerMessage(2005, LogLevel.Warning, "The last run did not end cleanly: of era {Era:x16}, the last durable number is {Sequence}")]
    public static partial void UncleanStart(this ILogger log, ulong era, long sequence);

    [LoggerMessage(2006, LogLevel.Error, "The queue {Path} is damaged and was moved to {Aside}. A new one is in use; what can be read of the old one is being salvaged")]
    public static partial void MovedAside(this ILogger log, string path, string aside);

    [LoggerMessage(2008, LogLevel.Information, "Goes on salvaging {Path}; {Rescued} messages were read from it before the restart")]
    public static partial void SalvageGoesOn(this ILogger log, string path, long rescued);

    [LoggerMessage(2007, LogLevel.Warning, "Salvaged {Rescued} messages; about {Unreadable} could not be read. The damaged file is kept: {Path}")]
    public static partial void Salvaged(this ILogger log, long rescued, long unreadable, string path);
}
