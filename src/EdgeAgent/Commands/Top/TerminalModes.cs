using System.Runtime.InteropServices;

namespace EdgeAgent.Commands.Top;

/// <summary>
/// How the terminal was when the program was started (termios(3) of standard input). The runtime waits for a key without echo and
/// without lines; a shell that comes to the front meanwhile needs both, and not every shell sets them itself.
/// </summary>
internal sealed partial class TerminalModes
{
    /// <summary>Room for struct termios (60 bytes).</summary>
    private const int TermiosSize = 128;

    private const int StandardInput = 0;
    private const int Now = 0;

    /// <summary>
    /// Stops the process as the unhandled signal of Ctrl-Z would, which the runtime has taken for itself. SIGSTOP would stop it also where
    /// no shell is there to let it go on (setpgid(2), orphaned process groups).
    /// </summary>
    private const int StoppingSignal = 21;

    private readonly byte[] _termios = new byte[TermiosSize];
    private readonly bool _isTerminal;

    public TerminalModes() => _isTerminal = GetAttributes(StandardInput, _termios) == 0;

    /// <summary>Gives the terminal back and stops this process; returns when it goes on (fg), or at once where nobody could let it.</summary>
    public void StopProcess()
    {
        var running = new byte[TermiosSize];
        var areKnown = _isTerminal && GetAttributes(StandardInput, running) == 0 && SetAttributes(StandardInput, Now, _termios) == 0;

        // To this thread, so that it goes no further.
        _ = Raise(StoppingSignal);
        if (areKnown)
        {
            _ = SetAttributes(StandardInput, Now, running);
        }
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, byte[] termios);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, byte[] termios);

    [LibraryImport("libc", EntryPoint = "raise")]
    private static partial int Raise(int signal);
}
