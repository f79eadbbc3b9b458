using EdgeAgent.EndToEnd.Harness;

namespace EdgeAgent.EndToEnd.Scenarios;

/// <summary>What <c>edgeagent completions</c> prints, used by the shells themselves.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [SkippableTheory]
    [InlineData("re", "reload")]
    [InlineData("config s", "sample schema show")]
    [InlineData("status --js", "--json")]
    public Task Bash_completes_commands_and_options(string typed, string expected) => CompletesAsync("bash", typed, expected, file =>
        $"source {file}; COMP_WORDS=(edgeagent {typed}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _edgeagent; printf '%s\\n' \"${{COMPREPLY[@]}}\"");

    [SkippableTheory]
    [InlineData("re", "reload")]
    [InlineData("config s", "sample schema show")]
    [InlineData("status --js", "--json")]
    public Task Fish_completes_commands_and_options(string typed, string expected) => CompletesAsync("fish", typed, expected, file =>
        $"source {file}; complete -C 'edgeagent {typed}' | string split -f1 \\t");

    /// <summary>zsh completes only on a terminal, so it is given one; a key binding lists the matches between two marks.</summary>
    [SkippableTheory]
    [InlineData("re", "reload")]
    [InlineData("config s", "sample schema show")]
    [InlineData("status --js", "--json")]
    public Task Zsh_completes_commands_and_options(string typed, string expected) => CompletesAsync("zsh", typed, expected, file => $$"""
        zmodload zsh/zpty
        zpty inner zsh -f -i
        zpty -w inner "PROMPT=; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source {{file}}; compdef _edgeagent edgeagent"
        zpty -w inner "compadd() { if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd \"\$@\"; return; fi; local -a found; builtin compadd -A found \"\$@\"; (( \$#found )) && print -l -- \"match:\$^found\"; builtin compadd \"\$@\" }"
        zpty -w inner "list() { print begin; zle complete-word; print end }; zle -N list; bindkey '^I' complete-word; print ready"
        zpty -r inner seen $'*\r\nready\r\n*'
        zpty -n -w inner "edgeagent {{typed}}"$'\t'
        zpty -r inner first '*match:*'
        zpty -n -w inner $'\x15'"print fin"$'ished\r'
        zpty -r inner seen $'*finished*'
        print -r -- "$first$seen" | tr -d '\r' | grep -o 'match:.*' | sed 's/^match://'
        zpty -d inner
        """);

    public void Dispose() => _folder.Dispose();

    private async Task CompletesAsync(string shell, string typed, string expected, Func<string, string> script)
    {
        Skip.IfNot(Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, shell))), $"{shell} is not installed; ./dev test installs it");
        var (exitCode, completions, _) = await ChildProcess.RunAsync(AgentProcess.Binary, "completions", shell);
        Assert.Equal(0, exitCode);
        var file = _folder.Write(shell == "zsh" ? "_edgeagent" : $"edgeagent.{shell}", completions + "\n");

        var (_, output, errors) = await ChildProcess.RunAsync(shell, "-c", script(file));

        Assert.True(expected == string.Join(' ', output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Distinct().Order(StringComparer.Ordinal)), $"'{typed}' gave:\n{output}\n{errors}");
    }
}
