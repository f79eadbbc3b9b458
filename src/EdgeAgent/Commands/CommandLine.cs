using System.CommandLine;

namespace EdgeAgent.Commands;

/// <summary>Every command that there is: what the program parses by, and what help, manual and completions are made from.</summary>
internal static class CommandLine
{
    public static RootCommand Create() => new("Reads sensors, queues what they say while the broker is away, and delivers it with MQTT.")
    {
        RunCommand.Create(),
        CheckCommand.Create(),
        StatusCommand.Create(),
        TestCommand.Create(),
        DiscoverCommand.Create(),
        ConfigCommand.Create(),
    };
}
