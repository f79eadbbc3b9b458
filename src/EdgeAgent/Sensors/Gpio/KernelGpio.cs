using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using EdgeAgent.Sensors.Kernel;

namespace EdgeAgent.Sensors.Gpio;

/// <summary>One GPIO chip of the machine.</summary>
/// <param name="Path">Its device.</param>
/// <param name="Label">What it is, which stays the same where its number does not.</param>
/// <param name="Lines">The names of its lines, by their numbers; empty where a line has none.</param>
internal sealed record GpioChip(string Path, string Label, ImmutableArray<string> Lines);

/// <summary>The GPIO lines of the kernel, through its character devices.</summary>
internal sealed class KernelGpio(string devRoot) : IGpioLines
{
    private const string Consumer = "edgeagent";

    /// <summary>All chips that may be opened, each once: one may have a link from its old number to its new.</summary>
    public static ImmutableArray<GpioChip> Find(string devRoot)
    {
        var chips = ImmutableArray.CreateBuilder<GpioChip>();
        foreach (var path in KernelFile.Entries(devRoot, "gpiochip*").Where(static path => SysLink.Target(path).Length == 0))
        {
            using var chip = OpenDevice(path, out _);
            if (chip is not null && Describe(chip, path) is { } found)
            {
                chips.Add(found);
            }
        }

        return chips.ToImmutable();
    }

    public (IGpioLine? Line, SensorFailure? Failure) Open(GpioRequest request)
    {
        var chips = Find(devRoot);
        var found = chips.Where(chip => request.Chip is null || chip.Label == request.Chip)
            .Select(chip => (Chip: chip, Offset: OffsetOf(chip, request.Line)))
            .Where(static place => place.Offset is not null)
            .ToImmutableArray();
        return found switch
        {
            [] => (null, new(
                SensorFailureKind.Missing,
                $"no line {request.Line} on {request.Chip ?? "any chip"}; there are: {string.Join(", ", chips.Select(static chip => chip.Label))} (or the agent's user is not in the group gpio)")),
            [var place] => Take(place.Chip, (uint)place.Offset!.Value, request),
            _ => (null, new(
                SensorFailureKind.Missing, $"several chips have a line {request.Line}; set chip to one of: {string.Join(", ", found.Select(static place => place.Chip.Label))}")),
        };
    }

    /// <summary>By name; by number where no line is called so, GPIO17 for 17 before the 17th line.</summary>
    private static int? OffsetOf(GpioChip chip, string line)
    {
        var named = chip.Lines.IndexOf(line);
        if (named < 0 && int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            named = chip.Lines.IndexOf($"GPIO{line}");
            named = named < 0 && number < chip.Lines.Length ? number : named;
        }

        return named < 0 ? null : named;
    }

    private static Descriptor? OpenDevice(string path, out int errno)
    {
        var number = Libc.Open(path, Libc.ReadWrite | Libc.CloseOnExec | Libc.NonBlocking);
        errno = number < 0 ? Marshal.GetLastPInvokeError() : 0;
        return number < 0 ? null : new(number);
    }

    private static unsafe GpioChip? Describe(Descriptor chip, string path)
    {
        var info = stackalloc byte[GpioAbi.ChipInfoSize];
        if (Libc.DeviceControl(chip.Number, GpioAbi.GetChipInfo, info) != 0)
        {
            return null;
        }

        var (label, count) = GpioAbi.ChipInfo(new(info, GpioAbi.ChipInfoSize));
        var names = ImmutableArray.CreateBuilder<string>((int)count);
        for (uint offset = 0; offset < count; offset++)
        {
            names.Add(LineInfo(chip, offset).Name);
        }

        return new(path, label, names.ToImmutable());
    }

    private static unsafe (string Name, string Consumer) LineInfo(Descriptor chip, uint offset)
    {
        var line = stackalloc byte[GpioAbi.LineInfoSize];
        new Span<byte>(line, GpioAbi.LineInfoSize).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(new(line + 64, sizeof(uint)), offset);
        return Libc.DeviceControl(chip.Number, GpioAbi.GetLineInfo, line) == 0 ? GpioAbi.LineInfo(new(line, GpioAbi.LineInfoSize)) : (string.Empty, string.Empty);
    }

    private static unsafe (IGpioLine? Line, SensorFailure? Failure) Take(GpioChip chip, uint offset, GpioRequest request)
    {
        using var device = OpenDevice(chip.Path, out var errno);
        if (device is null)
        {
            return (null, Errno.Failure(errno, chip.Path));
        }

        var bytes = GpioAbi.Request(request, offset, Consumer);
        fixed (byte* start = bytes)
        {
            if (Libc.DeviceControl(device.Number, GpioAbi.GetLine, start) != 0)
            {
                errno = Marshal.GetLastPInvokeError();
                return (null, errno == Errno.Busy
                    ? new(SensorFailureKind.Io, $"line {request.Line} is in use by {LineInfo(device, offset).Consumer}")
                    : Errno.Failure(errno, $"line {request.Line} of {chip.Label}"));
            }
        }

#pragma warning disable CA2000 // The line that is returned owns it.
        var line = new Descriptor(BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(GpioAbi.RequestDescriptor)));
#pragma warning restore CA2000
        line.MakeNonBlocking();
        return (new Line(line), null);
    }

    private sealed class Line(Descriptor descriptor) : IGpioLine
    {
        private readonly byte[] _buffer = new byte[GpioAbi.EventSize * 64];

        public unsafe bool? Read()
        {
            var values = stackalloc ulong[] { 0, 1 };
            return Libc.DeviceControl(descriptor.Number, GpioAbi.GetValues, values) == 0 ? (values[0] & 1) != 0 : null;
        }

        public async ValueTask<int> NextAsync(Memory<GpioEvent> events, CancellationToken cancellationToken)
        {
            var room = Math.Min(_buffer.Length, events.Length * GpioAbi.EventSize);
            var count = await descriptor.ReadAsync(_buffer.AsMemory(0, room), cancellationToken) / GpioAbi.EventSize;
            for (var i = 0; i < count; i++)
            {
                events.Span[i] = GpioAbi.Event(_buffer.AsSpan(i * GpioAbi.EventSize, GpioAbi.EventSize));
            }

            return Math.Max(count, 0);
        }

        public void Dispose() => descriptor.Dispose();
    }
}
