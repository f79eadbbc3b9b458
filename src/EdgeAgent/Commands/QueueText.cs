using System.Globalization;
using EdgeAgent.Hosting;

namespace EdgeAgent.Commands;

/// <summary>The queue as a person reads it. Pure.</summary>
internal static class QueueText
{
    public static string Info(QueueInfoReport info) =>
        $"""
        {info.Path} (tables of version {info.Schema.ToString(CultureInfo.InvariantCulture)})
        {Quantity.Count(info.Depth, "message")}{(info.DepthExact ? "" : ", an estimate until they are drained")}{(info.Oldest is { } oldest ? $", the oldest taken {Quantity.Time(oldest)}" : "")}
        {Quantity.Count(info.DeadLetters)} dead letters
        {Quantity.Bytes(info.FileBytes)} file, {Quantity.Bytes(info.WalBytes)} WAL, {Quantity.Bytes(info.FreeBytes)} of the file free for more

        """;

    public static string List(QueueEntries page) =>
        string.Concat(page.Messages.Select(static message => $"{Line(message)}\n")) + (page.Next is null ? "" : "... and more\n");

    public static string Letters(DeadLetterEntries page) => string.Concat(page.Letters.Select(static letter =>
        $"{Line(letter.Message)}\n  refused with {letter.Reason}{(letter.Text is { } text ? $" ({Quantity.Plain(text)})" : "")}"
        + $"{(letter.RefusedAt is { } at ? $" at {Quantity.Time(at)}" : "")}, {Quantity.Count(letter.Attempts, "time")}"
        + $"{(letter.Retried ? "; being tried again" : "")}\n"));

    private static string Line(QueueEntry message) =>
        $"{message.Id}  {Quantity.Time(message.Taken)}{(message.TimeUnsure is true ? "?" : "")}  {message.State,-8}  {Quantity.Plain(message.Topic)}  {Quantity.Plain(message.Payload ?? $"base64 {message.PayloadBase64}", 120)}";
}
