using System.Net;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Web;

/// <summary>What the status page logs: event ids 6100 to 6199.</summary>
internal static partial class Log
{
    [LoggerMessage(6100, LogLevel.Information, "the status page is at http://{Endpoint}/")]
    public static partial void Listens(ILogger logger, IPEndPoint endpoint);

    [LoggerMessage(6101, LogLevel.Warning, "no status page at {Endpoint}: {Reason}; the agent runs, and tries again")]
    public static partial void CannotListen(ILogger logger, IPEndPoint endpoint, string reason);

    [LoggerMessage(6102, LogLevel.Error, "a status page could not be made, which is a bug in it")]
    public static partial void PageThrew(ILogger logger, Exception exception);
}
