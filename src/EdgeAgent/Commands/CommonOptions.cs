using System.CommandLine;
using EdgeAgent.Hosting;

namespace EdgeAgent.Commands;

/// <summary>The options that several commands have, so that they mean the same everywhere.</summary>
internal static class CommonOptions
{
    public const string DefaultConfig = "/etc/edgeagent/edgeagent.yaml";

    public static Option<string> Config() => new("--config", "-c")
    {
        Description = "The configuration file.",
        HelpName = "FILE",
        DefaultValueFactory = _ => DefaultConfig,
    };

    public static Option<string> Control() => new("--control")
    {
        Description = "The socket that the running agent answers on.",
        HelpName = "PATH",
        DefaultValueFactory = _ => ControlSocket.DefaultPath,
    };

    public static Option<bool> Json() => new("--json")
    {
        Description = "Print JSON for programs.",
    };
}
