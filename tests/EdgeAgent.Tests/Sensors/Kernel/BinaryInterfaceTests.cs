using System.Diagnostics;
using System.Reflection;
using System.Text;
using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Sensors.Gpio;
using EdgeAgent.Sensors.Kernel;

namespace EdgeAgent.Tests.Sensors.Kernel;

/// <summary>
/// The numbers and layouts that the code has of the C library and the kernel, against the headers of each architecture: the compiler
/// is given one assertion for each, and only checks. What differs between 32 and 64 bits is written as what .NET makes of it (nint is
/// a pointer's size).
/// </summary>
public sealed class BinaryInterfaceTests
{
    private const string Headers =
        """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <poll.h>
        #include <signal.h>
        #include <spawn.h>
        #include <stddef.h>
        #include <sys/eventfd.h>
        #include <sys/ioctl.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <sys/timex.h>
        #include <sys/types.h>
        #include <termios.h>
        #include <time.h>
        #include <linux/gpio.h>

        """;

    [SkippableTheory]
    [InlineData("x86_64-linux-gnu-gcc")]
    [InlineData("aarch64-linux-gnu-gcc")]
    [InlineData("arm-linux-gnueabihf-gcc")]
    public async Task Numbers_and_layouts_are_those_of_the_headers(string compiler)
    {
        Skip.IfNot(File.Exists($"/usr/bin/{compiler}"), $"{compiler} is not installed");
        var source = new StringBuilder(Headers);
        foreach (var assertion in Assertions())
        {
            source.Append("_Static_assert(").Append(assertion).Append(", \"").Append(assertion).Append("\");\n");
        }

        var (code, errors) = await CompileAsync(compiler, source.ToString());

        Assert.True(code == 0, errors);
    }

