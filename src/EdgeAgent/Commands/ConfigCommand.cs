using System.Collections.Immutable;
using System.CommandLine;
using EdgeAgent.Configuration;
using EdgeAgent.Sensors;

namespace EdgeAgent.Commands;

/// <summary><c>edgeagent config</c>: shows samples, the configuration in force, and the schema for editors.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var command = new Command("config", "Show samples, or the configuration in force.") { CreateSample(), CreateShow(), CreateSchema() };
        return command;
    }

    private static Command CreateSample()
    {
        var kinds = new Argument<string[]>("kind") { Description = "The kinds of sensors to show; all of them where none is named.", Arity = ArgumentArity.ZeroOrMore };
        kinds.CompletionSources.Add([.. SensorCatalog.Kinds.Select(kind => kind.Name)]);
        kinds.Validators.Add(result =>
        {
            var names = SensorCatalog.Kinds.Select(kind => kind.Name).ToArray();
            foreach (var name in result.Tokens.Select(token => token.Value).Where(name => !names.Contains(name)))
            {
                var near = DidYouMean.Find(name, names);
                result.AddError($"There is no kind of sensor '{name}'. {(near is null ? "" : $"Did you mean '{near}'? ")}Kinds: {string.Join(", ", names)}.");
            }
        });
        var command = new Command("sample", "Print sensors to be pasted into the configuration, with every key they can have.") { kinds };
        command.SetAction(parsed =>
        {
            var named = parsed.GetValue(kinds) ?? [];
            var chosen = named.Length == 0 ? SensorCatalog.Kinds : [.. named.Distinct().Select(SensorCatalog.Kind)];
            Console.Out.Write(ConfigSample.Write(ConfigSchema.Full, chosen));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateShow()
    {
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var command = new Command("show", "Print every value in force with where it comes from; secrets are hidden.") { config, json };
        command.SetAction(parsed => Show(parsed.GetRequiredValue(config), parsed.GetValue(json)));
        return command;
    }

    private static Command CreateSchema()
    {
        var command = new Command("schema", "Print the JSON schema of the configuration, for editors.");
        command.SetAction(_ =>
        {
            Console.Out.Write(SchemaDocument.Write(ConfigSchema.Full));
            return ExitCode.Ok;
        });
        return command;
    }

    private static int Show(string path, bool asJson)
    {
        var reading = ConfigReader.Read(path);
        if (reading.Config is null)
        {
            Console.Error.Write(ProblemText.Render(reading.Problems));
            return reading.ExitCode;
        }

        var values = ConfigShow.List(ConfigSchema.Full, reading.Config, reading.Values);
        Console.Out.Write(asJson ? Json(values) : ConfigShow.Text(values));
        return ExitCode.Ok;
    }

    private static string Json(ImmutableArray<ShownValue> values)
    {
        return JsonText.Of(json =>
        {
            json.WriteStartArray();
            foreach (var value in values)
            {
                json.WriteStartObject();
                json.WriteString("key", value.Path);
                json.WriteString("value", value.Value);
                json.WriteString("origin", value.Origin);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }
}
