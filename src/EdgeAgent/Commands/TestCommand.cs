using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeAgent.Configuration;
using EdgeAgent.Hosting;
using EdgeAgent.Readings;
using EdgeAgent.Sensors;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent test</c>: reads sensors once and prints what they say. Neither queue nor broker is touched.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var ids = new Argument<string[]>("id") { Description = "The sensors to read; all of them where none is named.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("test", "Read sensors once and print what they say, without queue and broker.") { ids, config, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetRequiredValue(config), parsed.GetValue(ids) ?? [], parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string path, string[] ids, bool asJson, CancellationToken cancellationToken)
    {
        var reading = ConfigReader.Read(path);
        if (reading.Config is not { } config)
        {
            await Console.Error.WriteAsync(ProblemText.Render(reading.Problems));
            return reading.ExitCode;
        }

        if (ids.FirstOrDefault(id => config.Sensors.All(sensor => sensor.Id != id)) is { } unknown)
        {
            var near = DidYouMean.Find(unknown, config.Sensors.Select(static sensor => sensor.Id));
            await Console.Error.WriteLineAsync($"No sensor is called '{unknown}'. {(near is null ? "" : $"Did you mean '{near}'? ")}");
            return ExitCode.Usage;
        }

        var time = TimeProvider.System;
        var environment = new SensorEnvironment { Time = time, Clock = new LinuxBootClock(time, config.Clock.TrustRtc), Log = NullLogger.Instance };
        var results = await Trial.RunAsync(config.Sensors.Where(sensor => ids.Length == 0 || ids.Contains(sensor.Id)), environment, cancellationToken);
        await Console.Out.WriteAsync(asJson ? Json(results) : Text(results));
        return results.All(static result => result.Observation.Failure is null) ? ExitCode.Ok : ExitCode.InputOutput;
    }

    private static string Text(ImmutableArray<TrialResult> results)
    {
        var text = new StringBuilder();
        foreach (var result in results)
        {
            text.Append(CultureInfo.InvariantCulture, $"{result.Sensor.Id} ({result.Sensor.Type}, {result.Duration.TotalMilliseconds:0} ms)\n");
            foreach (var value in result.Observation.Values)
            {
                text.Append("  ").Append(value.Name).Append(" = ").Append(ValueWriter.ToText(value.Value)).Append(value.Unit is null ? "" : " ").Append(value.Unit).Append('\n');
            }

            if (result.Observation.Failure is { } failure)
            {
                text.Append("  failed (").Append(failure.Kind.Text()).Append("): ").Append(failure.Message).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Json(ImmutableArray<TrialResult> results)
    {
        return JsonText.Of(json =>
        {
            json.WriteStartArray();
            foreach (var result in results)
            {
                Write(json, result);
            }

            json.WriteEndArray();
        });
    }

    private static void Write(Utf8JsonWriter json, TrialResult result)
    {
        json.WriteStartObject();
        json.WriteString("id", result.Sensor.Id);
        json.WriteString("type", result.Sensor.Type);
        json.WriteNumber("milliseconds", (long)result.Duration.TotalMilliseconds);
        json.WriteStartArray("values");
        foreach (var value in result.Observation.Values)
        {
            json.WriteStartObject();
            json.WriteString("name", value.Name);
            switch (value.Value.Kind)
            {
                case ValueKind.Integer:
                    json.WriteNumber("value", value.Value.Integer);
                    break;
                case ValueKind.Real:
                    json.WriteNumber("value", value.Value.Real);
                    break;
                case ValueKind.Boolean:
                    json.WriteBoolean("value", value.Value.Boolean);
                    break;
                default:
                    json.WriteString("value", value.Value.Text);
                    break;
            }

            if (value.Unit is not null)
            {
                json.WriteString("unit", value.Unit);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (result.Observation.Failure is { } failure)
        {
            json.WriteStartObject("failure");
            json.WriteString("kind", failure.Kind.Text());
            json.WriteString("message", failure.Message);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
