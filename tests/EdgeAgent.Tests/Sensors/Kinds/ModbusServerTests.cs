using System.Diagnostics;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kinds;
using EdgeAgent.Sensors.Modbus;
using EdgeAgent.Tests.Sensors.Support;
using static EdgeAgent.Tests.Sensors.Support.ModbusSettings;

namespace EdgeAgent.Tests.Sensors.Kinds;

/// <summary>Modbus with a server that somebody else wrote.</summary>
public sealed class ModbusServerTests
{
    /// <summary>What python3-pymodbus serves: holding registers 0 to 9, coils 0 to 9.</summary>
    private const string Server =
        """
        import sys
        from pymodbus.datastore import ModbusSequentialDataBlock as Block, ModbusSlaveContext as Slave, ModbusServerContext as Context
        from pymodbus.server import StartTcpServer, StartSerialServer
        from pymodbus.framer.rtu_framer import ModbusRtuFramer
        slave = Slave(di=Block(0, [1, 0]), co=Block(0, [1, 0, 1]), hr=Block(0, [2310, 100, 0x41ac, 0, 65535]), ir=Block(0, [7]), zero_mode=True)
        context = Context(slaves={1: slave, 2: slave}, single=False)
        if sys.argv[1] == "tcp":
            StartTcpServer(context=context, address=("127.0.0.1", int(sys.argv[2])))
        else:
            StartSerialServer(context=context, framer=ModbusRtuFramer, port=sys.argv[2], baudrate=9600, timeout=0.05)
        """;

    [SkippableTheory]
    [InlineData("tcp")]
    [InlineData("rtu")]
    public async Task A_server_of_pymodbus_is_understood(string transport)
    {
        Skip.IfNot(Run("/usr/bin/python3", "-c", "import pymodbus, serial"), "python3-pymodbus is not installed");
        using var tree = new FixtureTree();
        tree.With("server.py", Server);
        using var cable = await SerialCable.PlugAsync(tree);
        var port = ModbusDevice.FreePort();
        string[] arguments = [tree.Path("server.py"), transport, transport == "tcp" ? $"{port}" : cable.Far];
        using var server = Process.Start(new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardError = true })!;
        try
        {
            var place = transport == "tcp" ? new ModbusPlace("127.0.0.1", port) : new ModbusPlace(cable.Near, 0);
            await using var sensor = Some.Sensor(
                ModbusSensor.Kind,
                null,
                ("controller", place),
                ("slave", 2),
                Registers(
                    Register("voltage", 0, ("scale", 0.1), ("unit", "V")),
                    Register("flow", 2, ("data_type", ModbusType.Float32)),
                    Register("low", 4, ("data_type", ModbusType.Int16)),
                    Register("pump", 0, ("table", ModbusTable.Coils)),
                    Register("valve", 1, ("table", ModbusTable.Coils)),
                    Register("door", 0, ("table", ModbusTable.DiscreteInputs)),
                    Register("count", 0, ("table", ModbusTable.InputRegisters))));

            using var deadline = new CancellationTokenSource(Some.Deadline);
            var observation = await sensor.ReadAsync(default);
            while (observation.Failure is not null)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
                observation = await sensor.ReadAsync(default);
            }

            Assert.Equal(
                [
                    new NamedValue("pump", Value.Of(true)), new("valve", Value.Of(false)), new("door", Value.Of(true)),
                    new("voltage", Value.Of(231.0), "V"), new("flow", Value.Of(21.5)), new("low", Value.Of(-1)), new("count", Value.Of(7)),
                ],
                observation.Values.AsEnumerable());
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
