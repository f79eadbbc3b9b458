using Microsoft.Extensions.Logging;

namespace EdgeAgent.Hosting;

internal static partial class Log
{
    [LoggerMessage(6001, LogLevel.Warning, "no control socket at {Path}: {Reason}; the agent runs, but 'edgeagent status' cannot ask it")]
    public static partial void NoControlSocket(ILogger logger, string path, string reason);

    [LoggerMessage(6002, LogLevel.Information, "edgeagent {Version} samples {Sensors} sensors; the queue is {Queue}")]
    public static partial void Started(ILogger logger, string version, int sensors, string queue);

    [LoggerMessage(6003, LogLevel.Information, "stopped: {Accepted} readings accepted, {Acknowledged} delivered, {Depth} queued for the next start")]
    public static partial void Stopped(ILogger logger, long accepted, long acknowledged, long depth);

    [LoggerMessage(6004, LogLevel.Critical, "{Stage} ended unexpectedly; the process ends so that systemd starts it again")]
    public static partial void StageDied(ILogger logger, Exception? exception, string stage);

    [LoggerMessage(6005, LogLevel.Critical, "the queue cannot be used: {Reason}")]
    public static partial void QueueNotOpen(ILogger logger, string reason);

    [LoggerMessage(6006, LogLevel.Warning, "no broker is set: readings are queued and not delivered; set broker.url in the configuration")]
    public static partial void NoBroker(ILogger logger);

    [LoggerMessage(6007, LogLevel.Error, "{Loop} has not gone round for {Seconds:0} s; the watchdog is fed no more, and systemd will start the agent again")]
    public static partial void LoopStuck(ILogger logger, string loop, double seconds);

    [LoggerMessage(6008, LogLevel.Information, "{Loop} goes round again")]
    public static partial void LoopRecovered(ILogger logger, string loop);

    [LoggerMessage(6020, LogLevel.Information, "configuration read again: {Difference}")]
    public static partial void Reloaded(ILogger logger, string difference);

    [LoggerMessage(6021, LogLevel.Error, "the configuration has {Count}, and the one before stays in force: {Problems}")]
    public static partial void NotReloaded(ILogger logger, string count, string problems);

    [LoggerMessage(6022, LogLevel.Warning, "{Keys} changed: that waits for a restart (systemctl restart edgeagent)")]
    public static partial void NeedsRestart(ILogger logger, string keys);

    [LoggerMessage(6023, LogLevel.Warning, "{Problem}")]
    public static partial void ConfigurationWarning(ILogger logger, string problem);
}
