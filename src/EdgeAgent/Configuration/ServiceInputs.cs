using System.Text.RegularExpressions;
using EdgeAgent.Configuration.Yaml;

namespace EdgeAgent.Configuration;

/// <summary>Where the package puts what systemd gives the service.</summary>
/// <param name="Main">The configuration of the service.</param>
/// <param name="Variables">The unit's EnvironmentFile=.</param>
/// <param name="Credentials">The folder of LoadCredential=, while the service runs.</param>
internal sealed record ServicePlaces(string Main, string Variables, string Credentials);

/// <summary>
/// Variables and credentials. The service has them from systemd; a command beside it, that reads the service's configuration, looks
/// where systemd has them from.
/// </summary>
/// <param name="path">The main file.</param>
/// <param name="environment">What this process is given.</param>
internal sealed partial class ServiceInputs(string path, ConfigEnvironment environment)
{
    private readonly ServicePlaces? _places = !environment.IsAgent && Path.GetFullPath(path) == environment.Service?.Main ? environment.Service : null;
    private Dictionary<string, string>? _variables;

    /// <summary>What to add to a hint where something is not found.</summary>
    public string Advice => _places is null ? "" : "; what stands in /etc/default/edgeagent and LoadCredential= only the service is given: edgeagent reload checks with it";

    /// <summary>The folder of the credentials; null where there is none.</summary>
    public string? CredentialsFolder => environment.GetVariable("CREDENTIALS_DIRECTORY") ?? _places?.Credentials;

    /// <summary>Null for a variable that is not set.</summary>
    public string? Variable(string name) => environment.GetVariable(name) ?? FromService(name);

    private string? FromService(string name)
    {
        if (_places is null)
        {
            return null;
        }

        // Where this user may not read it, the advice is what is left.
        _variables ??= Parse(SourceLoader.Load(_places.Variables).Source?.Text ?? "");
        return _variables.GetValueOrDefault(name);
    }

    /// <summary>As systemd.exec(5) says of EnvironmentFile=: later lines win, quotes may span lines, a backslash joins lines.</summary>
    private static Dictionary<string, string> Parse(string text)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match line in Assignment().Matches(text))
        {
            var quoted = line.Groups["quoted"].Captures.Select(static part => part.ValueSpan[0] == '"'
                ? Escape().Replace(part.Value[1..^1], static escape => escape.Value[1] switch
                {
                    '\n' => "",
                    '"' or '\\' or '`' or '$' => escape.Value[1..],
                    _ => escape.Value,
                })
                : part.Value[1..^1]);
            var plain = Escape().Replace(line.Groups["plain"].Value.TrimEnd(), static escape => escape.Value[1] == '\n' ? "" : escape.Value[1..]);
            variables[line.Groups["name"].Value] = string.Concat(quoted) + plain;
        }

        return variables;
    }

    [GeneratedRegex("""^[ \t]*(?<name>[A-Za-z_]\w*)[ \t]*=(?:[ \t]*(?<quoted>'[^']*'|"(?:[^"\\]|\\[\s\S])*"))*[ \t]*(?<plain>(?:[^\\\n]|\\[\s\S])*)""", RegexOptions.Multiline)]
    private static partial Regex Assignment();

    [GeneratedRegex("""\\[\s\S]""")]
    private static partial Regex Escape();
}
