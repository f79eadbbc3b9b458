using System.Text;

namespace EdgeAgent.QueueWriter;

/// <summary>
/// The lines to whoever started the writer. Each is one write to the pipe, without a buffer: what was said is known to the other side,
/// whatever becomes of this process afterwards. Thread-safe.
/// </summary>
internal sealed class Report(Stream output)
{
    private readonly Lock _gate = new();

    public void Say(FormattableString line) => Say(FormattableString.Invariant(line));

    public void Say(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + '\n');
        lock (_gate)
        {
            output.Write(bytes);
            output.Flush();
        }
    }
}
