using System.Text;

namespace EdgeAgent.Commands.Top;

/// <summary>
/// The terminal's second screen, where a frame takes the place of the one before, in one write. What stood in the terminal is there
/// again when this is disposed of, and while the program is stopped (Ctrl-Z). Thread-safe: a signal has its own thread.
/// </summary>
internal sealed class TopScreen : IDisposable
{
    /// <summary>Second screen, no cursor, no wrapping of long lines; and back (xterm's control sequences, which all the others have as well).</summary>
    private const string EnterSequence = "\u001b[?1049h\u001b[?25l\u001b[?7l";

    private const string LeaveSequence = "\u001b[?7h\u001b[?25h\u001b[?1049l";

    private readonly Action<string> _write;
    private readonly bool _hasColours;
    private readonly Lock _lock = new();
    private bool _isEntered;

    /// <param name="write">Gives a text to the terminal, in one piece.</param>
    /// <param name="hasColours">False: NO_COLOR is set.</param>
    public TopScreen(Action<string> write, bool hasColours)
    {
        _write = write;
        _hasColours = hasColours;
        Enter();
    }

    /// <summary>Shows the second screen, blank; nothing where it is shown already.</summary>
    public void Enter() => Turn(isEntered: true, EnterSequence);

    /// <summary>Shows the first screen; frames are dropped until <see cref="Enter"/>.</summary>
    public void Leave() => Turn(isEntered: false, LeaveSequence);

    public void Show(IReadOnlyList<FrameLine> lines)
    {
        lock (_lock)
        {
            if (_isEntered)
            {
                _write(Draw(lines, _hasColours));
            }
        }
    }

    public void Dispose() => Leave();

    /// <summary>Each line over the one before it, what stood behind and below wiped: nothing is blank in between, so nothing flickers.</summary>
    internal static string Draw(IReadOnlyList<FrameLine> lines, bool hasColours)
    {
        var text = new StringBuilder("\u001b[H");
        for (var i = 0; i < lines.Count; i++)
        {
            var colour = hasColours ? Colour(lines[i].Look) : "";
            text.Append(i > 0 ? "\r\n" : "").Append(colour).Append(lines[i].Text).Append(colour.Length > 0 ? "\u001b[0m" : "").Append("\u001b[K");
        }

        return text.Append("\u001b[J").ToString();
    }

    private void Turn(bool isEntered, string sequence)
    {
        lock (_lock)
        {
            if (_isEntered != isEntered)
            {
                _isEntered = isEntered;
                _write(sequence);
            }
        }
    }

    private static string Colour(FrameLook look) => look switch
    {
        FrameLook.Title => "\u001b[1m",
        FrameLook.Good => "\u001b[32m",
        FrameLook.Bad => "\u001b[31m",
        FrameLook.Curve => "\u001b[36m",
        FrameLook.Faint => "\u001b[2m",
        _ => "",
    };
}
