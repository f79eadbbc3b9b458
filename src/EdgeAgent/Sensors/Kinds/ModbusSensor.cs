using System.Collections.Immutable;
using EdgeAgent.Configuration;
using EdgeAgent.Sensors.Buses;
using EdgeAgent.Sensors.Modbus;

namespace EdgeAgent.Sensors.Kinds;

/// <summary>
/// A device on a Modbus line or behind TCP. Sensors with the same port or host share its bus. Neighbouring registers are read by
/// one request; a device that does not answer is given up for this read at the first request.
/// </summary>
internal sealed class ModbusSensor(SensorConfig config, SensorEnvironment environment) : ISensor
{
    private static readonly Key<ModbusPlace> Controller = new(
        "controller", "the serial port of a line, or tcp://host:port of a Modbus TCP device or gateway", ModbusPlaceShape.Instance, default!, isRequired: true);

    private static readonly Key<bool> RtuOverTcp = Keys.Flag("rtu_over_tcp", "the host is a plain converter: frames as on the line", false);
    private static readonly Key<int> Slave = Keys.Whole("slave", "the device on the bus (unit id)", 1, 0, 255);

    private static readonly Key<TimeSpan> Patience = Keys.Duration(
        "response_timeout", "how long the device may take for one answer", TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));

    private static readonly Key<int> Gap = Keys.Whole("max_gap", "registers nobody wants that may be read along to save a request", 0, 0, 100);

    public static readonly SensorKind Kind = new(
        "modbus", "registers of a Modbus device, on a serial line (RTU) or over TCP",
        [
            Controller, Slave, ModbusKeys.List, SerialKeys.Baud, SerialKeys.DataBits, SerialKeys.ParityKey, SerialKeys.StopBits, RtuOverTcp, Patience, Gap,
        ],
        static (config, environment) => new ModbusSensor(config, environment))
    {
        Check = Check,
    };

    private readonly byte _slave = (byte)config.Settings.Get(Slave);
    private readonly ImmutableArray<ModbusBlock> _blocks = ModbusPlan.Make(ModbusKeys.Registers(config.Settings), config.Settings.Get(Gap));
    private readonly ModbusAddress _address = new(
        config.Settings.Get(Controller), SerialKeys.Settings(config.Settings),
        !config.Settings.Get(Controller).IsTcp || config.Settings.Get(RtuOverTcp));

    private ModbusBus? _bus;

    public async ValueTask<Observation> ReadAsync(CancellationToken cancellationToken)
    {
        _bus ??= environment.Buses.Take(_address, environment.Time);
        var values = ImmutableArray.CreateBuilder<NamedValue>();
        SensorFailure? failure = null;
        foreach (var block in _blocks)
        {
            var reply = await _bus.AskAsync(_slave, block, config.Settings.Get(Patience), cancellationToken);
            if (reply.Failure is null)
            {
                values.AddRange(block.Registers.Select(register => new NamedValue(register.Name, ModbusPlan.Decode(block, register, reply.Data.Span), register.Unit)));
                continue;
            }

            failure ??= reply.Failure;
            if (reply.Failure.Kind is SensorFailureKind.Timeout || cancellationToken.IsCancellationRequested)
            {
                break;
            }
        }

        return Observation.Partly(values.ToImmutable(), failure);
    }

    public ValueTask DisposeAsync()
    {
        if (_bus is not null)
        {
            environment.Buses.Return(_address);
        }

        return ValueTask.CompletedTask;
    }

    private static IEnumerable<SettingProblem> Check(KeyValues settings)
    {
        IEnumerable<SettingProblem> place = !settings.Get(Controller).IsTcp && settings.Get(Slave) is (0 or > 247)
            ? [new(Slave, "on a serial line devices have 1 to 247")]
            : [];
        return [.. place, .. SerialKeys.Check(settings), .. ModbusKeys.Check(settings)];
    }
}
