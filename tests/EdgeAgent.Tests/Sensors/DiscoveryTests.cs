using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using EdgeAgent.Commands;
using EdgeAgent.Configuration;
using EdgeAgent.Sensors;
using EdgeAgent.Tests.Configuration;
using EdgeAgent.Tests.Sensors.Support;
using Microsoft.Extensions.Time.Testing;

namespace EdgeAgent.Tests.Sensors;

public sealed class DiscoveryTests
{
    [Fact]
    public void What_is_found_is_a_configuration_as_it_stands()
    {
        using var tree = new FixtureTree();
        tree.With("sys/bus/w1/devices/28-000006c5aefc/temperature", "1\n").With("sys/bus/w1/devices/28-000006c5aeff/temperature", "1\n")
            .With("sys/bus/iio/devices/iio:device0/name", "bme280\n").With("sys/bus/iio/devices/iio:device0/in_temp_input", "1\n")
            .With("sys/bus/iio/devices/iio:device1/name", "bme280\n").With("sys/bus/iio/devices/iio:device1/in_temp_input", "1\n")
            .With("sys/class/hwmon/hwmon0/name", "cpu_thermal\n").With("sys/class/hwmon/hwmon0/temp1_input", "1\n")
            .With("dev/ttyUSB0", "").With("dev/ttyUSB1", "").WithLink("dev/serial/by-id/usb-FTDI: \"odd\" #name", "../../ttyUSB0");

        var found = Discovery.Find(Some.Environment(root: tree.Root));
        var config = Read(Discovery.Write(found));

        Assert.Equal(["ds18b20", "ds18b20", "iio", "iio", "hwmon", "serial", "serial"], config.Sensors.Select(sensor => sensor.Type));
        Assert.Equal(7, config.Sensors.Select(sensor => sensor.Id).Distinct().Count());
        Assert.Equal(["bme280", "bme280_2"], config.Sensors.Where(sensor => sensor.Type == "iio").Select(sensor => sensor.Id));

        using var json = JsonDocument.Parse(JsonText.Of(writer => Discovery.Write(writer, found)));
        var listed = json.RootElement.EnumerateArray().ToList();
        Assert.Equal(config.Sensors.Select(sensor => sensor.Id), listed.Select(sensor => sensor.GetProperty("id").GetString()));
        Assert.Contains(listed, sensor => sensor.GetProperty("settings").TryGetProperty("port", out var port) && port.GetString()!.EndsWith("usb-FTDI: \"odd\" #name", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_found_on_an_empty_machine() => Assert.Empty(Discovery.Find(Some.Environment()));

    [Fact]
    public async Task Slaves_that_answer_are_found_whatever_they_answer()
    {
        var time = new FakeTimeProvider();
        await using var device = ModbusDevice.OverTcp(request => request[6] switch
        {
            2 => [[.. request[..4], 0, 5, 2, 3, 2, 0, 7]],
            3 => [[.. request[..4], 0, 3, 3, 0x83, 2]],
            _ => Silence(),
        });

        var (found, failure) = await Discovery.ScanModbusAsync(
            new(new("127.0.0.1", device.Port), new(9600), IsRtu: false), 1, 4, Some.Environment(time), CancellationToken.None);

        Assert.Null(failure);
        Assert.Equal(["slave_2", "slave_3"], found.Select(sensor => sensor.Id));
        Assert.Equal(2, Read(Discovery.Write(found)).Sensors.Length);

        byte[][] Silence()
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return [];
        }
    }

    [Fact]
    public async Task A_port_that_is_not_there_has_no_slaves()
    {
        var (found, failure) = await Discovery.ScanModbusAsync(
            new(new("/dev/nope", 0), new(9600), IsRtu: true), 1, 32, Some.Environment(), CancellationToken.None);

        Assert.Empty(found);
        Assert.Equal(SensorFailureKind.Missing, failure?.Kind);
    }

    [Fact]
    public async Task A_device_that_refuses_the_connection_has_no_slaves()
    {
        int port;
        using (var closed = new TcpListener(IPAddress.Loopback, 0))
        {
            closed.Start();
            port = ((IPEndPoint)closed.LocalEndpoint).Port;
        }

        var (found, failure) = await Discovery.ScanModbusAsync(
            new(new("127.0.0.1", port), new(9600), IsRtu: false), 1, 32, Some.Environment(), CancellationToken.None);

        Assert.Empty(found);
        Assert.Equal(SensorFailureKind.Io, failure?.Kind);
    }

    [Theory]
    [InlineData(SensorFailureKind.Permission, 77)]
    [InlineData(SensorFailureKind.Missing, 74)]
    [InlineData(SensorFailureKind.Io, 74)]
    [InlineData(SensorFailureKind.Timeout, 74)]
    public async Task A_bus_that_cannot_be_opened_is_said_and_ends_with_the_code_of_its_reason(object kind, int exitCode)
    {
        await using var errors = new StringWriter();

        Assert.Equal(exitCode, DiscoverCommand.Complain(new((SensorFailureKind)kind, "/dev/ttyUSB0: no."), errors));
        Assert.StartsWith("edgeagent: no slave was asked: /dev/ttyUSB0: no.", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trial_reads_once_and_shows_processed_values_and_failures()
    {
        using var tree = new FixtureTree();
        tree.With("value", "215\n");
        var config = Read($$"""
            sensors:
              - {id: good, type: file, path: {{tree.Path("value")}}, scale: 0.1, unit: °C}
              - {id: missing, type: file, path: /no/such/file}
              - {id: stream, type: execd, command: [/bin/sh, -c, "echo 5; sleep 1000"]}
              - {id: hanging, type: exec, command: [/bin/sleep, "1000"], timeout: 100ms}

            """);

        var results = await Trial.RunAsync(config.Sensors, Some.Environment(), CancellationToken.None).WaitAsync(Some.Deadline);

        Assert.Equal(new NamedValue("value", EdgeAgent.Readings.Value.Of(21.5), "°C"), Assert.Single(results[0].Observation.Values));
        Assert.Equal(SensorFailureKind.Missing, results[1].Observation.Failure?.Kind);
        Assert.Equal(EdgeAgent.Readings.Value.Of(5), Assert.Single(results[2].Observation.Values).Value);
        Assert.Equal(SensorFailureKind.Timeout, results[3].Observation.Failure?.Kind);
    }

    private static AgentConfig Read(string yaml)
    {
        using var folder = new ConfigFolder();
        folder.Write("edgeagent.yaml", yaml);
        var reading = ConfigReader.Read(folder.Main, ConfigSchema.Full, folder.Environment);
        Assert.True(reading.Config is not null, ProblemText.Render(reading.Problems));
        return reading.Config;
    }
}