    [SkippableFact]
    public async Task A_number_that_is_wrong_is_found()
    {
        Skip.IfNot(File.Exists("/usr/bin/x86_64-linux-gnu-gcc"), "gcc is not installed");
        var (code, errors) = await CompileAsync("x86_64-linux-gnu-gcc", Headers + "_Static_assert(O_NONBLOCK == 1, \"wrong\");\n");
        Assert.NotEqual(0, code);
        Assert.Contains("wrong", errors, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Assertions() =>
    [
        // What the signatures say: int, nint, nuint, long.
        "sizeof(int) == 4", "sizeof(long) == sizeof(void *)", "sizeof(nfds_t) == sizeof(void *)", "sizeof(ssize_t) == sizeof(void *)",
        "sizeof(pid_t) == 4", "sizeof(off64_t) == 8", "sizeof(clockid_t) == 4", "sizeof(speed_t) == 4",

        Same(typeof(Libc), "ReadOnly", "O_RDONLY"), Same(typeof(Libc), "ReadWrite", "O_RDWR"), Same(typeof(Libc), "NoControllingTerminal", "O_NOCTTY"),
        Same(typeof(Libc), "NonBlocking", "O_NONBLOCK"), Same(typeof(Libc), "CloseOnExec", "O_CLOEXEC"), "EFD_CLOEXEC == O_CLOEXEC", "EFD_NONBLOCK == O_NONBLOCK",
        Same(typeof(Libc), "SigKill", "SIGKILL"), Same(typeof(Libc), "SigTerm", "SIGTERM"), Same(typeof(Libc), "SigPipe", "SIGPIPE"),
        Same(typeof(Libc), "PollIn", "POLLIN"), Same(typeof(Libc), "PollOut", "POLLOUT"),
        "sizeof(struct pollfd) == 8", "offsetof(struct pollfd, events) == 4", "offsetof(struct pollfd, revents) == 6",
        Same(typeof(Descriptor), "GetFlags", "F_GETFL"), Same(typeof(Descriptor), "SetFlags", "F_SETFL"),
        Same(typeof(ChildProcess), "SystemCallPidfdOpen", "SYS_pidfd_open"),

        Same(typeof(Spawn), "SetSignalDefaults", "POSIX_SPAWN_SETSIGDEF"), Same(typeof(Spawn), "SetSignalMask", "POSIX_SPAWN_SETSIGMASK"),
        Same(typeof(Spawn), "SetSession", "POSIX_SPAWN_SETSID"),
        Fits(typeof(Spawn), "OpaqueSize", "posix_spawnattr_t"), Fits(typeof(Spawn), "OpaqueSize", "posix_spawn_file_actions_t"), Fits(typeof(Spawn), "OpaqueSize", "sigset_t"),

        Same(typeof(LinuxBootClock), "ClockBoottime", "CLOCK_BOOTTIME"), Same(typeof(LinuxBootClock), "TimeError", "TIME_ERROR"),
        Fits(typeof(LinuxBootClock), "TimexSize", "struct timex"),
        "sizeof(struct timespec) == 2 * sizeof(void *)", "offsetof(struct timespec, tv_nsec) == sizeof(void *)", "sizeof(((struct timespec *)0)->tv_nsec) == sizeof(void *)",

        Fits(typeof(SerialPort), "TermiosSize", "struct termios"), "sizeof(tcflag_t) == 4",
        $"offsetof(struct termios, c_cflag) == 4 * {Number(typeof(SerialPort), "ControlFlags")}",
        Same(typeof(SerialPort), "Now", "TCSANOW"), Same(typeof(SerialPort), "Exclusive", "TIOCEXCL"), Same(typeof(SerialPort), "SizeMask", "CSIZE"),
        Same(typeof(SerialPort), "SevenBits", "CS7"), Same(typeof(SerialPort), "EightBits", "CS8"), Same(typeof(SerialPort), "TwoStopBits", "CSTOPB"),
        Same(typeof(SerialPort), "Receive", "CREAD"), Same(typeof(SerialPort), "ParityOn", "PARENB"), Same(typeof(SerialPort), "ParityOdd", "PARODD"),
        Same(typeof(SerialPort), "IgnoreModemLines", "CLOCAL"), Same(typeof(SerialPort), "HardwareFlow", "CRTSCTS"),
        .. SerialPort.Codes.Select(static code => $"B{code.Baud} == {code.Code}"),

        Size(typeof(FileRights), "StatxSize", "struct statx"), Same(typeof(FileRights), "CurrentFolder", "AT_FDCWD"),
        Same(typeof(FileRights), "ModeUserGroup", "(STATX_MODE | STATX_UID | STATX_GID)"),
        $"offsetof(struct statx, stx_uid) == {Number(typeof(FileRights), "UserOffset")}", $"offsetof(struct statx, stx_gid) == {Number(typeof(FileRights), "GroupOffset")}",
        $"offsetof(struct statx, stx_mode) == {Number(typeof(FileRights), "ModeOffset")}",

        Same(typeof(GpioAbi), "GetChipInfo", "GPIO_GET_CHIPINFO_IOCTL"), Same(typeof(GpioAbi), "GetLineInfo", "GPIO_V2_GET_LINEINFO_IOCTL"),
        Same(typeof(GpioAbi), "GetLine", "GPIO_V2_GET_LINE_IOCTL"), Same(typeof(GpioAbi), "GetValues", "GPIO_V2_LINE_GET_VALUES_IOCTL"),
        Size(typeof(GpioAbi), "ChipInfoSize", "struct gpiochip_info"), Size(typeof(GpioAbi), "LineInfoSize", "struct gpio_v2_line_info"),
        Size(typeof(GpioAbi), "RequestSize", "struct gpio_v2_line_request"), Size(typeof(GpioAbi), "ValuesSize", "struct gpio_v2_line_values"),
        Size(typeof(GpioAbi), "EventSize", "struct gpio_v2_line_event"), Same(typeof(GpioAbi), "NameSize", "GPIO_MAX_NAME_SIZE"),
        Offset("RequestConsumer", "struct gpio_v2_line_request", "consumer"), Offset("RequestFlags", "struct gpio_v2_line_request", "config.flags"),
        Offset("RequestAttributeCount", "struct gpio_v2_line_request", "config.num_attrs"), Offset("RequestAttributes", "struct gpio_v2_line_request", "config.attrs"),
        Offset("RequestLineCount", "struct gpio_v2_line_request", "num_lines"), Offset("RequestBufferSize", "struct gpio_v2_line_request", "event_buffer_size"),
        Offset("RequestDescriptor", "struct gpio_v2_line_request", "fd"),
        "offsetof(struct gpio_v2_line_config_attribute, attr.debounce_period_us) == 8", "offsetof(struct gpio_v2_line_config_attribute, mask) == 16",
        "offsetof(struct gpio_v2_line_event, timestamp_ns) == 0", "offsetof(struct gpio_v2_line_event, id) == 8", "offsetof(struct gpio_v2_line_event, line_seqno) == 20",
        "GPIO_V2_LINE_EVENT_RISING_EDGE == 1", "offsetof(struct gpiochip_info, label) == 32", "offsetof(struct gpiochip_info, lines) == 64",
        "offsetof(struct gpio_v2_line_info, consumer) == 32", "offsetof(struct gpio_v2_line_values, bits) == 0",
        Same(typeof(GpioAbi), "DebounceAttribute", "GPIO_V2_LINE_ATTR_ID_DEBOUNCE"), Same(typeof(GpioAbi), "ActiveLow", "GPIO_V2_LINE_FLAG_ACTIVE_LOW"),
        Same(typeof(GpioAbi), "Input", "GPIO_V2_LINE_FLAG_INPUT"), Same(typeof(GpioAbi), "EdgeRising", "GPIO_V2_LINE_FLAG_EDGE_RISING"),
        Same(typeof(GpioAbi), "EdgeFalling", "GPIO_V2_LINE_FLAG_EDGE_FALLING"), Same(typeof(GpioAbi), "PullUp", "GPIO_V2_LINE_FLAG_BIAS_PULL_UP"),
        Same(typeof(GpioAbi), "PullDown", "GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN"), Same(typeof(GpioAbi), "BiasDisabled", "GPIO_V2_LINE_FLAG_BIAS_DISABLED"),

        Same(typeof(Errno), "NoPermission", "EPERM"), Same(typeof(Errno), "NoEntry", "ENOENT"), Same(typeof(Errno), "Interrupted", "EINTR"),
        Same(typeof(Errno), "InputOutput", "EIO"), Same(typeof(Errno), "NoSuchAddress", "ENXIO"), Same(typeof(Errno), "NotExecutable", "ENOEXEC"),
        Same(typeof(Errno), "BadDescriptor", "EBADF"), Same(typeof(Errno), "TryAgain", "EAGAIN"), Same(typeof(Errno), "AccessDenied", "EACCES"),
        Same(typeof(Errno), "Busy", "EBUSY"), Same(typeof(Errno), "NoDevice", "ENODEV"), Same(typeof(Errno), "NotDirectory", "ENOTDIR"),
        Same(typeof(Errno), "IsDirectory", "EISDIR"), Same(typeof(Errno), "Invalid", "EINVAL"), Same(typeof(Errno), "NoData", "ENODATA"),
        Same(typeof(Errno), "TimedOut", "ETIMEDOUT"), Same(typeof(Errno), "RemoteInputOutput", "EREMOTEIO"),
    ];

    private static string Same(Type type, string constant, string inC) => $"{inC} == {Number(type, constant)}";

    private static string Size(Type type, string constant, string structure) => $"sizeof({structure}) == {Number(type, constant)}";

    private static string Fits(Type type, string constant, string structure) => $"sizeof({structure}) <= {Number(type, constant)}";

    private static string Offset(string constant, string structure, string member) => $"offsetof({structure}, {member}) == {Number(typeof(GpioAbi), constant)}";

    /// <summary>The constants stay as private as they are.</summary>
    private static object Number(Type type, string constant) =>
        type.GetField(constant, BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Static)!.GetRawConstantValue()!;

    private static async Task<(int Code, string Errors)> CompileAsync(string compiler, string source)
    {
        using var process = Process.Start(new ProcessStartInfo(compiler, ["-std=gnu17", "-fsyntax-only", "-x", "c", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(source);
        process.StandardInput.Close();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, errors);
    }
}
