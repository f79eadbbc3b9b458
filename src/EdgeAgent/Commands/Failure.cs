namespace EdgeAgent.Commands;

/// <summary>What a command did not expect: one line, and the exit code that says of which kind it was.</summary>
internal static class Failure
{
    /// <param name="exception">What ended the command.</param>
    /// <param name="command">The words that called it.</param>
    /// <param name="errors">Standard error.</param>
    public static int Write(Exception exception, string command, TextWriter errors)
    {
        var message = exception.Message.ReplaceLineEndings(" ");
        var (exitCode, line) = exception switch
        {
            IOException => (ExitCode.InputOutput, $"edgeagent: '{command}' broke off: {message}"),
            UnauthorizedAccessException => (ExitCode.Permission, $"edgeagent: '{command}' broke off: {message}"),
            _ => (ExitCode.Internal, $"edgeagent: a fault in '{command}': {exception.GetType().Name}: {message}{Place(exception)} Please report it with this line and the output of 'edgeagent version'."),
        };
        try
        {
            errors.WriteLine(line);
        }
        catch (IOException)
        {
            // Standard error is full too; the exit code is left.
        }

        return exitCode;
    }

    private static string Place(Exception exception) =>
        exception.StackTrace?.Split('\n')[0].Trim() is { Length: > 0 } place ? $" ({place})" : "";
}
