using System.CommandLine;
using System.Text;

namespace EdgeAgent.Commands.Completions;

/// <summary>Completion for fish, with descriptions.</summary>
internal static class FishCompletion
{
    public static string Write(RootCommand root)
    {
        var text = new StringBuilder("# generated\ncomplete -c edgeagent -f\n");
        foreach (var (words, command) in CommandWalk.All(root))
        {
            var children = command.Subcommands.Where(child => !child.Hidden).ToArray();
            var condition = string.Join("; and ", words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => $"__fish_seen_subcommand_from {word}"));
            foreach (var child in children)
            {
                var none = $"not __fish_seen_subcommand_from {string.Join(' ', children.Select(other => other.Name))}";
                Append(text, condition.Length == 0 ? none : $"{condition}; and {none}", $"-a {child.Name}", child.Description);
            }

            foreach (var option in CommandWalk.OptionsOf(command))
            {
                var names = CommandWalk.NamesOf(option).Where(name => name != "-?")
                    .Select(name => name.StartsWith("--", StringComparison.Ordinal) ? $"-l {name[2..]}" : $"-s {name[1..]}");
                var value = CommandWalk.IsFlag(option) ? "" : CommandWalk.IsPath(CommandWalk.ValueOf(option)) ? " -r -F" : " -x";
                Append(text, condition, string.Join(' ', names) + value, option.Description);
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string condition, string what, string? description)
    {
        text.Append("complete -c edgeagent");
        if (condition.Length > 0)
        {
            text.Append(" -n ").Append(Quote(condition));
        }

        text.Append(' ').Append(what).Append(" -d ").Append(Quote(description ?? "")).Append('\n');
    }

    private static string Quote(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
