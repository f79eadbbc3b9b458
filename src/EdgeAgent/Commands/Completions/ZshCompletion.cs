using System.CommandLine;
using System.Text;

namespace EdgeAgent.Commands.Completions;

/// <summary>Completion for zsh, with descriptions.</summary>
internal static class ZshCompletion
{
    public static string Write(RootCommand root)
    {
        var text = new StringBuilder("#compdef edgeagent\n# generated\n\n");
        foreach (var (words, command) in CommandWalk.All(root))
        {
            text.Append(Function(words)).Append("() {\n    local -a options commands\n    options=(\n");
            foreach (var option in CommandWalk.OptionsOf(command))
            {
                foreach (var name in CommandWalk.NamesOf(option))
                {
                    text.Append("        ").Append(Quote($"{name}[{Plain(option.Description)}]{Value(option)}")).Append('\n');
                }
            }

            text.Append("    )\n");
            var children = command.Subcommands.Where(child => !child.Hidden).ToArray();
            if (children is [])
            {
                text.Append("    _arguments $options\n}\n\n");
                continue;
            }

            text.Append("    commands=(\n");
            foreach (var child in children)
            {
                text.Append("        ").Append(Quote($"{child.Name}:{Plain(child.Description)}")).Append('\n');
            }

            text.Append("    )\n    _arguments -C $options '1: :->command' '*:: :->rest'\n    case $state in\n");
            text.Append("        command) _describe command commands ;;\n        rest)\n            case $words[1] in\n");
            foreach (var child in children)
            {
                text.Append("                ").Append(child.Name).Append(") ").Append(Function($"{words} {child.Name}".Trim())).Append(" ;;\n");
            }

            text.Append("            esac\n            ;;\n    esac\n}\n\n");
        }

        return text.Append("_edgeagent \"$@\"\n").ToString();
    }

    private static string Function(string words) => words.Length == 0 ? "_edgeagent" : $"_edgeagent_{words.Replace(' ', '_').Replace('-', '_')}";

    private static string Value(Option option) =>
        CommandWalk.IsFlag(option) ? "" : CommandWalk.IsPath(CommandWalk.ValueOf(option)) ? $":{CommandWalk.ValueOf(option)}:_files" : $":{CommandWalk.ValueOf(option)}:";

    /// <summary>Without what would end a description.</summary>
    private static string Plain(string? description) =>
        (description ?? "").Replace("[", "(", StringComparison.Ordinal).Replace("]", ")", StringComparison.Ordinal).Replace(":", " -", StringComparison.Ordinal);

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
