using Spectre.Console;

namespace EdgeAgent.EndToEnd.Demo;

/// <summary>Where the demo is shown.</summary>
internal abstract class Screen
{
    /// <summary>One screen that renews itself on a terminal that can do that; otherwise plain lines.</summary>
    public static Screen Create()
    {
        // Spectre writes colours into files, and its live view throws where the terminal knows no ANSI; so this is not left to it.
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Detect, Interactive = InteractionSupport.Detect });
        return !Console.IsOutputRedirected && console.Profile.Capabilities.Ansi && console.Profile.Capabilities.Interactive
            ? new LiveScreen(console)
            : new PlainScreen(Console.Out);
    }

    public abstract Task ShowAsync(IAsyncEnumerable<Frame> frames);
}
