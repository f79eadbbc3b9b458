using System.CommandLine;
using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Sensors;
using EdgeAgent.Sensors.Kernel;
using EdgeAgent.Sensors.Modbus;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent discover</c>: lists what this machine has as sensors to be pasted into the configuration.</summary>
internal static class DiscoverCommand
{
    public static Command Create()
    {
        var modbus = new Option<string?>("--modbus") { Description = "Also ask the slaves of this bus: a serial port, or tcp://host:port.", HelpName = "CONTROLLER" };
        var baud = new Option<int>("--baud") { Description = "Bits per second of a serial port.", DefaultValueFactory = static _ => 9600 };
        var last = new Option<int>("--last") { Description = "The highest slave that is asked.", DefaultValueFactory = static _ => 32 };
        var json = CommonOptions.Json();
        modbus.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && !ModbusPlaceShape.Instance.TryParse(token.Value, out _, out _))
            {
                result.AddError($"--modbus takes {ModbusPlaceShape.Instance.Expected}.");
            }
        });
        baud.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var speed) && SerialPort.Speeds.Contains(speed)))
            {
                result.AddError($"--baud is one of {string.Join(", ", SerialPort.Speeds)}.");
            }
        });
        var command = new Command("discover", "List what is connected to this machine, as YAML to be pasted into the configuration.") { modbus, baud, last, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(modbus), parsed.GetValue(baud), parsed.GetValue(last), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? modbus, int baud, int last, bool asJson, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var environment = new SensorEnvironment { Time = time, Clock = new LinuxBootClock(time, trustRtc: false), Log = NullLogger.Instance };
        var found = Discovery.Find(environment);
        if (modbus is not null && ModbusPlaceShape.Instance.TryParse(modbus, out var place, out _))
        {
            var (slaves, failure) = await Discovery.ScanModbusAsync(
                new(place, new(baud), !place.IsTcp), 1, Math.Clamp(last, 1, 247), environment, cancellationToken);
            if (failure is not null)
            {
                return Complain(failure, Console.Error);
            }

            found = found.AddRange(slaves);
        }

        await Console.Out.WriteAsync(asJson ? JsonText.Of(json => Discovery.Write(json, found)) : found.IsEmpty
            ? "# Nothing was found. Are 1-Wire, I2C or the overlay of the device switched on (raspi-config, /boot/firmware/config.txt)?\n"
            : Discovery.Write(found));
        return ExitCode.Ok;
    }

    /// <summary>Says why the bus cannot be asked.</summary>
    internal static int Complain(SensorFailure failure, TextWriter errors)
    {
        var advice = failure.Kind switch
        {
            SensorFailureKind.Permission => "; or run this as root (sudo)",
            SensorFailureKind.Io or SensorFailureKind.Timeout => "; is the device on, and is this where it is?",
            _ => "",
        };
        errors.WriteLine($"edgeagent: no slave was asked: {failure.Message}{advice}");
        return failure.Kind == SensorFailureKind.Permission ? ExitCode.Permission : ExitCode.InputOutput;
    }
}
