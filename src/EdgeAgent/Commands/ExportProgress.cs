namespace EdgeAgent.Commands;

/// <summary>
/// How far an export is, on one line of a terminal that it writes over; nothing in a pipe or a log, and nothing where the messages
/// themselves go by. The line is ended when this is disposed of, so that what comes next stands below it.
/// </summary>
/// <param name="terminal">Where it goes.</param>
/// <param name="isShown">Whether anybody watches.</param>
internal sealed class ExportProgress(TextWriter terminal, bool isShown) : IDisposable
{
    private long _exported;
    private bool _isOnLine;

    /// <summary>So many messages more are out.</summary>
    public void Add(int messages)
    {
        _exported += messages;
        if (isShown)
        {
            _isOnLine = true;
            terminal.Write($"\r{Quantity.Count(_exported, "message")}");
        }
    }

    public void Dispose()
    {
        if (_isOnLine)
        {
            _isOnLine = false;
            terminal.Write('\n');
        }
    }
}
