using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace EdgeAgent.Sensors.Kernel;

internal enum Parity
{
    None,
    Even,
    Odd,
}

/// <summary>How bytes go over a serial line.</summary>
/// <param name="Baud">One of <see cref="SerialPort.Speeds"/>.</param>
/// <param name="DataBits">7 or 8.</param>
/// <param name="Parity">The check of each byte.</param>
/// <param name="StopBits">1 or 2.</param>
internal readonly record struct SerialSettings(int Baud, int DataBits = 8, Parity Parity = Parity.None, int StopBits = 1);

/// <summary>
/// A serial port, opened raw and for us alone (termios(3), TIOCEXCL). Nothing waits for a carrier, so opening does not block.
/// </summary>
internal sealed partial class SerialPort : IDisposable
{
    private const string Library = "libc";
    private const int Now = 0;
    private const nuint Exclusive = 0x540C;

    /// <summary>Room for struct termios (60 bytes): four words of flags, of which the third is c_cflag, then characters and speeds.</summary>
    private const int TermiosSize = 128;
    private const int ControlFlags = 2;

    private const uint SizeMask = 0x30;
    private const uint SevenBits = 0x20;
    private const uint EightBits = 0x30;
    private const uint TwoStopBits = 0x40;
    private const uint Receive = 0x80;
    private const uint ParityOn = 0x100;
    private const uint ParityOdd = 0x200;
    private const uint IgnoreModemLines = 0x800;
    private const uint HardwareFlow = 0x80000000;

    /// <summary>Bits per second and their codes (asm-generic/termbits.h).</summary>
    internal static ImmutableArray<(int Baud, uint Code)> Codes { get; } =
    [
        (300, 0x7), (600, 0x8), (1200, 0x9), (1800, 0xA), (2400, 0xB), (4800, 0xC), (9600, 0xD), (19200, 0xE), (38400, 0xF), (57600, 0x1001),
        (115200, 0x1002), (230400, 0x1003), (460800, 0x1004), (500000, 0x1005), (576000, 0x1006), (921600, 0x1007), (1000000, 0x1008),
    ];

    private SerialPort(int descriptor) => Stream = new(descriptor);

    public static ImmutableArray<int> Speeds { get; } = [.. Codes.Select(static code => code.Baud)];

    public Descriptor Stream { get; }

    /// <summary>Opens a port, or says why not.</summary>
    public static (SerialPort? Port, SensorFailure? Failure) Open(string path, SerialSettings settings)
    {
        var descriptor = Libc.Open(path, Libc.ReadWrite | Libc.NoControllingTerminal | Libc.NonBlocking | Libc.CloseOnExec);
        if (descriptor < 0)
        {
            return (null, Failure(path, Marshal.GetLastPInvokeError()));
        }

        if (Configure(descriptor, settings) is var errno and not 0)
        {
            _ = Libc.Close(descriptor);
            return (null, errno == NotTerminal ? new(SensorFailureKind.Format, $"{path} is no serial port") : Failure(path, errno));
        }

        return (new(descriptor), null);
    }

    public void Dispose() => Stream.Dispose();

    private const int NotTerminal = 25;

    private static SensorFailure Failure(string path, int errno) => errno == Errno.AccessDenied
        ? new(SensorFailureKind.Permission, $"{path}: permission denied; put the agent's user into the group dialout")
        : Errno.Failure(errno, path);

    /// <summary>0, or the error number.</summary>
    private static unsafe int Configure(int descriptor, SerialSettings settings)
    {
        var termios = stackalloc uint[TermiosSize / sizeof(uint)];
        if (GetAttributes(descriptor, termios) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        MakeRaw(termios);
        termios[ControlFlags] &= ~(SizeMask | TwoStopBits | ParityOn | ParityOdd | HardwareFlow);
        termios[ControlFlags] |= Receive | IgnoreModemLines
            | (settings.DataBits == 7 ? SevenBits : EightBits)
            | (settings.StopBits == 2 ? TwoStopBits : 0)
            | settings.Parity switch { Parity.Even => ParityOn, Parity.Odd => ParityOn | ParityOdd, _ => 0 };
        var code = Codes.First(code => code.Baud == settings.Baud).Code;
        if (SetSpeed(termios, code) != 0 || SetAttributes(descriptor, Now, termios) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        // Not all drivers know it, and without it the port works as well.
        _ = Libc.DeviceControl(descriptor, Exclusive, null);
        return 0;
    }

    [LibraryImport(Library, EntryPoint = "tcgetattr", SetLastError = true)]
    private static unsafe partial int GetAttributes(int descriptor, uint* termios);

    [LibraryImport(Library, EntryPoint = "tcsetattr", SetLastError = true)]
    private static unsafe partial int SetAttributes(int descriptor, int when, uint* termios);

    [LibraryImport(Library, EntryPoint = "cfmakeraw")]
    private static unsafe partial void MakeRaw(uint* termios);

    [LibraryImport(Library, EntryPoint = "cfsetspeed", SetLastError = true)]
    private static unsafe partial int SetSpeed(uint* termios, uint speed);
}
