using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Readings;
using EdgeAgent.Sensors.Machine;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>The health of the machine that the agent runs on, and of the agent. Values that a machine does not have are left out.</summary>
internal sealed class SystemSensor(SensorConfig config, SensorEnvironment environment) : ISensor
{
    private static readonly Key<string> DiskPath = Keys.Text("disk", "a path on the file system whose free space is told", "/");

    public static readonly SensorKind Kind = new(
        "system", "the machine's own health: temperature, load, memory, disk, power, Wi-Fi", [DiskPath],
        static (config, environment) => new SystemSensor(config, environment))
    {
        TypicalValues = 28,
    };

    private readonly string _disk = config.Settings.Get(DiskPath);

    public ValueTask<Observation> ReadAsync(CancellationToken cancellationToken)
    {
        var (sys, proc) = (environment.SysRoot, environment.ProcRoot);
        SensorFailure? failure = null;
        ImmutableArray<NamedValue> values =
        [
            .. BoardHealth.ProcessorTemperature(sys),
            .. KernelTables.Load(proc),
            .. KernelTables.Memory(proc),
            .. Disk(ref failure),
            .. KernelTables.Uptime(proc),
            .. KernelTables.Pressure(proc),
            .. KernelTables.Wireless(proc),
            .. BoardHealth.Power(sys),
            .. BoardHealth.Storage(sys),
            .. KernelTables.Self(proc),
            .. environment.AgentValues(),
        ];
        return new(values.IsEmpty
            ? Observation.Failed(failure ?? new(SensorFailureKind.Missing, $"nothing could be read below {proc} and {sys}"))
            : Observation.Partly(values, failure));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private List<NamedValue> Disk(ref SensorFailure? failure)
    {
        try
        {
            // statvfs(2): blocks where a network file system hangs.
            var drive = new DriveInfo(_disk);
            var total = drive.TotalSize;
            if (total <= 0)
            {
                return [];
            }

            // As df: what only root may fill counts as used.
            var used = 100.0 * (total - drive.AvailableFreeSpace) / total;
            List<NamedValue> values =
            [
                new("disk_used", Value.Of(Math.Round(used, 1)), "%"),
                new("disk_free", Value.Of(drive.AvailableFreeSpace / (1024 * 1024)), "MiB"),
            ];
            if (KernelTables.IsReadOnly(environment.ProcRoot, _disk) is { } isReadOnly)
            {
                values.Add(new("disk_read_only", Value.Of(isReadOnly)));
            }

            return values;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            failure = new(SensorFailureKind.Missing, $"disk {_disk}: {exception.Message}");
            return [];
        }
    }
}
