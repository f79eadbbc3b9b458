using System.Globalization;
using EdgeAgent.Hosting;

namespace EdgeAgent.Commands;

/// <summary>Messages of the queue as RFC 4180 wants them. Pure.</summary>
internal static class QueueCsv
{
    public const string Head = "id,topic,sensor,taken,time_unsure,state,payload,payload_base64\r\n";

    /// <summary>A message, with its end of line.</summary>
    public static string Line(QueueEntry message)
    {
        string?[] cells =
        [
            message.Id,
            message.Topic,
            message.Sensor,
            message.Taken.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            message.TimeUnsure is true ? "true" : "",
            message.State,
            message.Payload,
            message.PayloadBase64,
        ];
        return string.Join(',', cells.Select(static cell => Quote(cell ?? ""))) + "\r\n";
    }

    private static string Quote(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
