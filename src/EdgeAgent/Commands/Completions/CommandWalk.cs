using System.CommandLine;

namespace EdgeAgent.Commands.Completions;

/// <summary>The commands of the program, as the documents walk through them.</summary>
internal static class CommandWalk
{
    /// <summary>Every command that people see, with the words that call it, parents before children; the root has no words.</summary>
    public static IEnumerable<(string Words, Command Command)> All(Command root, string words = "")
    {
        yield return (words, root);
        foreach (var child in root.Subcommands.Where(child => !child.Hidden))
        {
            foreach (var found in All(child, words.Length == 0 ? child.Name : $"{words} {child.Name}"))
            {
                yield return found;
            }
        }
    }

    /// <summary>The options that a command has and people see.</summary>
    public static IEnumerable<Option> OptionsOf(Command command) => command.Options.Where(option => !option.Hidden);

    /// <summary>The names of an option, the long one first: "--config", "-c".</summary>
    public static IEnumerable<string> NamesOf(Option option) => option.Aliases.Where(alias => alias[0] == '-').Prepend(option.Name);

    /// <summary>Whether an option stands alone, without a value.</summary>
    public static bool IsFlag(Option option) => option.ValueType == typeof(bool) || option.ValueType == typeof(void);

    /// <summary>What a value is called: its name in the help.</summary>
    public static string ValueOf(Option option) => option.HelpName ?? "VALUE";

    /// <summary>Whether a value is the path of a file.</summary>
    public static bool IsPath(string value) => value is "FILE" or "PATH" or "FOLDER";
}
