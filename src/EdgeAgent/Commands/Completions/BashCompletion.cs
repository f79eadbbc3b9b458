using System.CommandLine;
using System.Text;

namespace EdgeAgent.Commands.Completions;

/// <summary>Completion for bash: the words that may follow, by the words so far.</summary>
internal static class BashCompletion
{
    public static string Write(RootCommand root)
    {
        var text = new StringBuilder();
        text.Append("# bash completion for edgeagent(8); generated\n\n_edgeagent() {\n");
        text.Append("    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words='' word\n");
        text.Append("    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n        [[ $word == -* ]] || words+=\" $word\"\n    done\n");
        text.Append("    case $previous in\n");
        foreach (var names in CommandWalk.All(root).SelectMany(found => CommandWalk.OptionsOf(found.Command))
            .Where(option => !CommandWalk.IsFlag(option) && CommandWalk.IsPath(CommandWalk.ValueOf(option)))
            .Select(option => string.Join(" | ", CommandWalk.NamesOf(option))).Distinct())
        {
            text.Append("        ").Append(names).Append(")\n            COMPREPLY=($(compgen -f -- \"$current\"))\n            return\n            ;;\n");
        }

        text.Append("    esac\n    case \"$words \" in\n");

        // The longest first, because the first that fits is taken.
        foreach (var (words, command) in CommandWalk.All(root).OrderByDescending(found => found.Words.Length).ThenBy(found => found.Words, StringComparer.Ordinal))
        {
            var follow = command.Subcommands.Where(child => !child.Hidden).Select(child => child.Name)
                .Concat(CommandWalk.OptionsOf(command).SelectMany(CommandWalk.NamesOf));
            text.Append("        \" ").Append(words).Append(words.Length == 0 ? "" : " ").Append("\"*) COMPREPLY=($(compgen -W '").AppendJoin(' ', follow).Append("' -- \"$current\")) ;;\n");
        }

        return text.Append("    esac\n}\n\ncomplete -F _edgeagent edgeagent\n").ToString();
    }
}
