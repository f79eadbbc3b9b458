using System.CommandLine;

namespace EdgeAgent.Commands;

/// <summary>Asks before something is destroyed.</summary>
internal static class Confirmation
{
    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask." };

    /// <summary>True where it was agreed to: by --yes, or by a person who types y.</summary>
    public static bool IsGiven(bool yes, string question)
    {
        if (yes)
        {
            return true;
        }

        if (Console.IsInputRedirected)
        {
            Console.Error.WriteLine($"edgeagent: {question} There is nobody to ask: say --yes.");
            return false;
        }

        Console.Error.Write($"{question} [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
