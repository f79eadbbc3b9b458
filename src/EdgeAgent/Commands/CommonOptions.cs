using System.CommandLine;
using EdgeAgent.Hosting;

namespace EdgeAgent.Commands;

/// <summary>The options that several commands have, so that they mean the same everywhere.</summary>
internal static class CommonOptions
{
    public const string DefaultConfig = "/etc/edgeagent/edgeagent.yaml";

    public static Option<string> Config() => Path(new("--config", "-c")
    {
        Description = "The configuration file.",
        HelpName = "FILE",
        DefaultValueFactory = _ => DefaultConfig,
    });

    public static Option<string> Control() => Path(new("--control")
    {
        Description = "The socket that the running agent answers on.",
        HelpName = "PATH",
        DefaultValueFactory = _ => ControlSocket.DefaultPath,
    });

    public static Option<bool> Json() => new("--json")
    {
        Description = "Print JSON for programs.",
    };

    /// <summary>Refuses the empty path of a variable that was not set.</summary>
    private static Option<string> Path(Option<string> option)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }])
            {
                result.AddError($"{option.Name} takes a path, not nothing.");
            }
        });
        return option;
    }
}
