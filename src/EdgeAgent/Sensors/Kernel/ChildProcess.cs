using System.Runtime.InteropServices;

namespace EdgeAgent.Sensors.Kernel;

/// <summary>
/// A program that was started, with its pipes. It leads a process group of its own, and the whole group goes with it: while the
/// leader is not reaped the kernel keeps its number from being used again, so the group is always killed first and reaped then.
/// No thread waits for it (pidfd_open(2), Linux 5.3).
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int SystemCallPidfdOpen = 434;

    private readonly Descriptor _life;
    private int? _status;

    private ChildProcess(int number, Descriptor life, Descriptor? input, Descriptor output, Descriptor error)
    {
        Number = number;
        _life = life;
        Input = input;
        Output = output;
        Error = error;
    }

    public int Number { get; }

    /// <summary>Null where the program's standard input is /dev/null.</summary>
    public Descriptor? Input { get; private set; }

    public Descriptor Output { get; }

    public Descriptor Error { get; }

    /// <summary>Starts a program, or says why not.</summary>
    /// <param name="command">The program, looked up in PATH where it has no slash, and its arguments; at least one.</param>
    /// <param name="withInput">True to write to its standard input.</param>
    public static (ChildProcess? Process, SensorFailure? Failure) Start(IReadOnlyList<string> command, bool withInput)
    {
        var ends = new List<int>();
        try
        {
            if (!TryOpenPipe(ends) || !TryOpenPipe(ends) || (withInput && !TryOpenPipe(ends)))
            {
                return (null, Errno.Failure(Marshal.GetLastPInvokeError(), "pipe"));
            }

            var number = Spawn.Start(command, [], withInput ? ends[4] : -1, ends[1], ends[3]);
            if (number < 0)
            {
                return (null, StartFailure(-number, command[0]));
            }

            var life = (int)Libc.SystemCall(SystemCallPidfdOpen, number, 0);
            if (life < 0)
            {
                var failure = Errno.Failure(Marshal.GetLastPInvokeError(), "pidfd_open (Linux 5.3 or newer is needed)");
                _ = Libc.Kill(-number, Libc.SigKill);
                _ = Reap(number);
                return (null, failure);
            }

            var output = Own(ends, 0);
            var error = Own(ends, 2);
            return (new(number, new(life), withInput ? Own(ends, 5) : null, output, error), null);
        }
        finally
        {
            ends.ForEach(static end => _ = end < 0 ? 0 : Libc.Close(end));
        }
    }

    /// <summary>Ends the program and all that it started in its group, at once. Nothing happens where it has been reaped.</summary>
    public void Kill()
    {
        if (_status is null)
        {
            _ = Libc.Kill(-Number, Libc.SigKill);
        }
    }

    /// <summary>Asks the program and its group to end. Nothing happens where it has been reaped.</summary>
    public void Terminate()
    {
        if (_status is null)
        {
            _ = Libc.Kill(-Number, Libc.SigTerm);
        }
    }

    /// <summary>Closes its standard input, which tells most programs to end.</summary>
    public void CloseInput()
    {
        Input?.Dispose();
        Input = null;
    }

    /// <summary>Waits until the program has ended, kills what is left of its group, and tells how it ended.</summary>
    /// <returns>Its exit code, or 128 and the signal's number, as a shell has it.</returns>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        if (_status is null)
        {
            await _life.WaitAsync(Libc.PollIn, cancellationToken);
            Kill();
            _status = Reap(Number);
        }

        return _status.Value;
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await WaitForExitAsync(CancellationToken.None);
        _life.Dispose();
        CloseInput();
        Output.Dispose();
        Error.Dispose();
    }

    private static unsafe bool TryOpenPipe(List<int> ends)
    {
        var pipe = stackalloc int[2];
        if (Libc.Pipe(pipe, Libc.CloseOnExec) != 0)
        {
            return false;
        }

        ends.Add(pipe[0]);
        ends.Add(pipe[1]);
        return true;
    }

    private static Descriptor Own(List<int> ends, int index)
    {
        var descriptor = new Descriptor(ends[index]);
        descriptor.MakeNonBlocking();
        ends[index] = -1;
        return descriptor;
    }

    private static SensorFailure StartFailure(int errno, string program) => errno switch
    {
        Errno.NoEntry => new(SensorFailureKind.Missing, $"{program} is not there, or not in PATH"),
        Errno.NotExecutable => new(SensorFailureKind.Format, $"{program} is no program: a script begins with #!/bin/sh or the like"),
        Errno.AccessDenied => new(SensorFailureKind.Permission, $"{program} may not be run by the agent's user (chmod +x?)"),
        _ => Errno.Failure(errno, program),
    };

    /// <summary>waitpid(2): the exit code as a shell has it.</summary>
    private static unsafe int Reap(int number)
    {
        int status;
        int result;
        do
        {
            result = Libc.WaitProcess(number, &status, 0);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);

        var signal = status & 0x7F;
        return result != number ? 255 : signal == 0 ? (status >> 8) & 0xFF : 128 + signal;
    }
}
