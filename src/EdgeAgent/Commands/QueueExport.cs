using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeAgent.Hosting;
using Microsoft.Win32.SafeHandles;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent queue export</c>: the whole queue on standard output, a page at a time, whatever its size.</summary>
internal static class QueueExport
{
    private const int PageSize = 1_000;

    /// <summary>EPIPE (errno(3)).</summary>
    private const int BrokenPipe = 32;

    public static Command Create()
    {
        var (control, config) = QueueView.Options();
        var format = new Option<string>("--format") { Description = "jsonl or csv.", HelpName = "jsonl|csv", DefaultValueFactory = static _ => "jsonl" };
        format.AcceptOnlyFromAmong("jsonl", "csv");
        var command = new Command("export", "Print every message of the queue, one a line; the queue keeps them.") { format, control, config };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new(parsed.GetRequiredValue(control), parsed.GetRequiredValue(config)), parsed.GetValue(format) == "csv", cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(QueueView view, bool isCsv, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteAsync(view, isCsv, cancellationToken);
        }
        catch (IOException exception) when (exception.HResult == BrokenPipe)
        {
            // Whoever read it has seen enough.
            return ExitCode.Ok;
        }
        catch (IOException exception)
        {
            await Console.Error.WriteLineAsync($"edgeagent: the export is not complete: {exception.Message}");
            return ExitCode.InputOutput;
        }
    }

    private static async Task<int> WriteAsync(QueueView view, bool isCsv, CancellationToken cancellationToken)
    {
        // Not Console.Out, which hides that the reader has gone.
        using var standardOutput = new SafeFileHandle(1, ownsHandle: false);
        await using var output = new FileStream(standardOutput, FileAccess.Write, 1 << 16);
        var exported = 0L;
        await output.WriteAsync(isCsv ? "id,topic,sensor,taken,time_unsure,state,payload,payload_base64\r\n"u8.ToArray() : [], cancellationToken);
        for (long? from = 0; from is { } next;)
        {
            var reply = await view.PageAsync(next, PageSize, cancellationToken);
            if (reply.Value is not { } page)
            {
                return reply.Complain();
            }

            foreach (var message in page.Messages)
            {
                await output.WriteAsync(Encoding.UTF8.GetBytes(isCsv ? Csv(message) : JsonSerializer.Serialize(message, StatusJson.Default.QueueEntry) + "\n"), cancellationToken);
            }

            await output.FlushAsync(cancellationToken);
            exported += page.Messages.Length;
            from = page.Next;
            if (!Console.IsErrorRedirected && Console.IsOutputRedirected)
            {
                await Console.Error.WriteAsync($"\r{Quantity.Count(exported)} messages{(from is null ? "\n" : "")}");
            }
        }

        return ExitCode.Ok;
    }

    /// <summary>A line of RFC 4180.</summary>
    public static string Csv(QueueEntry message)
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
