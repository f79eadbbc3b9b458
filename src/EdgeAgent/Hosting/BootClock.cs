namespace EdgeAgent.Hosting;

/// <summary>
/// The clock that readings are stamped with: milliseconds since this boot, sleep included (CLOCK_BOOTTIME), which no wall-clock
/// step can move. The wall time of a reading is its boot time plus the offset, and the offset may become known later.
/// Thread-safe.
/// </summary>
internal abstract class BootClock
{
    /// <summary>The kernel's random name of this boot (/proc/sys/kernel/random/boot_id).</summary>
    public abstract string BootId { get; }

    /// <summary>Milliseconds since this boot.</summary>
    public abstract long Milliseconds { get; }

    /// <summary>Wall time (Unix milliseconds, UTC) at boot time 0, as the wall clock has it now.</summary>
    public abstract long WallOffset { get; }

    /// <summary>True once the wall clock has been set by a trusted source during this boot; never false again within it.</summary>
    public abstract bool IsSynchronized { get; }

    /// <summary>The wall time (Unix milliseconds) of a boot time, as the wall clock has it now.</summary>
    public long WallTime(long bootMilliseconds) => WallOffset + bootMilliseconds;
}
