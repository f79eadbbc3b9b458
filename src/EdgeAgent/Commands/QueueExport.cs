using System.CommandLine;
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
        using var progress = new ExportProgress(Console.Error, isShown: !Console.IsErrorRedirected && Console.IsOutputRedirected);
        await output.WriteAsync(isCsv ? Encoding.UTF8.GetBytes(QueueCsv.Head) : [], cancellationToken);
        for (long? from = 0; from is { } next;)
        {
            var reply = await view.PageAsync(next, PageSize, cancellationToken);
            if (reply.Value is not { } page)
            {
                progress.Dispose();
                return reply.Complain();
            }

            foreach (var message in page.Messages)
            {
                await output.WriteAsync(Encoding.UTF8.GetBytes(isCsv ? QueueCsv.Line(message) : JsonSerializer.Serialize(message, StatusJson.Default.QueueEntry) + "\n"), cancellationToken);
            }

            await output.FlushAsync(cancellationToken);
            progress.Add(page.Messages.Length);
            from = page.Next;
        }

        return ExitCode.Ok;
    }
}
