using System.Runtime.InteropServices;

namespace EdgeAgent.Sensors.Kernel;

/// <summary>The kernel's error numbers (asm-generic/errno.h, the same on every Pi), and what each means for a sensor.</summary>
internal static class Errno
{
    public const int NoPermission = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int NoSuchAddress = 6;
    public const int NotExecutable = 8;
    public const int BadDescriptor = 9;
    public const int TryAgain = 11;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int NoDevice = 19;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int Invalid = 22;
    public const int NoData = 61;
    public const int TimedOut = 110;
    public const int RemoteInputOutput = 121;

    /// <summary>The failure for an error number met while <paramref name="subject"/> (a path, a program) was used.</summary>
    public static SensorFailure Failure(int errno, string subject) => errno switch
    {
        NoEntry or NotDirectory => new(SensorFailureKind.Missing, $"{subject} is not there: unplugged, or the path is wrong"),
        NoDevice or NoSuchAddress => new(SensorFailureKind.Missing, $"{subject}: the device behind it is gone"),
        NoData => new(SensorFailureKind.Missing, $"{subject}: the driver says that this input has no data (disabled?)"),
        AccessDenied or NoPermission => new(SensorFailureKind.Permission, $"{subject}: permission denied; give the agent's user the group that owns it"),
        TimedOut => new(SensorFailureKind.Timeout, $"{subject}: the device did not answer the kernel in time"),
        RemoteInputOutput => new(SensorFailureKind.Io, $"{subject}: no answer on the I2C bus: check power, wiring and address"),
        Busy => new(SensorFailureKind.Io, $"{subject} is in use by something else"),
        IsDirectory => new(SensorFailureKind.Format, $"{subject} is a directory, not a file"),
        _ => new(SensorFailureKind.Io, $"{subject}: {Marshal.GetPInvokeErrorMessage(errno)}"),
    };
}
