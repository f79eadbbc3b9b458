using System.Runtime.InteropServices;

namespace EdgeAgent.Hosting;

/// <summary>The boot clock of this machine. Sources: clock_gettime(2) CLOCK_BOOTTIME, adjtimex(2), systemd-timesyncd(8).</summary>
internal sealed partial class LinuxBootClock(TimeProvider time, bool trustRtc, string timesyncStamp = LinuxBootClock.TimesyncStamp) : BootClock
{
    /// <summary>systemd-timesyncd makes this file at its first synchronisation of a boot.</summary>
    public const string TimesyncStamp = "/run/systemd/timesync/synchronized";

    private const int ClockBoottime = 7;
    private const int TimeError = 5;

    /// <summary>Larger than struct timex on any architecture (208 bytes with 64-bit longs); all zero asks without setting.</summary>
    private const int TimexSize = 512;

    private volatile bool _isSynchronized = trustRtc;

    public override string BootId { get; } = ReadBootId();

    public override long Milliseconds
    {
        get
        {
            _ = GetTime(ClockBoottime, out var now);
            return ((long)now.Seconds * 1000) + ((long)now.Nanoseconds / 1_000_000);
        }
    }

    public override long WallOffset => time.GetUtcNow().ToUnixTimeMilliseconds() - Milliseconds;

    public override bool IsSynchronized
    {
        get
        {
            // Latched: the kernel's flag drops again after hours without NTP, but the clock then only drifts.
            if (!_isSynchronized)
            {
                _isSynchronized = File.Exists(timesyncStamp) || IsKernelSynchronized();
            }

            return _isSynchronized;
        }
    }

    private static string ReadBootId()
    {
        const string Path = "/proc/sys/kernel/random/boot_id";
        return File.Exists(Path) ? File.ReadAllText(Path).Trim() : string.Empty;
    }

    private static bool IsKernelSynchronized()
    {
        Span<byte> timex = stackalloc byte[TimexSize];
        timex.Clear();
        var state = AdjustTime(ref MemoryMarshal.GetReference(timex));
        return state is >= 0 and not TimeError;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Timespec time);

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int AdjustTime(ref byte timex);

    /// <summary>struct timespec: two C longs, on 32-bit ARM as on 64-bit.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
